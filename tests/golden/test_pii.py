"""The transform against the hand-written cases of the golden set: expected spans, and spans to keep."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.transform import TransformConfig
from tasks.filter.transform.redact import Redacted, redact

MIN_FOUND_SHARE = 0.95
KIND = {"EMAIL": "email", "IP": "ip", "PASSWORD": "secret", "KEY": "secret", "COPYRIGHT": "copyright"}


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared / "golden" / "pii_dev.jsonl").read_text().splitlines()]


def is_found(expected: dict[str, Any], result: Redacted) -> bool:
    """At least 90 % of the characters covered by one span of its kind; a notice must be gone from the output."""
    kind = KIND[expected["type"]]
    if kind == "copyright":
        return expected["text"] not in result.text
    length = expected["end"] - expected["start"]
    for span in result.spans:
        same = ("secret" if span.kind in ("password", "key") else span.kind) == kind
        covered = min(span.end, expected["end"]) - max(span.start, expected["start"])
        if covered >= 0.9 * length and (same or (kind == "email" and span.kind == "copyright")):
            return True
    return False


def test_golden_set_is_there_and_whole(cases: list[dict[str, Any]]) -> None:
    assert len(cases) == 32
    for case in cases:
        for span in case["expected"]:
            assert case["text"][span["start"] : span["end"]] == span["text"]


def test_expected_spans_are_found(cases: list[dict[str, Any]]) -> None:
    missed, n_expected = [], 0
    for case in cases:
        result = redact(case["text"], case["language"], TransformConfig())
        n_expected += len(case["expected"])
        missed += [(case["id"], span["text"]) for span in case["expected"] if not is_found(span, result)]
    assert 1 - len(missed) / n_expected >= MIN_FOUND_SHARE, missed


def test_spans_to_keep_are_untouched(cases: list[dict[str, Any]]) -> None:
    touched = [
        (case["id"], kept["text"], span)
        for case in cases
        for span in redact(case["text"], case["language"], TransformConfig()).spans
        for kept in case["must_keep"]
        if span.start < kept["end"] and kept["start"] < span.end
    ]
    assert touched == []


def test_nothing_is_found_that_is_neither_expected_nor_optional(cases: list[dict[str, Any]]) -> None:
    extra = [
        (case["id"], case["text"][span.start : span.end])
        for case in cases
        for span in redact(case["text"], case["language"], TransformConfig()).spans
        if not any(
            span.start < e["end"] and e["start"] < span.end for e in case["expected"] + case["optional"]
        )
    ]
    assert extra == []
