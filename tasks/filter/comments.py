r"""Comments told from code, for every language, in one pass of one compiled regex a comment style.

A style's regex matches whatever starts a comment or a string. What its named group holds is comment, all
else is code; strings are stepped over, so a comment sign inside one does not count. Every alternative ends
at the latest at the end of the text and gives nothing back, so time is linear.

As in the released filter (where the lexer does it) the text that is split has LF line ends, no byte order
mark, no leading or trailing LF but one final LF: the lengths of the two parts add up to that text's.
"""

import re
from typing import NamedTuple


class Split(NamedTuple):
    """A text in two parts, each the concatenation of its pieces in order."""

    code: str
    comment: str


_DOUBLE = r'"[^"\\\n]*+(?:\\[\s\S][^"\\\n]*+)*+"?'
_SINGLE = r"'[^'\\\n]*+(?:\\[\s\S][^'\\\n]*+)*+'?"
_DOUBLE_LONG = r'"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"?'
_SINGLE_LONG = r"'[^'\\]*+(?:\\[\s\S][^'\\]*+)*+'?"
_DOUBLE_PLAIN = r'"[^"]*+"?'
_SINGLE_PLAIN = r"'[^']*+'?"
_TRIPLE = r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:""")?'
_TRIPLE_SINGLE = r"'''(?:[^'\\]|\\[\s\S]|'(?!''))*+(?:''')?"
_TEMPLATE = r"`[^`\\]*+(?:\\[\s\S][^`\\]*+)*+`?"
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n][^'\n]{0,9})'"
"""One character in quotes: lifetimes and digit separators open nothing."""

_SLASHES = r"//[^\n]*+"
_SLASHES_END = r"//[^\n]*+\n?"
_SLASHES_CONTINUED = r"//[^\n\\]*+(?:\\[\s\S][^\n\\]*+)*+\n?"
_SLASH_STAR = r"/\*[\s\S]*?(?:\*/|\Z)"
_HASH = r"#[^\n]*+"
_HASH_WORD = r"(?<![^\s;&|(])#[^\n]*+"
_HASH_WORD_END = _HASH_WORD + r"\n?"
_DASHES = r"--[^\n]*+"
_DASHES_END = r"--[^\n]*+\n?"
_SEMICOLON = r";[^\n]*+"
_PERCENT = r"%[^\n]*+"
_ANGLED = r"<!--[\s\S]*?(?:-->|\Z)"
_BRACED_DASHES = r"\{-[\s\S]*?(?:-\}|\Z)"
_PAREN_STAR = r"\(\*[\s\S]*?(?:\*\)|\Z)"
_PYTHON_DOCUMENTATION = r"^[^\S\n]*+[rRuUbB]{0,2}+(?P<documentation>" r'"""[\s\S]*?"""|' r"'''[\s\S]*?''')"
"""A triple-quoted string that begins a line; the first closing quotes end it, escaped or not."""
_C_INCLUDE = (
    r"^[^\S\n]*+\#[^\S\n]*+include[^\S\n]*+"
    r"""(?:"[^"\n]++"|<[^>\n]++>)[^\S\n]*+(?P<after_include>//[^\n]*+)"""
)
"""A comment after an include leaves the line end to the code, others in C take it."""
_DIRECTIVE = r"^[^\S\n]*+\#[^\n]*+"


def _style(*comments: str, strings: tuple[str, ...] = (_DOUBLE, _SINGLE)) -> re.Pattern[str]:
    return re.compile("|".join((f"(?P<comment>{'|'.join(comments)})", *strings)), re.MULTILINE)


