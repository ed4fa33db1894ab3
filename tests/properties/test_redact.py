"""Laws of the transform on arbitrary text, and its time on hostile text."""
# ruff: noqa: E501  (one case a line)

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.transform import TransformConfig
from tasks.filter.transform import anchor_arrays, anchor_kernels, anchors
from tasks.filter.transform.assignments import lowered
from tasks.filter.transform.redact import redact

CONFIG = TransformConfig()
PLACEHOLDERS = {"email": "<email>", "ip": "<ip>", "password": "<password>", "key": "<key>", "copyright": ""}
LANGUAGES = [
    "python",
    "c",
    "shell",
    "yaml",
    "ini",
    "markdown",
    "r",
    "fortran",
    "html",
    "go",
    "",
    "no such language",
]
PIECES = [
    "# ", "// ", "/*", "*/", "<!--", "-->", '"""', "--", ";; ", "\n", "\n\n", " ", "\t", "\r\n", "=", ": ", "'", '"', ",",
    "(", ")", "{", "}", "\\n", "@", ".", ":", "::", "-", "/", "://", "Copyright (c) 2010 Fake Co.", "All rights reserved",
    "SPDX-License-Identifier: MIT", "Licensed under the MIT License", "import os", "x = 1", "password", "DB_PASSWORD",
    "api_key", "token", "secret", "hunter2-fake", "fake0123456789abcdef", "user", "app", "25.1.2.200", "1.2.3.4", "127.0.0.1",
    "version ", "2c0f:fa11::21", "a.b@mail-notreal.com", "git@host.org:x/y.git", "mailto:", "https", "<email>", "<password>",
    "<key>", "<ip>", "#!/bin/sh", "<?php", "Author: Jo", "AKIAFAKEFAKEFAKEFAKE", "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----", "MIIEfake0123456789", "İ", "é", "漢", "\ud800", "𝒜",
]  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@given(texts, st.sampled_from(LANGUAGES))
@settings(max_examples=600, deadline=None)
def test_redacting_the_result_changes_nothing(text: str, language: str) -> None:
    once = redact(text, language, CONFIG)
    twice = redact(once.text, language, CONFIG)
    assert twice.text is once.text
    assert twice.spans == ()


@given(texts, st.sampled_from(LANGUAGES))
@settings(max_examples=600, deadline=None)
def test_nothing_changes_outside_sorted_disjoint_spans(text: str, language: str) -> None:
    result = redact(text, language, CONFIG)
    rebuilt, position = "", 0
    for span in result.spans:
        assert position <= span.start < span.end <= len(text)
        rebuilt += text[position : span.start] + PLACEHOLDERS[span.kind]
        position = span.end
    assert rebuilt + text[position:] == result.text
    if not result.spans:
        assert result.text is text


@given(texts)
@settings(max_examples=100, deadline=None)
def test_everything_switched_off_changes_nothing(text: str) -> None:
    off = TransformConfig(
        strip_copyright=False,
        redact_emails=False,
        redact_ip_addresses=False,
        redact_passwords=False,
        redact_keys=False,
    )
    assert redact(text, "python", off).text is text


@given(texts)
@settings(max_examples=100, deadline=None)
def test_placeholders_that_look_like_findings_do_not_loop(text: str) -> None:
    odd = TransformConfig(
        email_placeholder="a@b.com c@d.com", ip_placeholder="25.1.2.200", key_placeholder="p=1"
    )
    redact(text, "ini", odd)


@given(texts)
@settings(max_examples=200, deadline=None)
def test_lower_case_keeps_every_character_in_its_place(text: str) -> None:
    assert len(lowered(text)) == len(text)


@given(st.one_of(texts, st.binary(max_size=300).map(lambda b: b.decode("latin-1"))))
@settings(max_examples=200, deadline=None)
def test_compiled_and_array_kernels_find_the_same_anchors(text: str) -> None:
    import numpy as np

    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    if len(data) < 3:
        return
    found = []
    for kernel in (anchor_kernels, anchor_arrays):
        present = np.zeros(len(anchors._SETS), dtype=np.uint8)
        kernel.sets_present(data, anchors._CLASS_OF_BYTE, anchors._TABLE, present)
        found.append(present.tolist())
    assert found[0] == found[1]


HOSTILE = {
    "one line of 8 MB of words": "lorem ipsum dolor " * 450_000,
    "one line of 8 MB of code": "var a=b[c].d(e,'f');if(g==h){i.key=j.token}" * 190_000,
    "at signs": "@" * 1_000_000,
    "addresses without end": "a@b.c" * 200_000,
    "digits and dots": "1.2.3.4.5.6.7.8.9." * 55_000,
    "dots": "." * 1_000_000,
    "colons": ":" * 1_000_000,
    "hex groups": "ab:cd:" * 170_000,
    "double quotes": '"' * 1_000_000,
    "single quotes": "'" * 1_000_000,
    "quoted names": "'password'," * 100_000,
    "open values": "password='" * 100_000,
    "spaces after a name": "password" + " " * 1_000_000,
    "spaces after many names": ("password" + " " * 90) * 10_000,
    "names without end": "password_token_key_" * 50_000,
    "slashes": "://" * 330_000,
    "open URLs": "://a:" * 200_000,
    "parentheses": "connect(" * 120_000,
    "comment marks": "# " * 500_000,
    "comment lines": "# copyright\n" * 90_000,
    "open comment": "/* copyright (c) " * 60_000,
    "notice words": "/* " + "copyright (c) the permission of " * 30_000 + "*/",
    "begin marks": "-----BEGIN PRIVATE KEY-----\n" * 35_000,
    "curl": "curl " * 200_000,
    "backslashes": "\\" * 1_000_000,
    "names as values of names": "password=" * 110_000,
    "long values of names": ("password=" * 400 + "\n") * 250,
    "many mails": "x@mail-notreal.com " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_less_than_two_seconds_of_processor_time(name: str) -> None:
    redact("warm up password", "python", CONFIG)
    for language in ("python", "yaml"):
        started = time.process_time()
        redact(HOSTILE[name], language, CONFIG)
        assert time.process_time() - started < 2
