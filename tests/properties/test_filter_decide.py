"""Laws of measuring and deciding: thresholds are monotone, chance is a function of the document, counts agree."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.filter import FilterConfig, RuleOverride
from tasks.filter.comments import split_comments
from tasks.filter.decide import decide
from tasks.filter.measure import Measured, measure
from tasks.filter.repetition import DUPLICATE_SIZES, TOP_SIZES, repetition
from tasks.filter.rules.common import size_file_byte
from tasks.filter.rules.rule import Rule
from tasks.filter.rules.tables import TABLES, table_for, tables_with
from tasks.filter.source import Source
from tasks.filter.words import count_words, normalised_words, words_of

NO_LOGIC = "qsc_codepython_score_lines_no_logic"
PYTHON = tables_with({})["python"]

values = st.one_of(st.none(), st.floats(allow_nan=True), st.floats(0, 1), st.integers(0, 1000).map(float))
measured_python = st.fixed_dictionaries(dict.fromkeys(PYTHON, values)).map(
    lambda values: Measured(values, {})
)
code_text = st.text(st.sampled_from(" \n\r\t\"'`#/*-=<>!;%\\abrx0é\ufeff"), max_size=60)
few_words = st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=40)


@given(measured_python, st.sampled_from([*PYTHON]), st.floats(0, 100), st.booleans())
def test_wider_interval_never_drops_more(measured: Measured, name: str, by: float, below: bool) -> None:
    rule = PYTHON[name]
    if below and math.isfinite(rule.low):
        override = RuleOverride(low=rule.low - by)
    elif not below and math.isfinite(rule.high):
        override = RuleOverride(high=rule.high + by)
    else:
        override = RuleOverride(enabled=False)
    wider = tables_with({name: override})["python"]
    before = decide(measured, PYTHON, "id", FilterConfig())
    after = decide(measured, wider, "id", FilterConfig())
    assert {hit.rule for hit in after.hits} <= {hit.rule for hit in before.hits}
    assert after.kept or not before.kept


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_rule_fires_exactly_outside_of_its_interval(low: float, high: float, value: float) -> None:
    assert Rule(size_file_byte, low, high).fires(value) is not (low <= value <= high)


@given(measured_python, st.text(max_size=8), st.integers())
def test_decision_is_a_function_of_values_id_and_seed(
    measured: Measured, document_id: str, seed: int
) -> None:
    config = FilterConfig(seed=seed)
    first = decide(measured, PYTHON, document_id, config)
    assert decide(measured, dict(PYTHON), document_id, config) == first
    assert first.kept is not bool(first.hits)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.8, 1.0])
def test_rule_with_a_share_drops_that_share_of_its_hits(share: float) -> None:
    table = tables_with({NO_LOGIC: RuleOverride(drop_share=share)})["python"]
    measured = Measured({**dict.fromkeys(table), NO_LOGIC: 0.9}, {})
    n = 4000
    kept = [decide(measured, table, f"document {i}", FilterConfig()).kept for i in range(n)]
    other_seed = [decide(measured, table, f"document {i}", FilterConfig(seed=1)).kept for i in range(n)]
    assert abs(kept.count(False) / n - share) < 0.03
    assert (kept != other_seed) is (0 < share < 1)


def test_larger_share_drops_the_same_documents_and_more() -> None:
    measured = Measured({**dict.fromkeys(PYTHON), NO_LOGIC: 0.9}, {})

    def dropped(share: float) -> set[int]:
        table = tables_with({NO_LOGIC: RuleOverride(drop_share=share)})["python"]
        return {i for i in range(500) if not decide(measured, table, str(i), FilterConfig()).kept}

    assert dropped(0.3) < dropped(0.6) < dropped(0.9)


@given(few_words)
def test_repetition_equals_counting_every_ngram(words: list[str]) -> None:
    found = repetition(count_words(words))
    for n in (*TOP_SIZES, *DUPLICATE_SIZES):
        ngrams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        counts = Counter(ngrams)
        if n in TOP_SIZES:
            ngram, count = counts.most_common(1)[0] if counts else ((), 0)
            assert found.top_chars[n] == (len("".join(ngram)) * count if count > 1 else 0)
        else:
            covered = {i + k for i, ngram in enumerate(ngrams) if counts[ngram] > 1 for k in range(n)}
            assert found.duplicate_chars[n] == sum(len(words[i]) for i in covered)


@given(st.lists(st.integers(0, 5), max_size=30))
def test_repetition_ignores_what_the_words_are_called(ids: list[int]) -> None:
    one = repetition(count_words([f"w{i}" for i in ids]))
    other = repetition(count_words([f"x{5 - i}" for i in ids]))
    assert one == other


@given(st.text(max_size=60))
def test_words_are_all_visible_characters_in_order(text: str) -> None:
    assert "".join(words_of(text)) == "".join(text.split())


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_takes_the_same_words_as_any_text(text: str) -> None:
    assert normalised_words(text) == normalised_words(text + "\né")[:-1]


@given(
    code_text, st.sampled_from(["python", "c", "javascript", "shell", "rust", "sql", "html", "ruby", "lua"])
)
def test_code_and_comment_together_are_the_text(text: str, language: str) -> None:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    code, comment = split_comments(text, language)
    assert Counter(code) + Counter(comment) == Counter(plain)


@given(code_text, st.sampled_from(["python", "c", "shell", "markdown"]))
def test_every_signal_of_any_text_is_a_finite_number_or_nothing(text: str, language: str) -> None:
    kind = "text" if language == "markdown" else "code"
    source = Source(text, language, kind, "file", len(text.encode()))  # type: ignore[arg-type]
    measured = measure(source, TABLES[table_for(language, kind)])  # type: ignore[arg-type]
    numbers = [value for value in measured.values.values() if value is not None]
    assert np.isfinite(numbers).all()
    assert min(numbers) >= 0
    # overlapping copies of a top n-gram and the LF that ends a comment count on top of the text
    shares = {name: value for name, value in measured.values.items() if "_frac_chars_" in name and value}
    assert [
        name for name, value in shares.items() if value > 1 and not ("top_" in name or "comments" in name)
    ] == []
