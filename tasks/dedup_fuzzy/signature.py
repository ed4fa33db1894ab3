"""MinHash signatures: the least image of a file's shingles under each permutation.

Two files share a value of their signatures with the probability of their Jaccard similarity.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy import signature_arrays, signature_kernels
from tasks.dedup_fuzzy.permutations import permutations
from tasks.text.compiled import USE_NUMBA
from tasks.text.shingles import shingle_blocks
from tasks.text.tokens import count_tokens

UInt32Array = npt.NDArray[np.uint32]

EMPTY = np.uint32(0xFFFFFFFF)  # datasketch's value of a set without elements

_LARGEST_SEEN = 1 << 16

_update_signature = signature_kernels.update_signature if USE_NUMBA else signature_arrays.update_signature


def signature(hashes: UInt32Array, a: UInt32Array, b: UInt32Array) -> UInt32Array:
    """[n] uint32 minima over the shingle hashes [m] under permutations a and b [n]; all EMPTY where m = 0.

    Each value depends on its own factor and offset alone, so part of a signature can be computed from
    part of the permutations. Equal to `datasketch.MinHash` (scheme affine32) fed with the same hashes.
    """
    values = np.full(a.size, EMPTY, dtype=np.uint32)
    _update_signature(hashes, a, b, new_seen(hashes.size), values)
    return values


def new_seen(n_hashes: int) -> UInt32Array:
    """An empty table of the hashes met lately: [power of two] uint32, sized for `n_hashes` to come.

    Empty means that no place holds a value that could be met there: its low bits name another place.
    """
    size = 1 << max(1, min(_LARGEST_SEEN, 2 * n_hashes).bit_length() - 1)
    seen = np.zeros(size, dtype=np.uint32)
    seen[0] = 1
    return seen


def sign_text(text: str, ngram: int, a: UInt32Array, b: UInt32Array, values: UInt32Array) -> int:
    """The number of tokens in the text; its signature is written to `values` [n], EMPTY without a shingle."""
    values.fill(EMPTY)
    seen = new_seen(len(text) // 4)
    n_shingles = 0
    for hashes in shingle_blocks(text, ngram):
        _update_signature(hashes, a, b, seen, values)
        n_shingles += hashes.size
    return n_shingles + ngram - 1 if n_shingles else count_tokens(text)


def signatures(texts: Sequence[str], config: DedupFuzzyConfig) -> UInt32Array:
    """[n_texts, permutations] uint32 signatures; a row is all EMPTY under `config.ngram` tokens."""
    a, b = permutations(config.permutations, config.seed)
    rows = np.empty((len(texts), a.size), dtype=np.uint32)
    for text, values in zip(texts, rows, strict=True):
        sign_text(text, config.ngram, a, b, values)
    return rows
