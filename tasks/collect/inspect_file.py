"""Decides whether a file becomes a document, and in which language; a pure function of name and bytes."""

from dataclasses import dataclass

from models.collect import CollectConfig, RejectReason
from models.document import Kind
from tasks.text.languages import kind_of, language_of, language_of_shebang

_TEXT_CONTROLS = b"\t\n\v\f\r\x1b"
_CONTROLS = bytes(c for c in (*range(0x20), 0x7F) if c not in _TEXT_CONTROLS)
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_LFS_POINTER_MAX_BYTES = 1024
_FIRST_LINE_MAX_BYTES = 256


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document: its text encodes to exactly the bytes collected (a byte order mark stays)."""

    text: str
    language: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rejected:
    """No document, and the first reason that holds."""

    reason: RejectReason


def inspect_file(content: bytes, path: str, config: CollectConfig) -> Accepted | Rejected:
    """The decoded text with its language, or the reason why the file is no document (paper 2.1.1).

    The language comes from the name, or from `#!` where the name tells nothing.
    """
    if len(content) > config.max_file_bytes:
        return Rejected("too_large")
    if not content:
        return Rejected("empty")
    if len(content) <= _LFS_POINTER_MAX_BYTES and content.startswith(_LFS_POINTER):
        return Rejected("unreadable")
    if is_binary(content, config.max_control_share):
        return Rejected("binary")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return Rejected("undecodable")
    language = language_of(path)
    if language is None and content.startswith(b"#!"):
        language = language_of_shebang(text[:_FIRST_LINE_MAX_BYTES])
    if language is None:
        return Rejected("unknown_language")
    if language in config.excluded_languages:
        return Rejected("excluded_language")
    return Accepted(text, language, kind_of(language))


def is_binary(content: bytes, max_control_share: float) -> bool:
    """True with a NUL byte, or with a larger share of control characters than text has.

    Tab, line ends, form feed, vertical tab and escape are no sign of it.
    """
    if b"\0" in content:
        return True
    n_controls = len(content) - len(content.translate(None, _CONTROLS))
    return n_controls > max_control_share * len(content)