_STYLES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        _style(_HASH, strings=(_PYTHON_DOCUMENTATION, _TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE)),
        "python, starlark, cython, sage, snakemake, xonsh, mojo",
    ),
    (
        _style(_SLASHES_CONTINUED, _SLASH_STAR, strings=(_C_INCLUDE, _DOUBLE, _CHARACTER)),
        "c, cpp, objective-c, objective-c++, cuda, opencl, glsl, hlsl, metal, renderscript, unified parallel c",
    ),
    (
        _style(_SLASHES_END, _SLASH_STAR, strings=(_DIRECTIVE, r'@"(?:[^"]|"")*+"?', _DOUBLE, _CHARACTER)),
        "csharp",
    ),
    (
        _style(_SLASHES, _SLASH_STAR, strings=(_TRIPLE, _DOUBLE, _CHARACTER)),
        "java, kotlin, scala, groovy, gradle, gradle kotlin dsl, aspectj, ceylon, xtend, processing, apex",
    ),
    (
        _style(_SLASHES_END, _SLASH_STAR, strings=(r'r#+"[\s\S]*?(?:"#|\Z)', _DOUBLE_LONG, _CHARACTER)),
        "rust, ron, move, cairo",
    ),
    (_style(_SLASHES, _SLASH_STAR, strings=(_DOUBLE, _CHARACTER, r"`[^`]*+`?")), "go, go module, v, templ"),
    (
        _style(_SLASHES, _SLASH_STAR, strings=(_DOUBLE, _SINGLE, _TEMPLATE)),
        "javascript, typescript, tsx, dart, swift, d, zig, solidity, protocol buffer, thrift, json, json5, "
        "json with comments, actionscript, haxe, qml, vala, pike, chapel, odin, wgsl, systemverilog, verilog, "
        "rescript, reason, objective-j, squirrel, nemerle, bluespec, ballerina, jsonnet, p4, cadence, fantom",
    ),
    (
        _style(_SLASHES_END, _SLASH_STAR, r"#(?!\[)[^\n]*+\n?", strings=(_DOUBLE_LONG, _SINGLE_LONG)),
        "php, hack",
    ),
    (_style(_SLASH_STAR), "css"),
    (_style(_SLASHES, _SLASH_STAR), "scss, less, sass, stylus, postcss, sugarss"),
    (
        _style(_DASHES_END, _SLASH_STAR, strings=(_SINGLE_PLAIN, _DOUBLE_PLAIN)),
        "sql, plsql, plpgsql, tsql, sqlpl, hiveql",
    ),
    (
        _style(_HASH_WORD_END, strings=(r"\\[\s\S]", _DOUBLE_LONG, _SINGLE_PLAIN)),
        "shell, tcsh, fish, elvish, nushell, openrc runscript, alpine abuild, gentoo ebuild, gentoo eclass, "
        "bitbake, terraform template",
    ),
    (_style(r"^=begin\b[\s\S]*?(?:^=end[^\n]*+|\Z)", _HASH_WORD), "ruby, crystal, rbs, mirah"),
    (_style(r"^=[a-z][\s\S]*?(?:^=cut[^\n]*+|\Z)", _HASH_WORD), "perl, raku"),
    (
        _style(_HASH_WORD),
        "yaml, toml, makefile, cmake, r, julia, elixir, nix, tcl, awk, sed, powershell, coffeescript, "
        "livescript, graphql, hcl, meson, dockerfile, gdscript, nim, puppet, prisma, just, gn, "
        "gherkin, robotframework, rexx, sparql, turtle, dotenv, nginx, apacheconf, git config, crontab, "
        "ignore list, git attributes, editorconfig, pip requirements, gemfile.lock, gettext catalog, cue, "
        "protocol buffer text format, open policy agent, kakounescript, tl-verilog, common workflow language",
    ),
    (
        _style(_ANGLED, strings=()),
        "html, xml, xslt, svg, vue, svelte, maven pom, ant build system, xml property list, jetbrains mps, "
        "html+erb, html+php, html+razor, html+eex, html+ecr, astro, handlebars, mustache, web ontology language",
    ),
    (_style(r"--\[\[[\s\S]*?(?:\]\]|\Z)", _DASHES), "lua, luau, moonscript, terra"),
    (
        _style(_BRACED_DASHES, _DASHES, strings=(_DOUBLE,)),
        "haskell, elm, purescript, agda, idris, curry, frege, lean, lean 4, dhall",
    ),
    (_style(_DASHES, strings=(_DOUBLE,)), "ada, vhdl, eiffel, applescript, asn.1"),
    (_style(_PAREN_STAR, _SLASHES, strings=(_DOUBLE,)), "ocaml, f#, standard ml, coq, mathematica, modula-2"),
    (_style(r"\{[\s\S]*?(?:\}|\Z)", _PAREN_STAR, _SLASHES, strings=(_SINGLE,)), "pascal, component pascal"),
    (
        _style(_SEMICOLON, strings=(_DOUBLE_LONG,)),
        "clojure, scheme, racket, common lisp, emacs lisp, newlisp, fennel, hy, janet, lfe, picolisp, "
        "assembly, llvm, autohotkey",
    ),
    (
        _style(_PERCENT, strings=(_DOUBLE,)),
        "tex, bibtex, erlang, matlab, prolog, postscript, mercury, logtalk",
    ),
    (_style(r"^[^\S\n]*+[;#!][^\n]*+", strings=()), "ini, java properties, desktop, npm config, haproxy"),
    (
        _style(r"'[^\n]*+", strings=(_DOUBLE_PLAIN,)),
        "vba, vbscript, visual basic .net, visual basic 6.0, basic",
    ),
    (_style(r"(?i:^[^\S\n]*+(?:@?rem\b|::)[^\n]*+)", strings=()), "batchfile"),
    (_style(r"![^\n]*+"), "fortran, fortran free form"),
)

_STYLE_OF: dict[str, re.Pattern[str]] = {
    language: style for style, languages in _STYLES for language in languages.split(", ")
}


def split_comments(text: str, language: str) -> Split:
    """Code and comment of `text`; all of it is code in a language whose comments are not known here.

    Documentation strings that begin a line count as comment in Python.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    style = _STYLE_OF.get(language)
    if style is None:
        return Split(text, "")
    code: list[str] = []
    comment: list[str] = []
    end = 0
    for match in style.finditer(text):
        group = match.lastgroup
        if group is not None:
            start, after = match.span(group)
            code.append(text[end:start])
            comment.append(text[start:after])
            end = after
    code.append(text[end:])
    return Split("".join(code), "".join(comment))


_PYTHON_COMMENT = re.compile(
    r"(?P<comment>#[^\r\n]*+)|" + "|".join((_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE))
)


def python_comments(text: str) -> str:
    """The `#` comments of Python source that parses, one after another; strings may hold `#` freely."""
    return "".join(match["comment"] for match in _PYTHON_COMMENT.finditer(text) if match.lastgroup)
