"""Keys that show what they are: issued with a fixed prefix, and private keys between their BEGIN and END lines.

Each pattern begins with its literal prefix, for speed; what must not stand before it is checked behind it.
Lengths are lower bounds: shortened keys leak as well.
"""

import re
from collections.abc import Iterator

from tasks.filter.transform.anchors import anchor
from tasks.filter.transform.span import Span

_PREFIXED = tuple(
    (anchor(name), re.compile(pattern))
    for name, pattern in (
        ("kia", r"AKIA(?<![0-9A-Za-z]AKIA)[0-9A-Z]{12,}(?![0-9a-z])"),
        ("sia", r"ASIA(?<![0-9A-Za-z]ASIA)[0-9A-Z]{12,}(?![0-9a-z])"),
        *((p, rf"{p}_(?<![0-9A-Za-z]{p}_)[0-9A-Za-z]{{16,}}") for p in ("ghp", "gho", "ghu", "ghs", "ghr")),
        ("b_p", r"github_pat_[0-9A-Za-z_]{20,}"),
        ("lpa", r"glpat-[0-9A-Za-z_-]{16,}"),
        ("xox", r"xox(?<![0-9A-Za-z]xox)[abeoprs]-[0-9A-Za-z-]{10,}"),
        ("xap", r"xapp-\d-[0-9A-Za-z-]{10,}"),
        (
            "s.s",
            r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?=\S{0,80}\d)[0-9A-Za-z/_-]{16,}",
        ),
        ("i/w", r"https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/webhooks/\d{5,}/[0-9A-Za-z_-]{16,}"),
        ("ebh", r"https://\w{1,40}\.webhook\.office\.com/webhookb2/[0-9A-Za-z@/-]{16,}"),
        ("aiz", r"AIza(?<![0-9A-Za-z]AIza)[0-9A-Za-z_-]{30,}"),
        ("a29", r"ya29\.[0-9A-Za-z_-]{20,}"),
        ("csp", r"GOCSPX-[0-9A-Za-z_-]{16,}"),
        (
            "sk-",
            r"sk-(?<![0-9A-Za-z_-]sk-)(?!ecdsa|ssh)(?:proj-|ant-|or-|svcacct-)?(?=[0-9A-Za-z_-]{0,60}\d)[0-9A-Za-z_-]{16,}",
        ),
        *((f"{p}_", rf"{p}_(?<![0-9A-Za-z]{p}_)(?:live|test)_[0-9A-Za-z]{{10,}}") for p in ("sk", "rk")),
        ("hse", r"whsec_[0-9A-Za-z+/=]{16,}"),
        ("pm_", r"npm_(?<![0-9A-Za-z]npm_)(?=[A-Za-z]{0,40}\d)[0-9A-Za-z]{20,}"),
        ("pi-", r"pypi-(?=[A-Za-z_-]{0,60}\d)[0-9A-Za-z_-]{20,}"),
        ("sg.", r"SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}"),
        ("hf_", r"hf_(?<![0-9A-Za-z_]hf_)[0-9A-Za-z]{30,}"),
        ("eyj", r"eyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"),
        ("dop", r"dop_v1_[0-9a-f]{32,}"),
        ("shp", r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{24,}"),
        ("dck", r"dckr_pat_[0-9A-Za-z_-]{16,}"),
        ("hvs", r"hvs\.[0-9A-Za-z_-]{20,}"),
        ("yge", r"rubygems_[0-9a-f]{32,}"),
        ("sq0", r"sq0(?:atp|csp)-[0-9A-Za-z_-]{16,}"),
        ("t-k", r"AGE-SECRET-KEY-1[0-9A-Z]{30,}"),
        ("pma", r"PMAK-[0-9a-f]{24}-[0-9a-f]{30,}"),
    )
)
_PRIVATE_KEY = anchor("--b")
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_MAX_PRIVATE_KEY = 1 << 15
_DRESSING = re.compile(r"\\[nrt]|[A-Z][A-Za-z-]+: [^\n\\]*|[\s\"'+,#*/\\|.;:&>`-]+")
_BASE64 = re.compile(r"[0-9A-Za-z=]+\Z")


def find_known_keys(text: str, present: int) -> Iterator[Span]:
    """Keys by their prefix and private keys from BEGIN to END, markers included; `present` are its anchors."""
    for needed, pattern in _PREFIXED:
        if present & needed:
            for match in pattern.finditer(text):
                if len(set(match[0][-12:])) > 3:
                    yield Span("key", *match.span())
    if not present & _PRIVATE_KEY:
        return
    for begin in _BEGIN.finditer(text):
        mark = text.find("-----", begin.end(), begin.end() + _MAX_PRIVATE_KEY)
        end = _END.match(text, mark) if mark > 0 else None
        if end and _holds_key(text[begin.end() : mark]):
            yield Span("key", begin.start(), end.end())


def _holds_key(body: str) -> bool:
    """Whether nothing but base64 stands between the markers, apart from how a language writes long strings."""
    if "..." in body:
        return False
    packed = _DRESSING.sub("", body)
    return len(packed) >= 12 and bool(_BASE64.match(packed)) and len(set(packed)) > 4
