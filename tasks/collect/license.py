"""SPDX identifiers from what projects say: a licence's text, or the name that a package gives it.

A text says GPL-3.0 but not whether "or any later version" was granted, so the short form without
`-only` and `-or-later` is given for the GNU licences. Unknown texts and names give None.
"""

import re

_SPACE = re.compile(r"[\s*#>/;]+")
_MAX_CHARS = 100_000
_REACH = 2500
"""Characters after the grant in which the clauses that tell variants apart must stand."""

_GRANTS = re.compile(
    r"(?P<gnu>gnu (?:(?P<affero>affero )|(?P<lesser>lesser |library ))?general public license)"
    r"|(?P<apache>apache license,? version 2\.0)"
    r"|(?P<mpl>mozilla public license,? (?:version|v\.?) ?2\.0)"
    r"|(?P<bsd>redistribution and use in source and binary forms)"
    r"|(?P<mit>permission is hereby granted, free of charge, to any person obtaining a copy)"
    r"|(?P<isc>permission to use, copy, modify,? and(?: or)? distribute this software for any purpose "
    r"with or without fee is hereby granted)"
    r"|(?P<unlicense>this is free and unencumbered software released into the public domain)"
    r"|(?P<cc0>cc0 1\.0 universal)"
    r"|(?P<psf>python software foundation license)"
    r"|(?P<zlib>this software is provided 'as-is', without any express or implied)"
)
_GNU_VERSION = re.compile(r"version (\d)(?:\.(\d))?")
_SIMPLE = {
    "apache": "Apache-2.0",
    "mpl": "MPL-2.0",
    "mit": "MIT",
    "unlicense": "Unlicense",
    "cc0": "CC0-1.0",
    "psf": "PSF-2.0",
    "zlib": "Zlib",
}

SPDX_OF_NAME = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "apache-2.0 license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd-3-clause license": "BSD-3-Clause",
    "cc0 1.0 universal (cc0 1.0) public domain dedication": "CC0-1.0",
    "gnu affero general public license v3": "AGPL-3.0",
    "gnu affero general public license v3 or later (agplv3+)": "AGPL-3.0-or-later",
    "gnu general public license v2 (gplv2)": "GPL-2.0",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "gnu general public license v3 (gplv3)": "GPL-3.0",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "gnu lesser general public license v2 (lgplv2)": "LGPL-2.0",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.0-or-later",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl 2.0": "MPL-2.0",
    "new bsd license": "BSD-3-Clause",
    "psf": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "simplified bsd": "BSD-2-Clause",
    "the mit license": "MIT",
    "the mit license (mit)": "MIT",
    "the unlicense (unlicense)": "Unlicense",
    "zlib": "Zlib",
    "zlib/libpng license": "Zlib",
}
"""Names that packages and trove classifiers use (lower case) -> SPDX; a bare "BSD" may be any of four."""

_SPDX_EXPRESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [()A-Za-z0-9.+ -]+)?")
_SPDX_LIKE = re.compile(r"-\d|^(?:ISC|MIT|PSF|Zlib|Unlicense|0BSD)\b")


def is_license_file(name: str) -> bool:
    """True for the file names under which a repository states its licence, such as COPYING or LICENSE.md."""
    return name.lower().startswith(("license", "licence", "copying", "unlicense"))


def license_of_text(text: str) -> str | None:
    """The SPDX identifier of the first licence that a text grants, None when no grant is recognised."""
    flat = _SPACE.sub(" ", text[:_MAX_CHARS].replace("’", "'").replace("‘", "'")).lower()
    grant = _GRANTS.search(flat)
    if grant is None or grant.lastgroup is None:
        return None
    rest = flat[grant.end() : grant.end() + _REACH]
    if grant["gnu"]:
        return _gnu_license(grant, rest)
    if grant["bsd"]:
        if "advertising materials" in rest:
            return "BSD-4-Clause"
        return "BSD-3-Clause" if re.search(r"endorse or promote", rest) else "BSD-2-Clause"
    if grant["isc"]:
        return "ISC" if rest.startswith(", provided that") else "0BSD"
    return _SIMPLE[grant.lastgroup]


def license_of_name(name: str) -> str | None:
    """The SPDX identifier or expression that a short name stands for, None when it stands for none."""
    name = name.strip()
    known = SPDX_OF_NAME.get(name.lower())
    if known is None and _SPDX_LIKE.search(name) and _SPDX_EXPRESSION.fullmatch(name):
        return name
    return known


def _gnu_license(grant: re.Match[str], rest: str) -> str | None:
    version = _GNU_VERSION.search(rest[:200])
    if version is None:
        return None
    family = "AGPL" if grant["affero"] else "LGPL" if grant["lesser"] else "GPL"
    return f"{family}-{version[1]}.{version[2] or 0}"
