"""Signatures, bands and their curve: values, edge cases, bounds and the two sets of kernels."""

import hashlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy import signature_arrays
from tasks.dedup_fuzzy.bands import band_keys, document_band_keys
from tasks.dedup_fuzzy.interchange import to_datasketch
from tasks.dedup_fuzzy.permutations import permutations
from tasks.dedup_fuzzy.scurve import match_probability, midpoint
from tasks.dedup_fuzzy.signature import EMPTY, new_seen, signature, signatures
from tasks.dedup_fuzzy.similarity import estimated_jaccard, estimated_jaccards, true_jaccard
from tasks.text.shingles import shingle_hashes

SMALL = DedupFuzzyConfig(bands=8, rows=4)
CODE = "def add(a, b):\n    return a + b  # naïve\n\n" * 4

DIGEST_OF_KEYS = """
import hashlib
from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy.bands import document_band_keys
from tasks.text.compiled import USE_NUMBA
texts = ["", "a b c", "w" * 200_000, "x = 1\\n" * 30_000]
texts += [f"def f{i}(é): return {i} + 漢\\n" * i for i in range(40)]
keys = document_band_keys(texts, DedupFuzzyConfig(bands=8, rows=4))
print(USE_NUMBA, hashlib.sha256(keys.keys.tobytes() + keys.n_tokens.tobytes()).hexdigest())
"""


def slow_lane(rows: list[int], start: int, factor: int) -> int:
    h = start
    for value in rows:
        h = (h ^ value) * factor % (1 << 64)
        h ^= h >> 32
    return h


def test_band_keys_follow_their_definition() -> None:
    values = signature(shingle_hashes(CODE, 5), *permutations(12, 3))
    keys = band_keys(values, bands=3, rows=4)
    assert keys.shape == (3, 2)
    for band in range(3):
        rows = values[4 * band : 4 * band + 4].tolist()
        assert int(keys[band, 0]) == slow_lane(rows, 0x243F6A8885A308D3, 0x9E3779B97F4A7C15)
        assert int(keys[band, 1]) == slow_lane(rows, 0x13198A2E03707344, 0xC2B2AE3D27D4EB4F)


def test_band_keys_of_many_are_those_of_each() -> None:
    many = signatures([CODE, CODE + "x", "a b c d e f"], SMALL)
    keys = band_keys(many, 8, 4)
    assert keys.shape == (3, 8, 2)
    for values, own in zip(many, keys, strict=True):
        assert (band_keys(values, 8, 4) == own).all()


def test_band_keys_differ_by_one_value_and_by_order() -> None:
    values = np.arange(32, dtype=np.uint32)
    changed = values.copy()
    changed[5] ^= 1
    differs = (band_keys(values, 8, 4) != band_keys(changed, 8, 4)).any(axis=1)
    assert differs.tolist() == [False, True, *[False] * 6]
    assert (band_keys(values, 8, 4) != band_keys(values[::-1], 8, 4)).all()


def test_signature_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 are needed"):
        band_keys(np.zeros(31, dtype=np.uint32), 8, 4)


def test_short_texts_have_no_keys_and_are_counted() -> None:
    result = document_band_keys(["", "   ", "a b c d", "a b c d e", CODE], SMALL)
    assert result.n_tokens.tolist() == [0, 0, 4, 5, 56]
    assert result.has_keys.tolist() == [False, False, False, True, True]
    assert not result.keys[:3].any()
    assert result.keys[3:].any(axis=(1, 2)).all()


def test_no_texts_make_no_keys() -> None:
    result = document_band_keys([], SMALL)
    assert result.keys.shape == (0, 8, 2)
    assert result.n_tokens.size == 0


def test_keys_of_a_text_do_not_depend_on_its_neighbours() -> None:
    texts = [f"value_{i} = {i} + {i * i};\n" * (i % 7 + 1) for i in range(600)]
    together = document_band_keys(texts, SMALL)
    for i in (0, 1, 255, 256, 257, 599):
        alone = document_band_keys([texts[i]], SMALL)
        assert (alone.keys[0] == together.keys[i]).all()
        assert alone.n_tokens[0] == together.n_tokens[i]


def test_signatures_and_keys_agree_on_a_text_of_many_blocks() -> None:
    text = "".join(f"item_{i}({i % 97});\n" for i in range(30_000))
    values = signature(shingle_hashes(text, 5), *permutations(32, 1))
    assert (signatures([text], SMALL)[0] == values).all()
    assert (document_band_keys([text], SMALL).keys[0] == band_keys(values, 8, 4)).all()


def test_empty_set_has_the_empty_signature() -> None:
    assert (signature(np.empty(0, dtype=np.uint32), *permutations(16, 1)) == EMPTY).all()
    assert (signatures(["a b"], SMALL) == EMPTY).all()


