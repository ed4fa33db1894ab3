"""The two loops that cost the time of fuzzy deduplication, compiled; `signature_arrays` holds their twins.

Minima: the shingle hashes run outside, eight at a time in registers, the permutations inside, where they
fill vector registers. A shingle seen shortly before is skipped first: it cannot change a minimum, and over
a third of all shingles of source code are repeats.
"""

import numpy as np
import numpy.typing as npt

from tasks.text.compiled import compiled

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]

LANES = ((0x243F6A8885A308D3, 0x9E3779B97F4A7C15), (0x13198A2E03707344, 0xC2B2AE3D27D4EB4F))
_START_0, _FACTOR_0 = np.uint64(LANES[0][0]), np.uint64(LANES[0][1])
_START_1, _FACTOR_1 = np.uint64(LANES[1][0]), np.uint64(LANES[1][1])
_HALF = np.uint64(32)
_UNROLLED = 8
_FRESH = 1024  # 4 KiB; with 2,048 factors, offsets and minima still within a 32 KiB level-1 cache


@compiled
def _mix32(h: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser."""
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@compiled
def _lower(fresh: UInt32Array, n: int, a: UInt32Array, b: UInt32Array, signature: UInt32Array) -> None:
    """Lowers each minimum to the least image of the first n mixed hashes; `fresh` is padded in place."""
    padded = (n + _UNROLLED - 1) // _UNROLLED * _UNROLLED
    for j in range(n, padded):
        fresh[j] = fresh[n - 1]
    for j in range(0, padded, _UNROLLED):
        h0, h1, h2, h3 = fresh[j], fresh[j + 1], fresh[j + 2], fresh[j + 3]
        h4, h5, h6, h7 = fresh[j + 4], fresh[j + 5], fresh[j + 6], fresh[j + 7]
        for i in range(signature.size):
            x, y, least = a[i], b[i], signature[i]
            least = min(least, np.uint32(x * h0 + y))
            least = min(least, np.uint32(x * h1 + y))
            least = min(least, np.uint32(x * h2 + y))
            least = min(least, np.uint32(x * h3 + y))
            least = min(least, np.uint32(x * h4 + y))
            least = min(least, np.uint32(x * h5 + y))
            least = min(least, np.uint32(x * h6 + y))
            least = min(least, np.uint32(x * h7 + y))
            signature[i] = least


@compiled
def update_signature(
    hashes: UInt32Array, a: UInt32Array, b: UInt32Array, seen: UInt32Array, signature: UInt32Array
) -> None:
    """Lowers `signature` [n] to the minima over `hashes` [m] as well.

    `seen` [power of two] holds, at the place of its low bits, the last hash met; see `signature.new_seen`.
    """
    mask = np.uint32(seen.size - 1)
    fresh = np.empty(_FRESH, dtype=np.uint32)
    n = 0
    for j in range(hashes.size):
        h = hashes[j]
        place = h & mask
        if seen[place] != h:
            seen[place] = h
            fresh[n] = _mix32(h)
            n += 1
            if n == _FRESH:
                _lower(fresh, n, a, b, signature)
                n = 0
    if n:
        _lower(fresh, n, a, b, signature)


@compiled
def hash_bands(signatures: UInt32Array, keys: UInt64Array) -> None:
    """Fills `keys` [n, bands, 2] with two hashes of every band of `signatures` [n, bands * rows]."""
    n, bands = keys.shape[0], keys.shape[1]
    rows = signatures.shape[1] // bands
    for k in range(n):
        for band in range(bands):
            keys[k, band, 0] = _START_0
            keys[k, band, 1] = _START_1
        for row in range(rows):
            for band in range(bands):
                value = np.uint64(signatures[k, band * rows + row])
                h0 = (keys[k, band, 0] ^ value) * _FACTOR_0
                h1 = (keys[k, band, 1] ^ value) * _FACTOR_1
                keys[k, band, 0] = h0 ^ (h0 >> _HALF)
                keys[k, band, 1] = h1 ^ (h1 >> _HALF)
