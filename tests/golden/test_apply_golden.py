"""`opencoder apply` on the reference inputs, as a user calls it, against the reference answers."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deployments.apply.command import apply
from tasks.filter.rules.tables import TABLES

LEXED = {
    "qsc_code_frac_chars_comments",
    "qsc_code_frac_chars_hex_words",
    "qsc_code_frac_chars_long_word_length",
    "qsc_code_frac_chars_string_length",
    "qsc_code_frac_lines_assert",
    "qsc_code_frac_lines_dupe_lines",
    "qsc_code_frac_lines_long_string",
    "qsc_code_frac_lines_prompt_comments",
    "qsc_code_frac_lines_string_concat",
}
"""What depends on how code is told from comments, and in the released filter on the version of its lexers."""


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [json.loads(line) for line in file]


def rows(path: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


@pytest.fixture(scope="module")
def dedup_golden(shared: Path) -> Path:
    return shared / "golden" / "dedup_dev"


@pytest.fixture(scope="module")
def dedup_out(dedup_golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dedup") / "out"
    assert apply("dedup", str(dedup_golden / "documents.jsonl.gz"), str(out), {}, 0, is_base64=False) == 0
    return out


def test_dedup_every_exact_group_and_survivor_is_right(dedup_golden: Path, dedup_out: Path) -> None:
    found = defaultdict(set)
    survivors = {}
    for row in rows(dedup_out / "exact_groups.parquet"):
        found[row["sha256"]].add(row["input_id"])
        survivors[row["sha256"]] = row["survivor_input_id"]
    expected = lines(dedup_golden / "exact_groups.jsonl")
    assert found == {group["sha256"]: set(group["ids"]) for group in expected}
    assert survivors == {group["sha256"]: group["keep_by_stars_then_latest"] for group in expected}


def test_dedup_clusters_hold_near_equal_pairs_and_no_others(dedup_golden: Path, dedup_out: Path) -> None:
    survivor = {row["input_id"]: row["survivor_input_id"] for row in rows(dedup_out / "exact_groups.parquet")}
    cluster = {row["input_id"]: row["cluster"] for row in rows(dedup_out / "clusters.parquet")}
    jaccard: dict[frozenset[str], float] = {}
    with (dedup_golden / "pairs.csv").open() as file:
        for pair in csv.DictReader(file):
            a, b = (survivor.get(pair[side], pair[side]) for side in ("id_a", "id_b"))
            if a != b:
                jaccard[frozenset((a, b))] = float(pair["jaccard_wordsymbol"])
    sure = [pair for pair, value in jaccard.items() if value >= 0.995]
    assert len(sure) > 20
    assert all(cluster[a] == cluster[b] for a, b in map(tuple, sure))
    members = defaultdict(list)
    for key, name in cluster.items():
        members[name].append(key)
    for group in members.values():
        near = {key for pair in jaccard for key in pair if pair <= set(group) and jaccard[pair] >= 0.9}
        assert near == set(group)


def test_dedup_one_row_of_every_cluster_is_kept_by_stars_then_time(
    dedup_golden: Path, dedup_out: Path
) -> None:
    documents = {row["id"]: row for row in lines(dedup_golden / "documents.jsonl.gz")}
    clusters = defaultdict(list)
    for row in rows(dedup_out / "clusters.parquet"):
        clusters[row["cluster"]].append(row)
    dropped = set()
    for members in clusters.values():
        kept = {row["survivor_input_id"] for row in members}
        assert len(kept) == 1
        best = max(
            (documents[m["input_id"]]["stars"], documents[m["input_id"]]["commit_time"]) for m in members
        )
        (one,) = kept
        assert (documents[one]["stars"], documents[one]["commit_time"]) == best
        dropped |= {row["input_id"] for row in members} - kept
    copies = {
        row["input_id"]
        for row in rows(dedup_out / "exact_groups.parquet")
        if row["input_id"] != row["survivor_input_id"]
    }
    kept_rows = rows(dedup_out / "kept.parquet")
    assert [row["input_id"] for row in kept_rows] == [key for key in documents if key not in dropped | copies]
    assert all({**row} == {"input_id": row["id"], **documents[row["id"]]} for row in kept_rows)


@pytest.fixture(scope="module")
def filter_golden(shared: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in lines(shared / "golden" / "filter_dev" / "signals.jsonl.gz")}


@pytest.fixture(scope="module")
def filter_out(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("filter") / "out"
    source = shared / "golden" / "filter_dev" / "files.jsonl.gz"
    assert apply("filter", str(source), str(out), {"filter.unknown": "keep"}, 0, is_base64=True) == 0
    return out


def test_filter_signals_are_the_released_ones(
    filter_golden: dict[str, dict[str, Any]], filter_out: Path
) -> None:
    compared = list(compare_signals(filter_golden, filter_out))
    exact = [one for one in compared if one.name not in LEXED]
    wrong = [one for one in exact if not one.is_same]
    assert len(exact) > 10_000
    assert not wrong, (len(wrong), wrong[:5])


def test_filter_signals_of_code_without_comments_are_mostly_the_released_ones(
    filter_golden: dict[str, dict[str, Any]], filter_out: Path
) -> None:
    lexed = [one for one in compare_signals(filter_golden, filter_out) if one.name in LEXED]
    assert len(lexed) > 3_000
    assert sum(one.is_same for one in lexed) > 0.95 * len(lexed)


class Compared(NamedTuple):
    input_id: str
    name: str
    found: float | None
    expected: float | None

    @property
    def is_same(self) -> bool:
        if self.found is None or self.expected is None:
            return self.found is self.expected
        return abs(self.found - float(self.expected)) <= 1e-6


def compare_signals(golden: dict[str, dict[str, Any]], out: Path) -> Iterator[Compared]:
    """Every signal of our tables that could be computed."""
    for row in rows(out / "signals.parquet"):
        expected = golden[row["input_id"]]
        unknown = dict(row["unknown"] or ())
        for name in TABLES.get(expected["threshold_table"], {}):
            if name not in unknown:
                yield Compared(row["input_id"], name, row[name], expected["signals"][name])


def test_filter_decisions_on_python_and_text_are_the_released_ones(
    filter_golden: dict[str, dict[str, Any]], filter_out: Path
) -> None:
    kept = {row["input_id"] for row in rows(filter_out / "kept.parquet")}
    decided = [
        row
        for row in filter_golden.values()
        if row["threshold_table"] in ("python", "text_en") and row["keep_random_on"] == row["keep_random_off"]
    ]
    wrong = [row["id"] for row in decided if row["keep_random_off"] != (row["id"] in kept)]
    assert len(decided) > 50
    assert not wrong


def test_filter_every_file_is_kept_or_dropped_for_a_reason(
    filter_golden: dict[str, dict[str, Any]], filter_out: Path
) -> None:
    kept = [row["input_id"] for row in rows(filter_out / "kept.parquet")]
    dropped = rows(filter_out / "dropped.parquet")
    assert set(kept) | {row["input_id"] for row in dropped} == set(filter_golden)
    assert not set(kept) & {row["input_id"] for row in dropped}
    assert all(not row["low"] <= row["value"] <= row["high"] for row in dropped if row["value"] is not None)
    unmeasured = {row["input_id"]: row["rule"] for row in dropped if row["rule"].endswith("_language")}
    assert unmeasured == {
        row["id"]: f"{row['doc_type']}_language"
        for row in filter_golden.values()
        if row["doc_type"] in ("unknown", "excluded")
    }


@pytest.fixture(scope="module")
def redact_golden(shared: Path) -> list[dict[str, Any]]:
    return lines(shared / "golden" / "pii_dev.jsonl")


@pytest.fixture(scope="module")
def redact_out(redact_golden: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("redact")
    columns = {"id": "id", "language": "language", "text": "content"}
    table = pa.table({name: [row[field] for row in redact_golden] for field, name in columns.items()})
    pq.write_table(table, folder / "in.parquet")
    assert apply("redact", str(folder / "in.parquet"), str(folder / "out"), {}, 0, is_base64=False) == 0
    return folder / "out"


def test_redact_most_is_found_and_nothing_to_be_kept_is_touched(
    redact_golden: list[dict[str, Any]], redact_out: Path
) -> None:
    redacted = rows(redact_out / "redacted.parquet")
    n_expected = n_found = 0
    for case, row in zip(redact_golden, redacted, strict=True):
        assert row["input_id"] == case["id"]
        for kept in case["must_keep"]:
            touching = [s for s in row["spans"] if s["start"] < kept["end"] and kept["start"] < s["end"]]
            assert not touching, case["id"]
        found = [is_found(wanted, case["text"], row) for wanted in case["expected"]]
        n_expected += len(found)
        n_found += sum(found)
    assert n_found >= n_expected / 2, (n_found, n_expected)


def test_redact_what_is_outside_of_the_spans_stands_as_it_was(
    redact_golden: list[dict[str, Any]], redact_out: Path
) -> None:
    for case, row in zip(redact_golden, rows(redact_out / "redacted.parquet"), strict=True):
        ends = [
            0,
            *(at for span in row["spans"] for at in (span["start"], span["end"])),
            len(case["text"]),
        ]
        position = 0
        for start, end in list(pairwise(ends))[::2]:
            position = row["content"].index(case["text"][start:end], position) + end - start
        assert bool(row["spans"]) == (row["content"] != case["text"])


def is_found(wanted: dict[str, Any], text: str, row: dict[str, Any]) -> bool:
    if wanted["type"] == "COPYRIGHT":
        return bool(text[wanted["start"] : wanted["end"]].strip() not in row["content"])
    accepted = {"EMAIL": {"email", "copyright"}, "IP": {"ip"}}.get(wanted["type"], {"password", "key"})
    covered: set[int] = set()
    for span in row["spans"]:
        if span["kind"] in accepted:
            covered |= set(range(max(span["start"], wanted["start"]), min(span["end"], wanted["end"])))
    return bool(len(covered) >= 0.9 * (wanted["end"] - wanted["start"]))
