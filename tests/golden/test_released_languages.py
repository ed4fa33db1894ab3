import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tasks.text.languages import EXCLUDED, kind_of, language_of, load_facts, load_table

DIFFERENCES: dict[str, tuple[str | None, str | None]] = {
    # extension: (released, ours)
    "cfg": ("haproxy", "ini"),
    "dtd": (None, "xml"),
    "lock": ("json", None),
    "pp": ("csharp", "puppet"),
    "backup": ("json", None),
    "desktop": ("emacs lisp", "desktop"),
    "dist": ("xml", None),
    "in": ("cmake", None),
    "kts": ("gradle kotlin dsl", "kotlin"),
    "metadata": ("xpages", None),
    "sed": ("yaml", "sed"),
    "src": ("erlang", None),
    "t": ("ejs", "perl"),
    "app.src": (None, "erlang"),
    "cmake.in": (None, "cmake"),
    "cs.pp": (None, "csharp"),
    "desktop.in": (None, "desktop"),
    "ejs.t": (None, "ejs"),
    "emacs.desktop": (None, "emacs lisp"),
    "gradle.kts": (None, "gradle kotlin dsl"),
    "h.in": (None, "c"),
    "tcl.in": (None, "tcl"),
    "tfstate.backup": (None, "json"),
    "xml.dist": (None, "xml"),
    "xsp.metadata": (None, "xpages"),
    "yaml.sed": (None, "yaml"),
    "f": ("filebench wml", "fortran"),
    "for": ("formatted", "fortran"),
    "sol": ("gerber image", "solidity"),
    "srt": ("srecode template", "subrip text"),
}


@pytest.fixture
def released(shared: Path) -> Any:
    return json.loads((shared / "golden" / "languages.json").read_text(encoding="utf-8"))


def test_the_stored_facts_are_the_released_ones(released: Any) -> None:
    facts = load_facts()
    assert facts.by_extension == released["extension"]
    assert facts.by_filename == released["filename"]
    assert facts.kinds == released["kind"]


def test_the_table_differs_from_the_released_one_in_the_listed_rows_only(released: Any) -> None:
    ours, theirs = load_table().by_extension, released["extension"]
    found = {e: (theirs.get(e), ours.get(e)) for e in {*ours, *theirs} if theirs.get(e) != ours.get(e)}
    assert found == DIFFERENCES
    assert load_table().by_filename == released["filename"]
    assert load_table().kinds == released["kind"]


def test_real_files_get_the_language_and_kind_of_the_released_filter(shared: Path) -> None:
    wrong = []
    with gzip.open(shared / "golden" / "filter_dev" / "files.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            language = language_of(row["filename"])
            if language is None:
                continue  # scripts without an extension, told by their first line
            kind = "excluded" if language in EXCLUDED else kind_of(language)
            if (language, kind) != (row["program_lang"], row["doc_type"]):
                wrong.append((row["filename"], row["program_lang"], language))
    assert {(released, ours) for _, released, ours in wrong} <= {
        ("haproxy", "ini"),
        ("unknown", "xml"),
    }, wrong
