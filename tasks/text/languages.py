"""Which language a file is in, told by its name or its first line, and which kind of text that is.

The facts are `languages.tsv`: github-linguist's, as selected by the released filter
(OpenCoder-llm/opc_data_filtering). `CORRECTIONS` lists every extension that is read in another way
here, with the reason; the golden test asserts that there is no other difference.
"""

import re
from functools import cache
from importlib import resources
from typing import NamedTuple, cast

from models.collect import EXCLUDED_LANGUAGES
from models.document import Kind

EXCLUDED: frozenset[str] = frozenset(EXCLUDED_LANGUAGES)
"""Languages that are never collected (paper App-E.2)."""

WRONG: dict[str, str | None] = {
    "cfg": "ini",
    "dtd": "xml",
    "lock": None,
    "pp": "puppet",
}
"""cfg was haproxy, dtd unknown, pp csharp; lock was json, but that depends on the tool: known names stay."""

CUT_SHORT: dict[str, str | None] = {
    "backup": None,
    "desktop": "desktop",
    "dist": None,
    "in": None,
    "kts": "kotlin",
    "metadata": None,
    "sed": "sed",
    "src": None,
    "t": "perl",
    "app.src": "erlang",
    "cmake.in": "cmake",
    "cs.pp": "csharp",
    "desktop.in": "desktop",
    "ejs.t": "ejs",
    "emacs.desktop": "emacs lisp",
    "gradle.kts": "gradle kotlin dsl",
    "h.in": "c",
    "tcl.in": "tcl",
    "tfstate.backup": "json",
    "xml.dist": "xml",
    "xsp.metadata": "xpages",
    "yaml.sed": "yaml",
}
"""The facts keep the last part of linguist's compound extensions (`.cmake.in` made every `.in` cmake).

The compound ones are known here again, and the last part alone means what linguist says of it.
"""

FIRST_OF_SEVERAL: dict[str, str | None] = {
    "f": "fortran",
    "for": "fortran",
    "sol": "solidity",
    "srt": "subrip text",
}
"""Extensions with several owners in linguist, where the facts took the alphabetically first, a rare one.

They were filebench wml, formatted, gerber image and srecode template. Extensions that only a look at the
content can settle (h, m, v, l, gd) stay as they are.
"""

CORRECTIONS: dict[str, str | None] = WRONG | CUT_SHORT | FIRST_OF_SEVERAL
"""Extension -> language where it differs from the facts; None = the extension tells nothing."""

LANGUAGE_OF_INTERPRETER: dict[str, str] = {
    interpreter: language
    for language, interpreters in {
        "applescript": "osascript",
        "awk": "awk gawk mawk nawk",
        "clojure": "bb clojure",
        "coffeescript": "coffee",
        "common lisp": "clisp ecl lisp sbcl",
        "common workflow language": "cwl-runner",
        "crystal": "crystal",
        "dart": "dart",
        "elixir": "elixir",
        "emacs lisp": "emacs",
        "erlang": "escript",
        "fish": "fish",
        "gnuplot": "gnuplot",
        "groovy": "groovy",
        "haskell": "runghc runhaskell stack",
        "javascript": "bun d8 js node nodejs qjs rhino zx",
        "jq": "jq",
        "julia": "julia",
        "kotlin": "kotlin",
        "lua": "lua luajit texlua",
        "makefile": "gmake make",
        "matlab": "octave",
        "nushell": "nu",
        "ocaml": "ocaml ocamlrun",
        "openrc runscript": "openrc-run",
        "perl": "cperl perl",
        "php": "php",
        "powershell": "powershell pwsh",
        "python": "pypy python",
        "r": "Rscript",
        "racket": "racket",
        "raku": "perl6 raku rakudo",
        "ruby": "jruby macruby rake ruby",
        "scala": "amm scala scala-cli",
        "scheme": "bigloo chicken csi gosh guile r6rs",
        "sed": "gsed sed",
        "shell": "ash bash bats busybox dash ksh mksh pdksh sh zsh",
        "swift": "swift",
        "tcl": "expect tclsh wish",
        "tcsh": "csh tcsh",
        "typescript": "deno ts-node tsx",
        "xonsh": "xonsh",
    }.items()
    for interpreter in interpreters.split()
}
"""Program that a script's first line names, without its version -> language."""

_SHEBANG = re.compile(r"#!\s*(\S+)[ \t]*(.*)")
_VERSION = re.compile(r"[\d.]+[a-z]?$|-\d[\d.]*$")
_ENV_WORD = re.compile(r"-|\w+=")


class LanguageTable(NamedTuple):
    """The facts of `languages.tsv`, corrected or as released."""

    by_extension: dict[str, str]
    by_filename: dict[str, str]
    kinds: dict[str, Kind]


@cache
def load_facts() -> LanguageTable:
    """The table as released, without the corrections."""
    by_extension: dict[str, str] = {}
    by_filename: dict[str, str] = {}
    kinds: dict[str, Kind] = {}
    text = resources.files("tasks.text").joinpath("languages.tsv").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    for row in rows[1:]:
        language, kind, extensions, filenames = row.split("\t")
        kinds[language] = cast(Kind, kind)
        by_extension.update(dict.fromkeys(extensions.split(" "), language) if extensions else {})
        by_filename.update(dict.fromkeys(filenames.split("/"), language) if filenames else {})
    return LanguageTable(by_extension, by_filename, kinds)


@cache
def load_table() -> LanguageTable:
    """The table in use: the facts with `CORRECTIONS` applied."""
    facts = load_facts()
    merged = {**facts.by_extension, **CORRECTIONS}
    by_extension = {extension: language for extension, language in merged.items() if language is not None}
    return facts._replace(by_extension=by_extension)


def language_of(filename: str) -> str | None:
    """The language that a file name (or path) tells, None when it tells none.

    The whole name decides first, then the extension, the longest known one (`cmake.in` before `in`), as it
    is written before its lower-case form (`C` is cpp, `PY` is python).
    """
    table = load_table()
    name = filename.rsplit("/", 1)[-1]
    language = table.by_filename.get(name)
    if language is not None or "." not in name:
        return language
    parts = name.split(".")
    for extension in (".".join(parts[-2:]), parts[-1]) if len(parts) > 2 else (parts[-1],):
        language = table.by_extension.get(extension) or table.by_extension.get(extension.lower())
        if language is not None:
            return language
    return None


def language_of_shebang(first_line: str) -> str | None:
    """The language of the program that `#!...` names, None without one or for an unknown program.

    Versions are ignored (`python3.11` is python) and `env` is looked through, its options included.
    """
    shebang = _SHEBANG.match(first_line)
    if shebang is None:
        return None
    program = shebang[1].rsplit("/", 1)[-1]
    if program == "env":
        words = [word for word in shebang[2].split() if not _ENV_WORD.match(word)]
        program = words[0].rsplit("/", 1)[-1] if words else ""
    return LANGUAGE_OF_INTERPRETER.get(program) or LANGUAGE_OF_INTERPRETER.get(_VERSION.sub("", program))


def kind_of(language: str) -> Kind:
    """Code, data or text (paper App-E.1); KeyError for a name that the table does not have."""
    return load_table().kinds[language]
