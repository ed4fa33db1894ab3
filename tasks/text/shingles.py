"""Shingles of source text as hashes: every run of n neighbouring tokens, in order, repeats included.

Hash of a run of tokens with hashes t_1 ... t_n (see `tokens`), all arithmetic modulo 2^64:
    g = 0; for each t: g = g * 0xD6E8FEB86659FD93 + t
    64-bit shingle hash = mix64(g); 32-bit shingle hash = its high 32 bits.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.text import token_arrays, token_kernels
from tasks.text.compiled import USE_NUMBA
from tasks.text.tokens import token_hash_blocks

_combine_tokens = token_kernels.combine_tokens if USE_NUMBA else token_arrays.combine_tokens

_ALL_BITS = np.uint64(0)
_HIGH_BITS = np.uint64(32)


def shingle_blocks(text: str, ngram: int) -> Iterator[npt.NDArray[np.uint32]]:
    """The 32-bit hashes of the text's shingles in order, about 65,536 at a time; never an empty array.

    A text of fewer than `ngram` tokens has none. Raises ValueError where ngram is below 1.
    """
    for tokens in _token_windows(text, ngram):
        shingles = np.empty(tokens.size - ngram + 1, dtype=np.uint32)
        _combine_tokens(tokens, ngram, _HIGH_BITS, shingles)
        yield shingles


def shingle_hashes(text: str, ngram: int) -> npt.NDArray[np.uint32]:
    """[n_tokens - ngram + 1] uint32 hashes of the text's shingles; empty under `ngram` tokens."""
    return np.concatenate([np.empty(0, dtype=np.uint32), *shingle_blocks(text, ngram)])


def shingle_hashes_64(text: str, ngram: int) -> npt.NDArray[np.uint64]:
    """[n_tokens - ngram + 1] uint64 hashes, for counts that no collision may disturb."""
    blocks = [np.empty(0, dtype=np.uint64)]
    for tokens in _token_windows(text, ngram):
        blocks.append(np.empty(tokens.size - ngram + 1, dtype=np.uint64))
        _combine_tokens(tokens, ngram, _ALL_BITS, blocks[-1])
    return np.concatenate(blocks)


def _token_windows(text: str, ngram: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Token hashes in arrays of at least `ngram`; each begins with the last `ngram - 1` of the one before."""
    if ngram < 1:
        raise ValueError(f"ngram is {ngram}: a shingle has at least one token")
    carried = np.empty(0, dtype=np.uint64)
    for block in token_hash_blocks(text):
        tokens = np.concatenate((carried, block)) if carried.size else block
        if tokens.size >= ngram:
            yield tokens
        carried = tokens[max(0, tokens.size - ngram + 1) :]
