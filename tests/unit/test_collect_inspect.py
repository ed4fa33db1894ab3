import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.collect import CollectConfig, InstalledPackages
from tasks.collect.inspect_file import Accepted, Rejected, inspect_file

CONFIG = CollectConfig(sources=(InstalledPackages(),), max_file_bytes=1000)


@pytest.mark.parametrize(
    ("content", "path", "reason"),
    [
        (b"x" * 1001, "a.py", "too_large"),
        (b"", "a.py", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "a.py", "unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "binary"),
        (b"x = 1\n\x00", "a.py", "binary"),
        (b"a" * 94 + b"\x01" * 6, "a.txt", "binary"),
        ("x = 1\n".encode("utf-16"), "a.py", "binary"),
        ("# ä\n".encode("latin-1"), "a.py", "undecodable"),
        (b"\xed\xa0\x80", "a.py", "undecodable"),
        (b"text", "a.unheard", "unknown_language"),
        (b"text", "unheard", "unknown_language"),
        (b"a,b\n", "a.csv", "excluded_language"),
        (b"{}", "a.ipynb", "excluded_language"),
    ],
)
def test_a_file_is_rejected_for_the_first_reason_that_holds(content: bytes, path: str, reason: str) -> None:
    assert inspect_file(content, path, CONFIG) == Rejected(reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "path", "language", "kind"),
    [
        (b"x = 1\n", "a.py", "python", "code"),
        (b"{}", "a.json", "json", "data"),
        (b"# Title", "a.md", "markdown", "text"),
        (b"#!/bin/sh\nls\n", "bin/run", "shell", "code"),
        (b"#!/bin/sh\n", "a.py", "python", "code"),
        (b"\x1b[1mbold\x1b[0m\f\t\n", "a.txt", "text", "text"),
        (b"a" * 95 + b"\x01" * 5, "a.txt", "text", "text"),
        (b"y" * 1000, "a.txt", "text", "text"),
    ],
)
def test_text_in_a_known_language_is_accepted(content: bytes, path: str, language: str, kind: str) -> None:
    accepted = inspect_file(content, path, CONFIG)
    assert isinstance(accepted, Accepted)
    assert (accepted.text.encode(), accepted.language, accepted.kind) == (content, language, kind)


def test_a_byte_order_mark_and_line_ends_stay() -> None:
    content = b"\xef\xbb\xbfx = 1\r\ny = 2\r"
    accepted = inspect_file(content, "a.py", CONFIG)
    assert isinstance(accepted, Accepted)
    assert accepted.text == "\ufeffx = 1\r\ny = 2\r"


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())))
def test_the_text_of_an_accepted_file_encodes_to_the_bytes_collected(content: bytes) -> None:
    result = inspect_file(content, "a.py", CONFIG)
    if isinstance(result, Accepted):
        assert hashlib.sha256(result.text.encode()).digest() == hashlib.sha256(content).digest()
    else:
        assert result.reason in {"empty", "unreadable", "binary", "undecodable"}


def test_the_excluded_languages_and_the_size_cut_are_settings() -> None:
    config = CONFIG.model_copy(update={"excluded_languages": ("python",), "max_file_bytes": 3})
    assert inspect_file(b"x=1", "a.py", config) == Rejected("excluded_language")
    assert inspect_file(b"a,b", "a.csv", config) == Accepted("a,b", "csv", "data")
    assert inspect_file(b"x = 1", "a.csv", config) == Rejected("too_large")
