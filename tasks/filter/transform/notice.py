"""Which lines of a comment are a copyright or licence notice, and which document the code.

Lines are judged in paragraphs. A paragraph is a notice where it makes a statement: a copyright with holder or
year, a grant, a disclaimer, an SPDX tag. Comments that only talk about copyright make none: the statement must
not be quoted and must not be the object of a sentence such as "adds Copyright (c) ...".
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

from tasks.filter.transform.notice_language import legal_evidence

Label = Literal["blank", "directive", "documentation", "authorship", "metadata", "notice"]

_BESIDE = ("authorship", "metadata")
_YEAR = r"(?:19|20)\d\d"
_DIRECTIVE = re.compile(
    r"""-\*-.*-\*- | \b(?:vim?|ex):\  | \bcoding[:=]\s*[-\w.]+ | ^!/
    | ^\W*(?:@flow|@ts-|@jsx|@jest-|eslint|jshint|jslint|global\s|pylint:|mypy:|flake8:|ruff:|isort:|noqa\b
        |type:\s*ignore|cython:|distutils:|pyright:|fmt:|yapf:|black:|noinspection|frozen_string_literal
        |warn_indent|encoding:|rubocop:|shellcheck\ |yaml-language-server|prettier-ignore|sourceMappingURL
        |swift-tools-version|syntax=|\+build|go:\w|requires:?\ |RUN:|clang-format|nolint|cspell:|stylelint
        |region\b|endregion\b|ktlint|language=|require\s|import\s)
    | ^\W*[@\\](?:file|brief|module|overview|fileoverview|page|mainpage|defgroup|ingroup|addtogroup|package
        |namespace|title|details)\b""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_METADATA = re.compile(
    r"""^\W*(?:
      (?:original\ |main\ |lead\ |initial\ )?
      (?:authors?|maintainers?|contributors?|developers?|programmers?|creators?|credits?|contact|e-?mail|mail
        |written|created|modified|changed|updated|last[ -]\w+|date|version|revision|since|rev|file\s?name|file
        |url|website|web|home\s?page|homepage|project|keywords|bugs?\ to|report\ bugs|module\ name|release
        |based\ on|ported|translated|history|id|link|web\ ?site|company|organi[sz]ation)\b
      \s*(?:\(s\))?\s*(?:[:=]|by\b|on\b|\d|\|)
    | [@:\\](?:authors?|version|since|date|link|see|category|subpackage|maintainer|email|creator|created|modified
        |website|url|source)\b
    | \$(?:id|revision|date|author|header|rcsfile|source|freebsd|name|log|url|head\w*|lastchanged\w+)\b
    | by\s+(?-i:[A-Z]) | https?://\S+\s*$ | \S+@\S+\.\w+>?\s*$ | [\w./-]+\.\w{1,5}$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_AUTHORSHIP = re.compile(
    r"^\W*(?:(?:original |main |lead |initial )?"
    r"(?:authors?|maintainers?|contributors?|developers?|programmers?|creators?|contact|e-?mail|written|created|credits?|company|organi[sz]ation)\b|by\s|\S+@\S+\.\w+)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:this (?:file|program|library|source|code|software|work|package|header|is)|part of|licen|permission"
    r"|portions|.{1,40} is part of)\b",
    re.IGNORECASE,
)
_NUMBERED_ITEM = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]\s", re.IGNORECASE)
_LIST_ITEM = re.compile(r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[*•-])\s", re.IGNORECASE)
_UNFINISHED = re.compile(rf"(?:[,&(-]|\b(?:and|by|the|of|to|or|in|{_YEAR}|\(c\)|©))\s*\Z", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.:!?][\"')\]]*\Z")
_WORDS = re.compile(r"[^\W\d_]{2,}")


def label_lines(lines: Sequence[str], *, carried: bool = False) -> list[Label]:
    """[n] one label a line, for the words of a comment's lines without decoration.

    `carried`: the comment before was a notice, which this one may go on with. Authorship and other
    metadata (dates, versions, addresses) are part of a notice only beside one: `copyright.py` decides.
    """
    labels: list[Label] = ["documentation"] * len(lines)
    paragraphs: list[list[int]] = [[]]
    directed = _DIRECTIVE.search("\n".join(lines)) is not None
    for i, line in enumerate(lines):
        if not line or (line.isascii() and not any(c.isalnum() for c in line)):
            labels[i] = "blank"
        elif directed and _DIRECTIVE.search(line):
            labels[i] = "directive"
        else:
            paragraphs[-1].append(i)
            continue
        if paragraphs[-1]:
            paragraphs.append([])
    paragraphs = [paragraph for paragraph in paragraphs if paragraph]
    texts = ["\n".join(lines[i] for i in paragraph) for paragraph in paragraphs]
    after_notice = False
    states = [bool(legal_evidence(text)[0]) for text in texts]
    for n, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        for i in paragraph:
            if _METADATA.match(lines[i]):
                labels[i] = "authorship" if _AUTHORSHIP.match(lines[i]) else "metadata"
        if states[n]:
            _label_stated(lines, paragraph, text, labels, after_notice)
            after_notice = True
        elif _belongs(text, after_notice, any(states[n + 1 :])) or (
            carried and n == 0 and _is_legal_prose(text)
        ):
            after_notice = True
            for i in paragraph:
                labels[i] = "notice"
        else:
            after_notice = after_notice and all(labels[i] in _BESIDE for i in paragraph)
    return labels


def _belongs(text: str, after_notice: bool, before_notice: bool) -> bool:
    """Whether a paragraph that states nothing is the rest, or the opening, of the notice beside it."""
    n_legal = len(legal_evidence(text)[1])
    n_words = len(_WORDS.findall(text))
    if not after_notice:
        return before_notice and n_legal > 0 and n_words <= 30 and bool(_OPENING.match(text))
    if n_legal >= 2 or _NUMBERED_ITEM.match(text) or (n_legal and (n_words <= 14 or _LIST_ITEM.match(text))):
        return True
    return before_notice and (n_legal > 0 or text.lower() in ("or", "and") or bool(_LIST_ITEM.match(text)))


def _is_legal_prose(text: str) -> bool:
    """Whether a paragraph is as full of legal words as only licences are."""
    return len(legal_evidence(text)[1]) >= 3


def _label_stated(
    lines: Sequence[str], paragraph: list[int], text: str, labels: list[Label], after_notice: bool
) -> None:
    """Labels a paragraph that holds a statement: documentation above or below it in one paragraph stays."""
    starts = [0]
    for i in paragraph:
        starts.append(starts[-1] + len(lines[i]) + 1)
    stated_ranges, legal_ranges = legal_evidence(text)
    stated = _touched(starts, stated_ranges)
    legal = _touched(starts, legal_ranges) | stated
    first = min(stated)
    opening = lines[paragraph[first - 1]]
    if first and (after_notice or min(legal) == 0 or _flows(opening, lines[paragraph[first]])):
        first = 0
    _label_from(lines, paragraph, labels, first, legal)


def _flows(line: str, following: str) -> bool:
    """Whether a sentence runs on from one line to the next."""
    return not _SENTENCE_END.search(line) and following[:1].islower() and not following.startswith("(c)")


def _label_from(
    lines: Sequence[str], paragraph: list[int], labels: list[Label], first: int, legal: set[int]
) -> None:
    """Marks the notice from its first line on, up to the line where a new sentence speaks of something else."""
    in_notice = False
    previous = ""
    for position, i in enumerate(paragraph):
        line = lines[i]
        if position < first:
            continue
        if position in legal:
            in_notice = True
        elif in_notice and labels[i] not in _BESIDE:
            in_notice = _goes_on(previous, line)
        if in_notice and labels[i] not in _BESIDE:
            labels[i] = "notice"
        if position == first:
            labels[i] = "notice"
        previous = line


def _goes_on(previous: str, line: str) -> bool:
    """Whether a line without legal words continues the sentence of the notice line before it."""
    if _UNFINISHED.search(previous) or line[:1].islower() or line[:4].isdigit():
        return True
    if _SENTENCE_END.search(previous):
        return False
    names_holder = len(previous) < 70 and re.search(_YEAR, previous) and legal_evidence(previous)[0]
    return not names_holder


def _touched(starts: list[int], ranges: list[tuple[int, int]]) -> set[int]:
    """Positions of the lines that the ranges touch."""
    touched: set[int] = set()
    for start, end in ranges:
        touched.update(range(bisect_right(starts, start) - 1, bisect_left(starts, end)))
    return touched