@pytest.mark.parametrize("n_hashes", [0, 1, 2, 100, 10**7])
def test_fresh_table_of_seen_hashes_matches_nothing(n_hashes: int) -> None:
    seen = new_seen(n_hashes)
    assert seen.size & (seen.size - 1) == 0
    assert seen.size <= 1 << 16
    places = np.arange(seen.size, dtype=np.uint32)
    assert not np.any((seen & np.uint32(seen.size - 1)) == places)


def test_hashes_zero_and_one_are_not_taken_for_seen() -> None:
    a, b = permutations(64, 1)
    for hashes in ([0], [1], [0, 0], [1, 0, 1]):
        values = signature(np.array(hashes, dtype=np.uint32), a, b)
        assert (values != EMPTY).any()


def test_permutations_are_odd_cached_and_read_only() -> None:
    a, b = permutations(100, 5)
    assert (a & np.uint32(1) == 1).all()
    assert permutations(100, 5)[0] is a
    assert not a.flags.writeable
    assert not b.flags.writeable
    with pytest.raises(ValueError, match="at least 1"):
        permutations(0, 5)


def test_array_kernel_stays_under_its_workspace() -> None:
    hashes = np.random.default_rng(0).integers(0, 1 << 32, 400_000, dtype=np.uint32)
    a, b = permutations(64, 1)
    values = np.full(64, EMPTY, dtype=np.uint32)
    tracemalloc.start()
    signature_arrays.update_signature(hashes, a, b, new_seen(0), values)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 8 << 20


def test_pipeline_without_numba_gives_the_same_bytes() -> None:
    digests = {}
    for kernels in ("numba", "numpy"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST_OF_KEYS],
            env={**os.environ, "OPENCODER_KERNELS": kernels, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )
        used, digests[kernels] = done.stdout.split()
        assert used == str(kernels == "numba")
    assert digests["numba"] == digests["numpy"]


def test_keys_of_a_known_text_never_change() -> None:
    """Stored keys are compared with those of later crawls: another value here is another scheme."""
    result = document_band_keys([CODE, "int main(void) { return 0; }\n"], DedupFuzzyConfig())
    digest = hashlib.sha256(result.keys.astype("<u8").tobytes()).hexdigest()
    assert digest == "4597a575be39c403afae2c12b9653b98f0b0ef883940e4402a83d52e8e4d535d"


def test_match_probability_is_the_papers_curve() -> None:
    jaccard = np.array([0.0, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 1.0])
    expected = [0.0, 0.0, 0.022, 0.28, 0.71, 0.92, 0.994, 1.0]
    assert np.allclose(match_probability(jaccard, 16, 128), expected, atol=0.006)
    assert float(match_probability(0.5, 1, 1)) == pytest.approx(0.5)
    assert (np.diff(match_probability(np.linspace(0, 1, 101), 20, 13)) >= 0).all()


def test_midpoint_is_the_usual_threshold() -> None:
    assert midpoint(16, 128) == pytest.approx(0.9786, abs=1e-4)
    assert float(match_probability(midpoint(16, 128), 16, 128)) == pytest.approx(1 - (15 / 16) ** 16)


def test_true_jaccard_counts_distinct_shingles() -> None:
    assert true_jaccard("a b c d e f", "a b c d e g", 5) == pytest.approx(1 / 3)
    assert true_jaccard("a a a a a a a", "a a a a a", 5) == 1.0
    assert true_jaccard("a b", "a b", 5) == 0.0
    assert true_jaccard("", CODE, 5) == 0.0


def test_estimated_jaccard_is_near_the_true_one() -> None:
    texts = ["".join(f"line_{i} = {i};\n" for i in range(start, start + 300)) for start in (0, 60, 1000)]
    many = signatures(texts, DedupFuzzyConfig())
    for other in (1, 2):
        truth = true_jaccard(texts[0], texts[other], 5)
        assert estimated_jaccard(many[0], many[other]) == pytest.approx(truth, abs=4 * 0.011)
    assert estimated_jaccards(many[:2], many[:2]).tolist() == [1.0, 1.0]


def test_exported_signature_works_in_datasketch_and_its_index() -> None:
    from datasketch import MinHash, MinHashLSH

    config = DedupFuzzyConfig(bands=8, rows=4, seed=7)
    texts = [CODE, CODE + "\n# end of the file", "int main(void) { return puts(argv[0]); }"]
    ours = [to_datasketch(values, config.seed) for values in signatures(texts, config)]
    theirs = MinHash(num_perm=32, seed=7, hashfunc=lambda h: h, scheme="affine32")
    theirs.update_batch(shingle_hashes(texts[0], 5).tolist())
    assert theirs == ours[0]
    assert theirs.jaccard(ours[1]) == ours[0].jaccard(ours[1]) > 0.5
    assert MinHash.union(theirs, ours[2]).jaccard(ours[2]) < 1
    index = MinHashLSH(num_perm=32, params=(8, 4))
    for name, sketch in zip("abc", ours, strict=True):
        index.insert(name, sketch)
    assert set(index.query(theirs)) == {"a", "b"}
