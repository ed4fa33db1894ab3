import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.collect.license import is_license_file, license_of_name, license_of_text

BSD = """Copyright 2020 A. All rights reserved.
Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
 1. Redistributions of source code must retain the above notice.
 2. Redistributions in binary form must reproduce the above notice.
"""
ISC = """Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted"""


@pytest.mark.parametrize(
    ("text", "license_id"),
    [
        (
            "The MIT License\n\nPermission is hereby granted, free of charge,\nto any person obtaining a copy",
            "MIT",
        ),
        ("      Apache License\n   Version 2.0, January 2004\n http://www.apache.org/", "Apache-2.0"),
        ('Licensed under the Apache License, Version 2.0 (the "License");', "Apache-2.0"),
        (BSD, "BSD-2-Clause"),
        (BSD + "3. Neither the name may be used to endorse or promote products", "BSD-3-Clause"),
        (BSD + "3. All advertising materials mentioning ... endorse or promote", "BSD-4-Clause"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991", "GPL-2.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n  Version 2.1, February 1999", "LGPL-2.1"),
        ("GNU LIBRARY GENERAL PUBLIC LICENSE\n  Version 2, June 1991", "LGPL-2.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n  Version 3, 19 November 2007", "AGPL-3.0"),
        ("Mozilla Public License Version 2.0\n ... the GNU General Public License, Version 2.0", "MPL-2.0"),
        (ISC + ", provided that the above copyright notice", "ISC"),
        (ISC + ".", "0BSD"),
        ("This is free and unencumbered software released into the public domain.", "Unlicense"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        ("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2", "PSF-2.0"),
        ("This software is provided ‘as-is’, without any express or implied warranty.", "Zlib"),
        ("# Permission is hereby granted, free of charge, to any\n# person obtaining a copy", "MIT"),
        ("All rights reserved.", None),
        ("", None),
    ],
)
def test_a_licence_is_told_by_its_grant(text: str, license_id: str | None) -> None:
    assert license_of_text(text) == license_id


def test_the_first_grant_of_a_text_counts() -> None:
    mit = "Permission is hereby granted, free of charge, to any person obtaining a copy"
    assert license_of_text(f"{BSD}\nParts are under: {mit}") == "BSD-2-Clause"
    assert license_of_text(f"{mit}\nParts are under: {BSD}") == "MIT"


@pytest.mark.parametrize(
    ("name", "license_id"),
    [
        ("MIT License", "MIT"),
        ("mit", "MIT"),
        ("Apache Software License", "Apache-2.0"),
        ("BSD-3-Clause", "BSD-3-Clause"),
        ("Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
        ("BSD License", None),
        ("Other/Proprietary License", None),
        ("Copyright (c) 2001 Somebody\n\nAll rights reserved", None),
        ("", None),
    ],
)
def test_a_name_gives_its_spdx_identifier_unless_it_is_ambiguous(name: str, license_id: str | None) -> None:
    assert license_of_name(name) == license_id


def test_licence_files_are_known_by_name() -> None:
    assert all(map(is_license_file, ("LICENSE", "LICENSE.md", "licence.txt", "COPYING", "COPYING.LESSER")))
    assert not any(map(is_license_file, ("README", "my_license.py")))


@given(st.text(max_size=300))
def test_any_text_is_read_without_error(text: str) -> None:
    license_of_text(text)
    license_of_name(text)
