"""E-mail addresses in source text.

Every "@" followed by a host name is looked at from there outwards: to the right the host, which must end in
a name that exists; to the left the local part, without the escapes that strings and URLs put before it.
What has the form of an address but is none stays: remotes of version control, URL credentials, decorators,
sprites such as `image@2x.png`, reserved example domains, names of ssh algorithms.
"""

import re
from collections.abc import Iterator

from tasks.filter.transform.domains import is_mail_domain, is_reserved, names_algorithm
from tasks.filter.transform.span import Span

_LABEL = r"[0-9A-Za-zÀ-ÖØ-öø-ɏ](?:[0-9A-Za-zÀ-ÖØ-öø-ɏ-]{0,61}[0-9A-Za-zÀ-ÖØ-öø-ɏ])?+"
_HOST = rf"({_LABEL}(?:\.{_LABEL}){{1,8}}+)"
_AT_SIGNS = (
    re.compile("@" + _HOST),
    re.compile("&#(?:64|x40);" + _HOST),
    re.compile("%40" + _HOST),
)
_LOCAL_PUNCTUATION = "._%+-"
_LATIN = "".join(map(chr, range(0xC0, 0x250))).replace("×", "").replace("÷", "")
_LOCAL = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + _LATIN + _LOCAL_PUNCTUATION
_MAX_LOCAL = 64

_ESCAPED_BYTE = re.compile("%[0-9A-Fa-f]{2}")
_BINARY_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[0-7]{1,3})")
_USER_INFO = re.compile(r"([A-Za-z][\w+.-]*)://[^\s/\"'<>]*\Z")
_REMOTE_PATH = re.compile(r":(?!//)(?:[~/.]|[\w.~-]*/|[\w.-]+\.git\b)")
_COPY_COMMAND = re.compile(r"\b(?:scp|rsync|sftp|git)\b[^\n]*\Z")
_REMOTE_USERS = frozenset(("git", "hg", "svn", "gitolite", "gitea"))
_LABEL_KEYWORDS = frozenset(("this", "super", "return", "break", "continue", "self"))
_SPRITE = re.compile(r"\d+x\Z")

_SLOT_LANGUAGES = frozenset(
    ("r", "ocaml", "scala", "haskell", "standard ml", "julia", "kotlin", "mathematica")
)
"""Languages where `x@y.z` without spaces is an expression."""
_PROSE_BEFORE = re.compile(r"[\"'`#]|<\Z|//|--|\(\*|\A\s*[*%]|mailto:")


def find_emails(text: str, language: str = "") -> Iterator[Span]:
    """The addresses in the order found, at most one an at-sign; `mailto:` and angle brackets stay outside."""
    for pattern in _AT_SIGNS:
        for match in pattern.finditer(text):
            host_end = _host_end(text, match)
            if not host_end:
                continue
            start = _local_start(text, match.start())
            if start is None or _is_no_address(text, start, match, host_end):
                continue
            if language in _SLOT_LANGUAGES:
                line = text.rfind("\n", max(0, start - 300), start) + 1
                if not _PROSE_BEFORE.search(text[line:start]):
                    continue
            yield Span("email", start, host_end)


def _host_end(text: str, match: re.Match[str]) -> int:
    """Where the host name ends, or 0 if mail cannot be sent there or the name is reserved."""
    end = match.end()
    labels = match[1].lower().split(".")
    if len(labels) > 2 and not is_mail_domain(labels) and match[1].rpartition(".")[2].istitle():
        # A sentence follows the full stop without a space.
        end -= len(labels.pop()) + 1
    if not is_mail_domain(labels) or is_reserved(labels) or _SPRITE.match(labels[0]):
        return 0
    following = text[end : end + 1]
    return 0 if following and following in "_@([" else end


def _local_start(text: str, at: int) -> int | None:
    """Where the local part left of the at-sign begins; None where there is none."""
    end = at
    if text[at - 1 : at] in ("\\", "@"):
        end = at - 1  # an at-sign escaped for Perl or Texinfo
    window = text[max(0, end - _MAX_LOCAL - 1) : end]
    local = window[len(window.rstrip(_LOCAL)) :]
    escapes = list(_ESCAPED_BYTE.finditer(local))
    if escapes:
        local = local[escapes[-1].end() :]
    local = local.rpartition("..")[2]
    start = end - len(local)
    if text[start - 1 : start] == "\\" and local[:1] in tuple("nrtvfb"):
        local = local[1:]
    elif len(local) < 6 and _BINARY_ESCAPE.search(text, max(0, start - 1), end):
        return None
    local = local.lstrip(_LOCAL_PUNCTUATION)
    if not local or len(local) > _MAX_LOCAL or local[-1] == "." or local in _LABEL_KEYWORDS:
        return None
    start = end - len(local)
    if text[start - 1 : start] == "'" and text[start - 2 : start - 1] in ("o", "O", "d", "D"):
        before = text[start - 3 : start - 2]
        if local[0].isalpha() and not before.isalnum():
            start -= 2
    return start


def _is_no_address(text: str, start: int, at_host: re.Match[str], end: int) -> bool:
    """Whether the context makes a login, a remote or an algorithm's name of what looks like an address."""
    local, host = text[start : at_host.start()], at_host[1].lower()
    if local in _REMOTE_USERS or names_algorithm(local, host):
        return True
    before = text[max(0, start - 200) : start]
    user_info = _USER_INFO.search(before) if "://" in before else None
    if user_info and user_info[1].lower() != "mailto":
        return True
    if text[end : end + 1] != ":":
        return False
    if _REMOTE_PATH.match(text, end):
        return True
    line = text.rfind("\n", max(0, start - 300), start) + 1
    return bool(_COPY_COMMAND.search(text[line:start]))
