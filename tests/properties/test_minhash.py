"""Laws of tokens, signatures and bands; datasketch and the twin kernels as oracles."""

import re

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup_fuzzy import signature_arrays, signature_kernels
from tasks.dedup_fuzzy.permutations import permutations
from tasks.dedup_fuzzy.signature import EMPTY, new_seen, signature
from tasks.text import token_arrays, token_kernels
from tasks.text.compiled import USE_NUMBA
from tasks.text.shingles import shingle_hashes
from tasks.text.tokens import class_table, count_tokens

settings.register_profile("kernels", deadline=None)  # the first call of a kernel compiles it
settings.load_profile("kernels")

needs_numba = pytest.mark.skipif(not USE_NUMBA, reason="numba is off: there is nothing to compare")

hash_lists = st.lists(st.integers(0, 2**32 - 1), max_size=60)
sizes = st.integers(1, 80)
seeds = st.integers(0, 2**32 - 1)
code_like = st.text(st.sampled_from("ab_1 \n.+(\x00é漢🙂\u00a0"), max_size=60) | st.text(max_size=60)


def array(hashes: list[int]) -> np.ndarray:
    return np.array(hashes, dtype=np.uint32)


@given(hash_lists, sizes, seeds)
def test_signature_equals_datasketch_to_the_bit(hashes: list[int], n: int, seed: int) -> None:
    theirs = MinHash(num_perm=n, seed=seed, hashfunc=lambda h: h, scheme="affine32")
    theirs.update_batch(hashes)
    a, b = permutations(n, seed)
    assert (theirs.permutations == np.array([a, b])).all()
    ours = signature(array(hashes), a, b)
    assert ours.dtype == theirs.hashvalues.dtype
    assert (ours == theirs.hashvalues).all()


@given(hash_lists, hash_lists)
def test_signature_of_a_union_is_the_lower_of_both(left: list[int], right: list[int]) -> None:
    a, b = permutations(32, 1)
    both = np.minimum(signature(array(left), a, b), signature(array(right), a, b))
    assert (signature(array(left + right), a, b) == both).all()


@given(hash_lists, st.randoms(use_true_random=False))
def test_signature_ignores_order_and_repeats(hashes: list[int], random: object) -> None:
    a, b = permutations(32, 1)
    shuffled = hashes * 3
    random.shuffle(shuffled)
    assert (signature(array(shuffled), a, b) == signature(array(hashes), a, b)).all()


@given(hash_lists, st.lists(st.integers(0, 63), min_size=1, max_size=64, unique=True))
def test_part_of_a_signature_needs_part_of_the_permutations(hashes: list[int], rows: list[int]) -> None:
    a, b = permutations(64, 1)
    assert (signature(array(hashes), a[rows], b[rows]) == signature(array(hashes), a, b)[rows]).all()


@needs_numba
@given(hash_lists, st.integers(1, 3000), sizes, seeds)
def test_signature_kernels_agree(hashes: list[int], copies: int, n: int, seed: int) -> None:
    a, b = permutations(n, seed)
    many = (array(hashes)[:, np.newaxis] * np.arange(1, copies % 90 + 2, dtype=np.uint32)).ravel()
    compiled, arrays = np.full(n, EMPTY, np.uint32), np.full(n, EMPTY, np.uint32)
    signature_kernels.update_signature(many, a, b, new_seen(copies), compiled)
    signature_arrays.update_signature(many, a, b, new_seen(copies), arrays)
    assert (compiled == arrays).all()


@needs_numba
@given(st.integers(0, 4), st.integers(1, 5), st.integers(1, 6), seeds)
def test_band_kernels_agree(n: int, bands: int, rows: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2**32, (n, bands * rows), dtype=np.uint32)
    compiled, arrays = (np.empty((n, bands, 2), dtype=np.uint64) for _ in range(2))
    signature_kernels.hash_bands(values, compiled)
    signature_arrays.hash_bands(values, arrays)
    assert (compiled == arrays).all()


def run_blocks(kernel: object, text: str, block: int) -> list[int]:
    state = np.zeros(2, dtype=np.uint64)
    hashes: list[int] = []
    for start in range(0, len(text), block):
        codes = np.frombuffer(text[start : start + block].encode("utf-32-le", "surrogatepass"), dtype="<u4")
        tokens = np.empty(codes.size + 1, dtype=np.uint64)
        n_tokens = kernel(codes, class_table(), state, tokens)
        hashes += tokens[:n_tokens].tolist()
    return hashes


@needs_numba
@given(code_like, st.integers(1, 9))
def test_token_kernels_agree_however_the_text_is_cut(text: str, block: int) -> None:
    whole = run_blocks(token_kernels.hash_tokens, text + "\n", len(text) + 1)
    assert run_blocks(token_kernels.hash_tokens, text + "\n", block) == whole
    assert run_blocks(token_arrays.hash_tokens, text + "\n", block) == whole


@needs_numba
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30), st.integers(1, 12))
def test_shingle_kernels_agree(tokens: list[int], ngram: int) -> None:
    hashes = np.array(tokens, dtype=np.uint64)
    size = max(0, hashes.size - ngram + 1)
    for dtype, shift in ((np.uint32, 32), (np.uint64, 0)):
        compiled, arrays = np.empty(size, dtype), np.empty(size, dtype)
        if size:
            token_kernels.combine_tokens(hashes, ngram, np.uint64(shift), compiled)
            token_arrays.combine_tokens(hashes, ngram, np.uint64(shift), arrays)
        assert (compiled == arrays).all()


@given(code_like)
def test_shingles_are_equal_exactly_where_the_tokens_are(text: str) -> None:
    tokens = re.findall(r"\w+|[^\w\s]", text)
    assert count_tokens(text) == len(tokens)
    runs = [tuple(tokens[i : i + 3]) for i in range(len(tokens) - 2)]
    hashes = shingle_hashes(text, 3).tolist()
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs)) == len(set(zip(runs, hashes, strict=True)))


@given(code_like, st.text(st.sampled_from(" \n\t\u2003"), min_size=1, max_size=3))
def test_white_space_around_tokens_changes_nothing(text: str, space: str) -> None:
    respaced = space.join(re.findall(r"\w+|[^\w\s]", text))
    assert (shingle_hashes(respaced, 3) == shingle_hashes(text, 3)).all()
