"""The comments at the head of a source file, in whatever syntax the language has.

The scan starts at the first character, passes what may stand before a notice (shebang, `<?php`, XML prolog,
include guard, `"use strict"`, YAML's `---`) and blank lines, and ends at the first line of code. A block is one
delimited comment, or one run of line comments without a blank line between. Markers that are code elsewhere
are tied to their languages; all others are tried for every language, so unknown languages work too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.filter.transform.comment_syntax import PRELUDE, line_runs, opener_of


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One line of a comment: the line with its end, and the words inside its decoration."""

    start: int
    end: int
    content_start: int
    content_end: int


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """A comment with its line end: `body_start` to `body_end` lies between the delimiters, if it has any."""

    style: Literal["line", "delimited", "docstring"]
    start: int
    end: int
    body_start: int
    body_end: int


_DECORATION = " \t\r\f\v*#/;%!|=~+-<>_\\"
_MARKER_WORD = re.compile(
    r"""[ \t]*(?:@?rem\b|dnl\b|[cC](?=\s)|@c(?:omment)?\b|NB\.|['.]\\\\?"|\.\.|::|'|"|⍝)""", re.IGNORECASE
)
_INDENT = re.compile(r"[ \t\f]*+")
_REST_OF_LINE = re.compile(r"[ \t\r\f]*(?:\n|\Z)")


def head_comments(text: str, language: str) -> Iterator[CommentBlock]:
    """The comment blocks before the first code, in order; a comment that is never closed ends the head."""
    position = 0
    opener, closers = opener_of(language)
    while position < len(text):
        prelude = PRELUDE.match(text, position)
        if prelude and (position == 0 or not prelude[0].startswith("#!")):
            position = prelude.end()
            continue
        indent = _INDENT.match(text, position)
        opened = opener.match(text, indent.end() if indent else position)
        block = _delimited(text, position, opened, closers) if opened else _line_run(text, position, language)
        if block is None:
            return
        yield block
        position = block.end


def _delimited(
    text: str, position: int, opened: re.Match[str], closers: tuple[str, ...]
) -> CommentBlock | None:
    closer = closers[(opened.lastindex or 1) - 1]
    close = text.find(closer, opened.end())
    if close < 0:
        return None
    end = close + len(closer)
    if closer == "\n=":
        line_end = text.find("\n", end)
        end = len(text) if line_end < 0 else line_end
    rest = _REST_OF_LINE.match(text, end)
    docstring = closer in ('"""', "'''")
    if docstring and not rest:
        return None
    style: Literal["delimited", "docstring"] = "docstring" if docstring else "delimited"
    return CommentBlock(style, position, rest.end() if rest else end, opened.end(), close)


def _line_run(text: str, position: int, language: str) -> CommentBlock | None:
    for run in line_runs(language):
        match = run.match(text, position)
        if match:
            return CommentBlock("line", position, match.end(), position, match.end())
    return None


def comment_lines(text: str, block: CommentBlock) -> list[CommentLine]:
    """The lines of a block, each with the range of its words; an undecorated line keeps its indentation out."""
    lines = []
    position = block.start
    while position < block.end:
        newline = text.find("\n", position, block.end)
        end = block.end if newline < 0 else newline + 1
        inner_start, inner_end = (
            max(position, block.body_start),
            max(block.body_start, min(end, block.body_end)),
        )
        if block.style == "line" and (marker := _MARKER_WORD.match(text, inner_start, inner_end)):
            inner_start = marker.end()
        bare = text[inner_start:inner_end].lstrip(_DECORATION)
        content_start = inner_end - len(bare)
        content_end = content_start + len(bare.rstrip(_DECORATION + "\n"))
        lines.append(CommentLine(position, end, content_start, content_end))
        position = end
    return lines
