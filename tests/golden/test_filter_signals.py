"""Signals, thresholds and decisions of the filter against the released filter's, on 472 real files.

Signals of the text as it stands are equal on every file. Signals of code or comments depend on the lexer that
the released filter used; they are equal on all files but those of LEXER, each with the reason.
"""

import base64
import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from models.filter import FilterConfig
from tasks.filter.decide import decide
from tasks.filter.measure import Measured, measure
from tasks.filter.rules.common import COMMON
from tasks.filter.rules.python import PYTHON
from tasks.filter.rules.rule import Rule
from tasks.filter.rules.tables import TABLES, TableName, table_for
from tasks.filter.rules.text import TEXT_EN
from tasks.filter.source import Source

FILES = "golden/filter_dev/files.jsonl.gz"
SIGNALS = "golden/filter_dev/signals.jsonl.gz"

CODE_OR_COMMENT = {
    "qsc_code_frac_chars_comments",
    "qsc_code_frac_lines_dupe_lines",
    "qsc_code_frac_lines_long_string",
    "qsc_code_frac_chars_string_length",
    "qsc_code_frac_chars_long_word_length",
    "qsc_code_frac_lines_string_concat",
    "qsc_code_frac_chars_hex_words",
    "qsc_code_frac_lines_prompt_comments",
    "qsc_code_frac_lines_assert",
}

LEXER = {
    "fd-0049": "c: comments inside `#if 0` are code to the lexer",
    "fd-0127": "javascript, minified: a backtick in a regular expression",
    "fd-0181": "html: the lexer splits script and style too",
    "fd-0182": "html: the lexer splits script and style too",
    "fd-0207": "shell: a here-document with quotes",
    "fd-0222": "shell: `#` in a parameter expansion",
    "fd-0338": "ruby: a comment that touches the code before it",
    "fd-0345": "ruby: comments inside an extended regular expression",
    "fd-0370": "yaml: `#` in a block scalar",
    "fd-0403": "makefile: the released filter counts no comment",
    "fd-0409": "perl: the released filter takes any line that begins with = for documentation",
    "fd-0412": "maven pom: unknown to the lexer",
    "fd-0414": "gradle kotlin dsl: unknown to the lexer, all after the first comment is comment",
    "fd-0422": "batchfile: unknown to the lexer",
    "fd-0423": "motorola 68k assembly: unknown to the lexer",
}
COMPLETE_TABLES = {"text_en", "others", "data", "shell", "sql", "python"}
"""Tables of which every rule is here, so that decisions can be compared."""


class Case(NamedTuple):
    """One golden file: what we measure, what the released filter says."""

    id: str
    sha256: str
    table: TableName
    measured: Measured
    golden: dict[str, Any]


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    with gzip.open(shared / SIGNALS, "rt") as lines:
        golden = {row["id"]: row for row in map(json.loads, lines)}
    with gzip.open(shared / FILES, "rt") as lines:
        files = [row for row in map(json.loads, lines) if row["doc_type"] in ("code", "data", "text")]
    return [case_of(row, golden[row["id"]]) for row in files]


def case_of(row: dict[str, Any], golden: dict[str, Any]) -> Case:
    text = base64.b64decode(row["content"]).decode("utf-8", errors="replace")
    source = Source(text, row["program_lang"], row["doc_type"], row["filename"], row["size"])
    table = table_for(row["program_lang"], row["doc_type"])
    return Case(row["id"], row["sha256"], table, measure(source, TABLES[table]), golden)


def differs(value: float | None, golden: float | None) -> bool:
    if value is None or golden is None:
        return value is not golden
    return abs(value - golden) > 1e-6


@pytest.mark.parametrize("name", [*COMMON, *PYTHON, *TEXT_EN])
def test_signal_equals_the_released_filters(name: str, cases: list[Case]) -> None:
    measured = [case for case in cases if name in case.measured.values]
    wrong = {
        case.id: (case.measured.values[name], case.golden["signals"][name])
        for case in measured
        if differs(case.measured.values[name], case.golden["signals"][name])
    }
    allowed = LEXER.keys() if name in CODE_OR_COMMENT else set()
    assert len(measured) >= 32
    assert {key: value for key, value in wrong.items() if key not in allowed} == {}


def test_no_signal_of_the_golden_files_is_unknown(cases: list[Case]) -> None:
    assert {case.id: case.measured.unknown for case in cases if case.measured.unknown} == {}


def test_every_exempted_file_needs_its_exemption(cases: list[Case]) -> None:
    different = {
        case.id
        for case in cases
        for name, value in case.measured.values.items()
        if differs(value, case.golden["signals"][name])
    }
    assert different == LEXER.keys()


def test_table_of_every_file_is_the_released_filters(cases: list[Case]) -> None:
    assert {case.id for case in cases if case.table != case.golden["threshold_table"]} == set()


def test_rules_hit_the_files_that_the_released_filter_hits(cases: list[Case]) -> None:
    wrong = {}
    for case in cases:
        table = TABLES[case.table]
        decision = decide(case.measured, table, case.sha256, FilterConfig())
        hits = {hit.rule for hit in (*decision.hits, *decision.passed)}
        if different := hits ^ {name for name in case.golden["hits"] if name in table}:
            wrong[case.id] = different
    assert wrong == {"fd-0414": {"qsc_code_frac_chars_comments"}}, "the only hit that a lexer decides"


def test_decisions_equal_where_chance_has_no_part(cases: list[Case]) -> None:
    complete = [case for case in cases if case.table in COMPLETE_TABLES and case.id != "fd-0414"]
    wrong = []
    for case in complete:
        drop = case.golden["keep_random_on"]
        if drop == case.golden["keep_random_off"]:
            kept = {
                decide(case.measured, TABLES[case.table], case.sha256, FilterConfig(seed=s)).kept
                for s in (0, 1)
            }
            wrong += [case.id] if kept != {drop} else []
    assert len(complete) > 250
    assert wrong == []


def rule_of(drop: dict[str, Any] | None, rule: Rule) -> Rule:
    """The rule that a condition of the reference means, with our signal."""
    if drop is None:
        return Rule(rule.signal)
    low, high, spared = float("-inf"), float("inf"), None
    for condition in drop.get("any", [drop]):
        match condition["op"], condition["value"]:
            case "<", value:
                low = value
            case ">", value:
                high = value
            case "==", True if condition["value"] is True:
                high = 0.0
            case "==", False if condition["value"] is False:
                low = 1.0
            case "==", value:
                low, spared = value + 1, 0.0
    return Rule(rule.signal, low, high, drop.get("drop_probability", 1.0), spared)


@pytest.mark.parametrize("table", get_args(TableName))
def test_thresholds_are_the_released_ones(table: TableName, shared: Path) -> None:
    signals = json.loads((shared / "golden/rules.json").read_text())["signals"]
    expected = {row["signal"]: row["drop"][table] for row in signals if table in row["drop"]}
    for name, rule in TABLES[table].items():
        assert rule == rule_of(expected.pop(name, None), rule), name
    specific = {row["signal"] for row in signals if row["category"] == "language_specific"}
    missing = set(expected) - specific
    assert missing == set()
    assert table != "python" or not expected
