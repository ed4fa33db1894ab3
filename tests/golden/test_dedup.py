"""Deduplication of real packages against exhaustive answers."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy.bands import band_keys
from tasks.dedup_fuzzy.components import connected_components
from tasks.dedup_fuzzy.edges import band_rows, star_edges
from tasks.dedup_fuzzy.scurve import match_probability
from tasks.dedup_fuzzy.signature import signatures
from tasks.dedup_fuzzy.similarity import estimated_jaccards, true_jaccard
from tasks.text.survivors import choose
from tasks.text.tokens import count_tokens

PAPER = DedupFuzzyConfig()
BANDINGS = [(16, 128), (128, 16)]


class Golden:
    """The documents by id, and every pair of at least `ngram` tokens each with its Jaccard similarity."""

    def __init__(self, folder: Path) -> None:
        with gzip.open(folder / "documents.jsonl.gz", "rt", encoding="utf-8") as lines:
            self.documents = [json.loads(line) for line in lines]
        self.groups = [
            json.loads(line) for line in (folder / "exact_groups.jsonl").read_text().splitlines() if line
        ]
        self.row = {document["id"]: i for i, document in enumerate(self.documents)}
        self.texts = [document["content"] for document in self.documents]
        self.has_shingles = np.array([count_tokens(text) >= PAPER.ngram for text in self.texts])
        with (folder / "pairs.csv").open() as file:
            pairs = [
                (self.row[pair["id_a"]], self.row[pair["id_b"]], float(pair["jaccard_wordsymbol"]))
                for pair in csv.DictReader(file)
            ]
        pairs = [pair for pair in pairs if self.has_shingles[pair[0]] and self.has_shingles[pair[1]]]
        self.a, self.b = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
        self.jaccard = np.array([pair[2] for pair in pairs])
        self.signatures = signatures(self.texts, PAPER)


@pytest.fixture(scope="module")
def golden(shared: Path) -> Golden:
    return Golden(shared / "golden" / "dedup_dev")


def test_every_exact_survivor_is_right(golden: Golden) -> None:
    times = [datetime.fromisoformat(document["commit_time"]) for document in golden.documents]
    table = pa.table(
        {
            "content": golden.texts,
            "stars": [document["stars"] for document in golden.documents],
            "commit_time": pa.array(times, pa.timestamp("s", "UTC")),
            "id": [document["id"] for document in golden.documents],
        }
    )
    chosen = choose(table, "content", ("id",))
    members = defaultdict(set)
    for i, survivor in enumerate(chosen.survivor_row.tolist()):
        members[golden.documents[survivor]["id"]].add(golden.documents[i]["id"])
    found = {survivor: ids for survivor, ids in members.items() if len(ids) > 1}
    assert found == {group["keep_by_stars_then_latest"]: set(group["ids"]) for group in golden.groups}
    assert np.count_nonzero(~chosen.is_survivor) == 554


def test_true_jaccard_is_the_exhaustive_one(golden: Golden) -> None:
    step = 5
    for a, b, expected in zip(golden.a[::step], golden.b[::step], golden.jaccard[::step], strict=True):
        found = true_jaccard(golden.texts[a], golden.texts[b], PAPER.ngram)
        assert found == pytest.approx(expected, abs=1e-6), (a, b)


def test_estimates_lie_around_the_true_jaccard(golden: Golden) -> None:
    estimates = estimated_jaccards(golden.signatures[golden.a], golden.signatures[golden.b])
    standard_errors = np.sqrt(golden.jaccard * (1 - golden.jaccard) / PAPER.permutations)
    within = np.abs(estimates - golden.jaccard) <= 3 * standard_errors + 1e-6
    assert within.mean() > 0.98


def shares_a_key(golden: Golden, bands: int, rows: int) -> np.ndarray:
    keys = band_keys(golden.signatures, bands, rows)
    return (keys[golden.a] == keys[golden.b]).all(axis=2).any(axis=1)


@pytest.mark.parametrize(("bands", "rows"), BANDINGS)
def test_matches_per_bin_are_what_theory_says(golden: Golden, bands: int, rows: int) -> None:
    is_match = shares_a_key(golden, bands, rows)
    chance = match_probability(golden.jaccard, bands, rows)
    edges = [0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99, 0.999, 1.001]
    for low, high in pairwise(edges):
        of_bin = (golden.jaccard >= low) & (golden.jaccard < high)
        expected = chance[of_bin].sum()
        error = np.sqrt((chance[of_bin] * (1 - chance[of_bin])).sum())
        found = np.count_nonzero(is_match[of_bin])
        assert abs(found - expected) <= 3 * error + 1e-9, f"J in [{low}, {high}): {found} of {of_bin.sum()}"


def test_pairs_far_from_the_threshold_match_always_or_never(golden: Golden) -> None:
    is_match = shares_a_key(golden, 16, 128)
    assert is_match[golden.jaccard >= 0.995].all()
    assert not is_match[golden.jaccard < 0.9].any()


def test_clusters_hold_every_match_and_nothing_else(golden: Golden) -> None:
    nodes = np.arange(len(golden.texts), dtype=np.uint64)
    keys = band_keys(golden.signatures, PAPER.bands, PAPER.rows)
    found, components = connected_components(star_edges(*band_rows(keys, golden.has_shingles, nodes)))
    cluster = nodes.copy()
    cluster[found.astype(np.int64)] = components
    is_match = shares_a_key(golden, PAPER.bands, PAPER.rows)
    matches = np.stack((golden.a[is_match], golden.b[is_match]), axis=1).astype(np.uint64)
    assert (cluster[golden.a[is_match]] == cluster[golden.b[is_match]]).all()
    expected_nodes, expected = connected_components(matches)
    assert found.tolist() == expected_nodes.tolist()
    assert components.tolist() == expected.tolist()
    assert not np.isin(nodes[~golden.has_shingles], found).any()
