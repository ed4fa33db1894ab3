"""The twins of `token_kernels` in whole-array operations, for machines without numba."""

from functools import cache

import numpy as np
import numpy.typing as npt

from tasks.text.token_kernels import CODE_BASE, SPACE, TOKEN_BASE, WORD

_POWERS = 1 << 16  # one block of text


def mix64(h: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """MurmurHash3's 64-bit finaliser of each element, in a new array."""
    h = h ^ (h >> np.uint64(33))
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    h ^= h >> np.uint64(33)
    return h


@cache
def _powers(n: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """CODE_BASE^i and CODE_BASE^-i for i < n, modulo 2^64 (an odd number has an inverse there)."""
    inverse = np.uint64(pow(int(CODE_BASE), -1, 1 << 64))
    base = np.full(n, CODE_BASE, dtype=np.uint64)
    base[0] = 1
    inverses = np.full(n, inverse, dtype=np.uint64)
    inverses[0] = 1
    return np.cumprod(base, dtype=np.uint64), np.cumprod(inverses, dtype=np.uint64)


def hash_tokens(
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32],
    classes: npt.NDArray[np.uint8],
    state: npt.NDArray[np.uint64],
    tokens: npt.NDArray[np.uint64],
) -> int:
    """The number of tokens that end in this block; see `token_kernels.hash_tokens`.

    The polynomial of a run is a difference of two prefix sums of `code * base^-i`, scaled by `base^end`.
    """
    n = codes.size
    if n == 0:
        return 0
    kinds = classes[codes]
    is_word = kinds == WORD
    continues = np.zeros(n, dtype=np.bool_)  # the code point before belongs to the same token
    np.logical_and(is_word[1:], is_word[:-1], out=continues[1:])
    starts = np.flatnonzero((kinds != SPACE) & ~continues)
    if starts.size == 0:
        carried = _close(state, tokens)
        return carried

    stops = np.empty_like(starts)  # one past the last code point of each token
    stops[:-1] = starts[1:]
    stops[-1] = n
    word_stops = np.flatnonzero(is_word[:-1] & ~is_word[1:]) + 1
    words = np.flatnonzero(is_word[starts])
    symbols = np.flatnonzero(~is_word[starts])
    stops[symbols] = starts[symbols] + 1
    stops[words[: word_stops.size]] = word_stops

    powers, inverses = _powers(max(n, _POWERS))
    prefix = np.zeros(n + 1, dtype=np.uint64)
    np.cumsum((codes + np.uint64(1)) * inverses[:n], out=prefix[1:])
    polynomials = (prefix[stops] - prefix[starts]) * powers[stops - 1]

    offset = 0
    if state[1]:
        if is_word[0]:
            with np.errstate(over="ignore"):
                polynomials[:1] += state[:1] * powers[1] * powers[stops[0] - 1]
            state[1] = 0
        else:
            offset = _close(state, tokens)
    finished = polynomials.size
    if is_word[-1]:
        finished -= 1
        state[0] = polynomials[-1]
        state[1] = 1
    else:
        state[:] = 0
    tokens[offset : offset + finished] = mix64(polynomials[:finished])
    return int(offset + finished)


def _close(state: npt.NDArray[np.uint64], tokens: npt.NDArray[np.uint64]) -> int:
    """1 where an open word ends and is written to the front of `tokens`, 0 where none was open."""
    if not state[1]:
        return 0
    tokens[:1] = mix64(state[:1])
    state[:] = 0
    return 1


def combine_tokens(
    tokens: npt.NDArray[np.uint64], ngram: int, shift: np.uint64, shingles: npt.NDArray[np.unsignedinteger]
) -> None:
    """Fills `shingles` [n_tokens - ngram + 1] with the high bits of every run's hash."""
    n = shingles.size
    polynomials = tokens[:n].copy()
    for k in range(1, ngram):
        polynomials *= TOKEN_BASE
        polynomials += tokens[k : k + n]
    shingles[:] = (mix64(polynomials) >> shift).astype(shingles.dtype)
