"""The comments at the head of a source file, in whatever syntax the language has.

The scan starts at the first character, passes what may stand before a notice (shebang, `<?php`, XML prolog,
include guard, `"use strict"`, YAML's `---`) and blank lines, and ends at the first line of code. A block is one
delimited comment, or one run of line comments without a blank line between. Markers that are code elsewhere
are tied to their languages; all others are tried for every language, so unknown languages work too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal


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


_SLASH = frozenset(
    ["actionscript", "apex", "arduino", "aspectj", "c", "c-objdump", "cpp", "csharp", "css", "cuda", "d", "dart", "dtrace", "ec", "fantom", "glsl", "go", "gosu", "gradle", "groovy", "haxe", "hlsl", "holyc", "idl", "java", "javascript", "jison", "json5", "jsonnet", "kit", "kotlin", "less", "lex", "linker", "logos", "metal", "nesc", "objective-c", "objective-c++", "objective-j", "opencl", "postcss", "processing", "protobuf", "rescript", "rust", "sass", "scala", "scss", "slint", "solidity", "squirrel", "stylus", "swift", "swig", "systemverilog", "tsx", "typescript", "unrealscript", "v", "vala", "verilog", "wgsl", "yacc", "zig"]
) | {"protocol buffer", "gradle kotlin dsl", "qt script", "unified parallel c", "linker script"}
_HASH_HEADINGS = frozenset(("markdown", "mdx", "rmarkdown", "gemini"))
_PASCAL = frozenset(("pascal", "component pascal", "oxygene", "delphi", "inno setup"))
_LISP = frozenset(
    ("common lisp", "lisp", "scheme", "racket", "emacs lisp", "lfe", "newlisp", "picolisp", "wisp")
)
_STAR = frozenset(
    ("cobol", "abap", "sas", "stata", "gams", "xbase", "fortran", "genero 4gl", "hyphy", "rpgle")
)
_PYTHON = frozenset(
    ("python", "cython", "starlark", "sage", "snakemake", "mojo", "xonsh", "gn", "genie", "boo")
)
_TRIPLE = _PYTHON | {"", "julia", "vyper", "robotframework"}

_DELIMITERS = {
    r"/\*": "*/",
    r"<!--": "-->",
    r"\(\*": "*)",
    r"\{-(?!#)": "-}",
    r"\{#": "#}",
    r"<#--": "-->",
    r"<#": "#>",
    r"--\[\[": "]]",
    r"--\[=\[": "]=]",
    r"<%--": "--%>",
    r"<%[#/]": "%>",
    r"\{\{!--": "--}}",
    r"\{\{/\*": "*/}}",
    r"\{\{-\ /\*": "*/",
    r"\{\{!": "}}",
    r"\(;": ";)",
    r"/\+": "+/",
    r"@ignore\b": "@end ignore",
}
_DELIMITERS_OF = {
    **dict.fromkeys(_LISP, {r"#\|": "|#"}),
    **dict.fromkeys(_PASCAL, {r"\{(?!\$)": "}"}),
    **dict.fromkeys(_TRIPLE, {'[rRuUbB]{0,2}"""': '"""', "[rRuUbB]{0,2}'''": "'''"}),
    "julia": {"#=": "=#", '"""': '"""'},
    "nim": {r"#\[": "]#"},
    "velocity template language": {r"#\*": "*#"},
    "html+razor": {r"@\*": "*@"},
    "smarty": {r"\{\*": "*}"},
    "matlab": {r"%\{": "%}"},
    "lilypond": {r"%\{": "%}"},
    "coffeescript": {"###(?!#)": "###"},
    **dict.fromkeys(("ruby", "raku", "perl"), {r"=(?:begin|pod|head\d)\b": "\n=", "=for\\b": "\n\n"}),
    **dict.fromkeys(
        ("html+django", "jinja", "liquid", "twig", "html"), {r"\{%-?\s*comment\b[^%]*%\}": "{% endcomment %}"}
    ),
    "smalltalk": {'"': '"'},
}
_LINE_MARKERS = (
    r"//",
    r"\#(?!\[)",
    r"--",
    ";",
    "%(?!YAML)",
    r"!(?=[!\s*=-])",
    r"@?(?:[Rr][Ee][Mm])\b",
    r"::(?=\s)",
    r"dnl\b",
    r"['.]\\\"",
    r"\.\.(?=\ )",
    r"@c(?:omment)?\b",
    r"\\(?=\ )",
    r"NB\.",
    "⍝",
    r"-\#",
    r"'(?!'')(?=[\s'*=-])",
)
_NOT_PYTHON = r"'(?!'')(?=[\s'*=-])"
_LINE_MARKERS_OF = {
    **dict.fromkeys(_STAR, (r"\*", "[cC](?=[\\s*!=-])", "!")),
    **dict.fromkeys(("vim script", "vim snippet"), ('"',)),
    **dict.fromkeys(
        ("visual basic .net", "visual basic 6.0", "vba", "vbscript", "basic", "freebasic"), ("'",)
    ),
    **dict.fromkeys(("q", "slim", "haml"), ("/(?!/)",)),
}
_PRELUDE = re.compile(
    r"""\ufeff | [ \t\f\v\r]*\n | \#![^\n]*+\n
    | <\?(?:php|hh)\b(?:\s*declare\s*\([^)]{0,80}\)\s*;)? | <\?xml[^>]{0,2000}\?> | <!DOCTYPE[^>]{0,400}> | <%@[^>]{0,400}%>
    | @charset\b[^;\n]{0,80}; | [ \t]*\#[ \t]*pragma[ \t]+once[^\n]*+\n
    | [ \t]*\#[ \t]*ifndef[ \t]+(?P<guard>\w+)[^\n]*\n\s*\#[ \t]*define[ \t]+(?P=guard)[^\n]*\n
    | ["']use\ (?:strict|client|server|asm)["'];?(?=\s) | ---[ \t]*\r?\n | %YAML[^\n]*+\n
    | \{-\#(?:[^#]|\#(?!-\})){0,2000}\#-\} | @?echo\ off[ \t]*\r?\n | \#(?:end)?region\b[^\n]*+\n | \#nullable\b[^\n]*+\n
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DECORATION = " \t\r\f\v*#/;%!|=~+-<>_\\"
_MARKER_WORD = re.compile(
    r"""[ \t]*(?:@?rem\b|dnl\b|[cC](?=\s)|@c(?:omment)?\b|NB\.|['.]\\\\?"|\.\.|::|'|"|⍝)""", re.IGNORECASE
)
_INDENT = re.compile(r"[ \t\f]*+")
_REST_OF_LINE = re.compile(r"[ \t\r\f]*(?:\n|\Z)")


@cache
def _opener(language: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A pattern with one group for each opening delimiter of the language, and the closers in that order."""
    pairs = _DELIMITERS_OF.get(language, {}) | _DELIMITERS
    if language not in _DELIMITERS_OF and language not in _SLASH:
        pairs = _DELIMITERS_OF[""] | pairs
    return re.compile("|".join(f"({opener})" for opener in pairs)), tuple(pairs.values())


@cache
def _line_runs(language: str) -> tuple[re.Pattern[str], ...]:
    """One pattern for each line marker: a run of lines that begin with it."""
    markers: tuple[str, ...] = _LINE_MARKERS
    if language in _SLASH:
        markers = ("//",)
    elif language in _HASH_HEADINGS:
        markers = ()
    elif language in _PYTHON:
        markers = tuple(marker for marker in markers if marker != _NOT_PYTHON)
    markers = _LINE_MARKERS_OF.get(language, ()) + markers
    return tuple(re.compile(rf"(?:[ \t]*+(?:{m})[^\n]*+(?:\n|\Z))++", re.VERBOSE) for m in markers)


def head_comments(text: str, language: str) -> Iterator[CommentBlock]:
    """The comment blocks before the first code, in order; a comment that is never closed ends the head."""
    position = 0
    opener, closers = _opener(language)
    while position < len(text):
        prelude = _PRELUDE.match(text, position)
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
    for run in _line_runs(language):
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
