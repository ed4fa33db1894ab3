"""How comments are written in the languages of the world: delimiters, line markers, and what may come first.

Markers that are code elsewhere are tied to their languages; all others are tried for every language, so that
unknown languages work too. Keys are patterns of openers, values the closers as they stand.
"""

import re
from functools import cache

from tasks.filter.transform.word_set import word_set

_SLASH = word_set(
    """
    actionscript apex arduino aspectj c c-objdump cpp csharp css cuda d dart dtrace ec fantom glsl go gosu
    gradle groovy haxe hlsl holyc idl java javascript jison json5 jsonnet kit kotlin less lex linker logos
    metal nesc objective-c objective-c++ objective-j opencl postcss processing protobuf rescript rust sass
    scala scss slint solidity squirrel stylus swift swig systemverilog tsx typescript unrealscript v vala
    verilog wgsl yacc zig
    """
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
_POD = {r"=(?:begin|pod|head\d)\b": "\n=", r"=for\b": "\n\n"}
_TEMPLATE = {r"\{%-?\s*comment\b[^%]*%\}": "{% endcomment %}"}
_DELIMITERS_OF: dict[str, dict[str, str]] = {
    **{language: {r"#\|": "|#"} for language in _LISP},
    **{language: {r"\{(?!\$)": "}"} for language in _PASCAL},
    **{language: {'[rRuUbB]{0,2}"""': '"""', "[rRuUbB]{0,2}'''": "'''"} for language in _TRIPLE},
    **dict.fromkeys(("ruby", "raku", "perl"), _POD),
    **dict.fromkeys(("html+django", "jinja", "liquid", "twig", "html"), _TEMPLATE),
    "julia": {"#=": "=#", '"""': '"""'},
    "nim": {r"#\[": "]#"},
    "velocity template language": {r"#\*": "*#"},
    "html+razor": {r"@\*": "*@"},
    "smarty": {r"\{\*": "*}"},
    "matlab": {r"%\{": "%}"},
    "lilypond": {r"%\{": "%}"},
    "coffeescript": {"###(?!#)": "###"},
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
PRELUDE = re.compile(
    r"""\ufeff | [ \t\f\v\r]*\n | \#![^\n]*+\n
    | <\?(?:php|hh)\b(?:\s*declare\s*\([^)]{0,80}\)\s*;)? | <\?xml[^>]{0,2000}\?>
    | <!DOCTYPE[^>]{0,400}> | <%@[^>]{0,400}%> | @charset\b[^;\n]{0,80};
    | [ \t]*\#[ \t]*pragma[ \t]+once[^\n]*+\n
    | [ \t]*\#[ \t]*ifndef[ \t]+(?P<guard>\w+)[^\n]*\n\s*\#[ \t]*define[ \t]+(?P=guard)[^\n]*\n
    | ["']use\ (?:strict|client|server|asm)["'];?(?=\s) | ---[ \t]*\r?\n | %YAML[^\n]*+\n
    | \{-\#(?:[^#]|\#(?!-\})){0,2000}\#-\} | @?echo\ off[ \t]*\r?\n
    | \#(?:end)?region\b[^\n]*+\n | \#nullable\b[^\n]*+\n
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""One thing that may stand before a notice: a blank line, a shebang, a prolog, an include guard ..."""


@cache
def opener_of(language: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A pattern with one group for each opening delimiter of the language, and the closers in that order."""
    pairs = _DELIMITERS_OF.get(language, {}) | _DELIMITERS
    if language not in _DELIMITERS_OF and language not in _SLASH:
        pairs = _DELIMITERS_OF[""] | pairs
    return re.compile("|".join(f"({opener})" for opener in pairs)), tuple(pairs.values())


@cache
def line_runs(language: str) -> tuple[re.Pattern[str], ...]:
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
