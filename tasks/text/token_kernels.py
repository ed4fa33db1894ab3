"""Loops over code points and tokens, compiled; `token_arrays` holds their twins.

The hashes are defined in `tokens` and `shingles`; this file and its twin must agree to the bit.
"""

import numpy as np
import numpy.typing as npt

from tasks.text.compiled import compiled

SPACE, WORD, SYMBOL = 0, 1, 2

CODE_BASE = np.uint64(0x9E3779B97F4A7C15)
TOKEN_BASE = np.uint64(0xD6E8FEB86659FD93)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@compiled
def mix64(h: np.uint64) -> np.uint64:
    """MurmurHash3's 64-bit finaliser: a bijection after which every bit depends on every bit."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@compiled
def hash_tokens(
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32],
    classes: npt.NDArray[np.uint8],
    state: npt.NDArray[np.uint64],
    tokens: npt.NDArray[np.uint64],
) -> int:
    """The number of tokens that end in this block; their hashes stand at the front of `tokens`.

    `state` [2] uint64 carries an unfinished word from block to block: its polynomial, and 1 while it is
    open. `tokens` must hold one more than there are code points.
    """
    polynomial = state[0]
    is_open = state[1] != _ZERO
    n_tokens = 0
    tokens[0] = polynomial
    for i in range(codes.size):  # no branch: where tokens end cannot be predicted
        kind = classes[codes[i]]
        is_word = kind == WORD
        n_tokens += is_open & (not is_word)
        polynomial = (polynomial if is_open & is_word else _ZERO) * CODE_BASE + (np.uint64(codes[i]) + _ONE)
        tokens[n_tokens] = polynomial
        n_tokens += kind == SYMBOL
        is_open = is_word
    state[0] = polynomial if is_open else _ZERO
    state[1] = _ONE if is_open else _ZERO
    for i in range(n_tokens):
        tokens[i] = mix64(tokens[i])
    return n_tokens


@compiled
def combine_tokens(
    tokens: npt.NDArray[np.uint64], ngram: int, shift: np.uint64, shingles: npt.NDArray[np.unsignedinteger]
) -> None:
    """Fills `shingles` [n_tokens - ngram + 1] with the high bits of every run's hash."""
    if shingles.size == 0:
        return
    leaving = _ONE
    polynomial = tokens[0]
    for k in range(1, ngram):
        leaving *= TOKEN_BASE
        polynomial = polynomial * TOKEN_BASE + tokens[k]
    shingles[0] = mix64(polynomial) >> shift
    for i in range(1, shingles.size):
        polynomial = (polynomial - tokens[i - 1] * leaving) * TOKEN_BASE + tokens[i + ngram - 1]
        shingles[i] = mix64(polynomial) >> shift
