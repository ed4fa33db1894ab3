"""Secrets that stand beside their name: assignments, fields, options, attributes, calls.

A few stems ("pass", "secret", "token", "key", ...) are searched in the lower-cased text, each as a pattern that
begins with a literal: such searches run at memory speed. The pattern also demands what joins a name and a
value, so few candidates are left to judge. Quoted values are taken in every language; `bare_values.py` knows
the places where a word without quotes is a value.
"""

import re
from collections.abc import Iterator

from tasks.filter.transform.anchors import anchor
from tasks.filter.transform.bare_values import bare_value, unbroken_end
from tasks.filter.transform.candidate import Candidate, holds_secret
from tasks.filter.transform.secret_names import secret_name
from tasks.filter.transform.span import Span
from tasks.filter.transform.word_set import word_set

_STEMS = {
    "pass": "pas",
    "secret": "ecr",
    "token": "oke",
    "key": "key",
    "cred": "cre",
    "auth": "aut",
    "pw": "pw",
    "psw": "psw",
    "kennwort": "nnw",
    "contrase": "ras",
    "senha": "nha",
    "mdp": "mdp",
}
"""Stem -> the anchor without which no text holds it."""

_JOIN = r"""
    [\w-]{0,40}+ (?:\.(?:value|text|default)\b)?+
    (?P<close> \\?["'`]? [\])}]?+ ["'`]?+ )
    (?:
        (?P<assign>
            [ \t]{0,20}+
            (?: :[ \t]?[&'\w<>?\[\]*.|\ ]{1,40}?(?=:?=[^=>]) | (?:string|text|varchar|\[\]byte|as\ string)[ \t]?(?=:?=)
              | \[\d{0,6}\][ \t]?(?==) )?
            (?: \?=|:-|=>|:=|===?|!==?|<-|->|\+=|\|\||\?\?|\?:|[:=] | (?<=[)\]]\ )or\b ) \s{0,20}+
            (?: [\w.:]{0,40}?(?:fromhex|b64decode|decode|unhexlify|secretstr|hex2bin|buffer\.from|bytes|string|str)
                [ \t]?\( (?=[a-z]?["'`]) )?+ )
      | (?P<pair> \s?,\s{0,20}+ (?=\\?["'`]) )
      | (?P<call> \s?\(\s{0,20}+ (?=\\?["'`]) )
      | (?P<attribute>
            \s{0,80}+ [,{]?\s{0,80}+ (?:(?:type|description|sensitive)\s?=[^\n]{0,120}+\s{1,40}+){0,3}+
            (?:\w{1,20}:)?["'<]{0,2}(?:parameter)?(?:value|content|default)["']? \s{0,20}+(?:=>|[=:>])\s{0,80}+ )
      | (?P<element> > (?=[^<>\s]{1,200}</) )
      | (?P<space> [ \t]{1,20}+ (?=\S) )
    )
"""
_CANDIDATES = tuple((anchor(name), re.compile(stem + _JOIN, re.VERBOSE)) for stem, name in _STEMS.items())
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$-"
_QUOTED = re.compile(
    r"""(?:[a-zA-Z@&$]|u8|rb|br)?
        (?: \\"(?P<e>[^"\\\n]{1,4096}+)\\"
          | "(?P<d>(?:[^"\\\n]|\\.){1,4096}+)"
          | '(?P<s>(?:[^'\\\n]|\\.){1,4096}+)'
          | `(?P<b>[^`\n]{1,4096}+)` )""",
    re.VERBOSE,
)
_DEFINING = (
    "#define", "const", "set", "setq", "define", "def", "defvar", "defconst", "defparameter", "with", "env", "arg",
    "(", "{", "-", ":", "user", "encrypted",
)  # fmt: skip
_READERS = word_set(
    """
    get find read load check verify is has fetch lookup ask prompt validate delete remove test it describe
    should input assert expect require confirm translate t parse consume match skip peek next eat want emit
    push query by contains
    """
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TRIES_IN_A_WORD = 6
"""Of bare values that come to nothing, or are long; without a limit, `password=password=...` would take the
square of a word's length."""
_LONG_VALUE = 256


def lowered(text: str) -> str:
    """The text in lower case with every character in its place."""
    # U+0130 is the one character that becomes two.
    return (text if text.isascii() else text.replace("\u0130", "i")).lower()


def find_assigned(text: str, lower: str, present: int, language: str = "") -> Iterator[Span]:
    """Values of passwords and keys beside their names; `lower` is `lowered(text)`, `present` its anchors."""
    for needed, pattern in _CANDIDATES:
        if not present & needed:
            continue
        word_end, n_tries = 0, 0  # of the unbroken word that holds the last bare values
        for match in pattern.finditer(lower):
            candidate = _candidate(text, match)
            if candidate is None:
                continue
            span = _quoted_value(text, candidate)
            start = candidate.value_start
            if span is None and (start >= word_end or n_tries < _TRIES_IN_A_WORD):
                span = bare_value(text, candidate, language)
                if start >= word_end:
                    word_end, n_tries = unbroken_end(text, start), 0
                n_tries += span is None or span.end - span.start > _LONG_VALUE
            if span:
                yield span


def _candidate(text: str, match: re.Match[str]) -> Candidate | None:
    """What the match promises: its whole name is read from the text, where its case is still to be seen."""
    start = match.start()
    window = text[max(0, start - 40) : start]
    start -= len(window) - len(window.rstrip(_NAME_CHARACTERS))
    spelled = text[start : match.start("close")]
    join = match.lastgroup or ""
    if text[start - 1 : start] == ":" and (text[start - 2 : start - 1] == ":" or match[0].endswith(":")):
        return None  # a scope, or one of many fields between colons
    name = secret_name(spelled.rpartition(".")[2] if join == "call" else spelled)
    if name is None:
        return None
    return Candidate(name, spelled, start, join, match.start("close"), match.end("close"), match.end())


def _quoted_value(text: str, candidate: Candidate) -> Span | None:
    """The string literal after the name, if it is a secret."""
    literal = _QUOTED.match(text, candidate.value_start)
    if literal is None or literal.lastgroup is None:
        return None
    name, join = candidate.name, candidate.join
    if join in ("call", "pair") and _READERS.intersection(map(str.lower, _WORD.findall(candidate.spelled))):
        return None
    if join == "space" and (
        name.strength != "named" or literal.lastgroup == "b" or not _defines(text, candidate)
    ):
        return None
    if join == "pair" and not _is_pair(text, candidate, literal.end()):
        return None
    start, end = literal.span(literal.lastgroup)
    counts = join not in ("pair", "call")
    return (
        Span(name.kind, start, end)
        if holds_secret(text, candidate, text[start:end], company_counts=counts)
        else None
    )


def _is_pair(text: str, candidate: Candidate, end: int) -> bool:
    """Whether name and value are the two arguments of a call or the halves of a pair, not items of a list."""
    before = text[max(0, candidate.start - 12) : candidate.start].rstrip("\"'`").rstrip()
    return before.endswith("(") and text[end : end + 12].lstrip().startswith(")")


def _defines(text: str, candidate: Candidate) -> bool:
    """Whether a name and a literal with only space between are a definition, not words of a sentence."""
    line = text.rfind("\n", max(0, candidate.start - 200), candidate.start) + 1
    before = text[line : candidate.start].strip().lower()
    return not before or before.endswith(_DEFINING)
