"""Secrets without quotes: in configuration files, shell, connection strings, elements and comments.

A word after `password=` is a value in an INI file and a variable in Python. The place decides: how the line
begins, whether a quote is open, and the language. The weaker the place, the more the word itself must show.
"""

import re
from typing import Literal

from tasks.filter.transform.candidate import Candidate, holds_secret, in_company
from tasks.filter.transform.secret_values import shortest
from tasks.filter.transform.span import Span
from tasks.filter.transform.word_set import word_set

Place = Literal["line", "shell", "element", "inside", "spaced"]

_CONFIGURATION = word_set(
    """
    ini yaml yml dotenv env plaintext netrc nginx apacheconf haproxy properties conf cfg config toml hocon text
    markdown http caddyfile desktop saltstack makefile log miniyaml neon restructuredtext asciidoc org kickstart systemd
    editorconfig textile wikitext mdx rmarkdown csv
    """
) | {
    "java properties", "git config", "npm config", "ssh config", "curl config", "wget config", "readline config",
    "cabal config", "option list", "windows registry entries", "oasv2-yaml", "oasv3-yaml", "record jar", "e-mail",
    "irc log", "debian package control file", "hosts file", "openstep property list",
}  # fmt: skip
_SHELL = word_set(
    """
    shell bash sh zsh fish tcsh dockerfile batchfile shellsession singularity procfile powershell makefile
    containerfile just earthly nushell
    """
) | {"openrc runscript", "gentoo ebuild", "alpine abuild"}
_SPACED = frozenset(
    ["dockerfile", "netrc", "conf", "ini", "text", "nginx", "haproxy", "markdown", "shell", "bash", "yaml"]
) | {""}
_BARE = re.compile(r"[^\s\"'`<>\\]{1,4096}+")
_DEFINITION_BEFORE = re.compile(r"\s*\Z|.*\b(?:env|arg|login\s+\S+)\s+\Z|\s*machine\s.*\Z", re.IGNORECASE)
_COMMENT_BEFORE = re.compile(r"(?:^|\s)(?:#|//|--|;|%|/?\*|<!--|REM\b)", re.IGNORECASE)
_LINE_BEFORE = re.compile(
    r"""\s*(?:[-+*]\s+)?(?:(?:export|set|setx|env|arg|local|readonly|declare)\s+(?:-x\s+)?|.*\s-e\s+)?
        ["']?[\w.$:{}/\[\]-]*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_MARK = re.compile(r"\\.|[\"'`]")
_CODE = re.compile(r"\w[(\[]|[(\[{]\w*[)\]}]")
_SEPARATORS: dict[Place, str] = {"inside": ";&,)|", "element": "", "shell": ";&|)", "line": "", "spaced": ""}
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def bare_value(text: str, candidate: Candidate, language: str) -> Span | None:
    """The unquoted word after the name, if it is a secret and this is a place for one."""
    word = _BARE.match(text, candidate.value_start)
    if word is None or candidate.join in ("pair", "call"):
        return None
    if word.end() - word.start() < shortest(candidate.name):
        return None
    if candidate.join != "attribute" and "\n" in text[candidate.start : word.start()]:
        return None
    farthest = max(0, candidate.start - 300)
    line = text.rfind("\n", farthest, candidate.start) + 1 or farthest
    before = text[line : candidate.start]
    if before.endswith(('"', "'", "`")) and before[-1] in text[candidate.name_end : candidate.join_start]:
        before = before[:-1]  # the name alone is quoted
    place = _place(before, candidate, language)
    if place is None:
        return None
    end = _end(text, word.start(), word.end(), place)
    if place == "line" and _sentence_follows(text, end):
        return None
    if not _is_bare_secret(text, text[word.start() : end], candidate, place):
        return None
    return Span(candidate.name.kind, word.start(), end)


def unbroken_end(text: str, start: int) -> int:
    """Where the bare word at an offset ends, at most 4096 characters on; the offset itself if there is none."""
    word = _BARE.match(text, start)
    return word.end() if word else start


def _place(before: str, candidate: Candidate, language: str) -> Place | None:
    """What kind of place this is, from the line before the name; None where a bare word is no value."""
    if candidate.join == "element":
        return "element"
    settings = language in _SHELL or language in _CONFIGURATION
    quoted = _open_quote(before)
    if candidate.join == "space":
        if candidate.spelled.startswith("--"):
            return "shell" if language in _SHELL else "spaced" if settings or quoted else None
        return "spaced" if language in _SPACED and _DEFINITION_BEFORE.match(before) else None
    if quoted:
        return "inside"
    if settings and _LINE_BEFORE.match(before):
        return "shell" if language in _SHELL else "line"
    if settings or _COMMENT_BEFORE.search(before) or (not language and _LINE_BEFORE.match(before)):
        return "inside"
    return None


def _open_quote(before: str) -> str:
    """The quote that is open at the end of a piece of a line, or "" if none is."""
    quote = ""
    for mark in _MARK.findall(before):
        if len(mark) == 1:
            quote = mark if not quote else "" if quote == mark else quote
    return quote


def _end(text: str, start: int, end: int, place: Place) -> int:
    """Where the bare word ends: before a separator of its place, without punctuation that closes a sentence."""
    separators = _SEPARATORS[place]
    for position in range(start, min(end, start + 200)):
        if text[position] in separators:
            end = position
            break
    closing = ",;)]}." if place in ("inside", "line") else ",;"
    while end > start and text[end - 1] in closing:
        opening = _BRACKETS.get(text[end - 1])
        if opening and text.count(opening, start, end):
            break
        end -= 1
    return end


def _sentence_follows(text: str, end: int) -> bool:
    """Whether more words follow on the line, so that the value is only the first word of a sentence."""
    newline = text.find("\n", end, end + 300)
    after = text[end : newline if newline >= 0 else end + 300].strip()
    return bool(after) and after[0] not in "#;,/*}])|<-\\"


def _is_bare_secret(text: str, value: str, candidate: Candidate, place: Place) -> bool:
    if place not in ("line", "shell", "element"):
        # Before the judgement of the value, which costs most where values are long.
        if _CODE.search(value):
            return False
        is_mixed = len(value) >= 5 and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
        is_set = text[candidate.join_start : candidate.value_start] == "="
        if not is_mixed and not (is_set and in_company(text, candidate)):
            return False
    return holds_secret(text, candidate, value)
