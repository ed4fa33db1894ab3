"""The twins of `signature_kernels` in whole-array operations, for machines without numba.

The workspace stays under 8 MiB whatever the size of the file: shingles and permutations come in blocks.
"""

import numpy as np
import numpy.typing as npt

from tasks.dedup_fuzzy.signature_kernels import LANES

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]

_SORTED = 1 << 16
_HASHES = 4096
_IMAGES = 1 << 17  # 512 KiB: stays in a level-2 cache
_HALF = np.uint64(32)


def _mix32(hashes: UInt32Array) -> UInt32Array:
    """MurmurHash3's 32-bit finaliser of each element, in a new array."""
    h = hashes ^ (hashes >> np.uint32(16))
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def update_signature(
    hashes: UInt32Array, a: UInt32Array, b: UInt32Array, seen: UInt32Array, signature: UInt32Array
) -> None:
    """Lowers `signature` [n] to the minima over `hashes` [m] as well; `seen` is not needed here."""
    for start in range(0, hashes.size, _SORTED):
        mixed = _mix32(np.unique(hashes[start : start + _SORTED]))
        for j in range(0, mixed.size, _HASHES):
            _lower(mixed[j : j + _HASHES], a, b, signature)


def _lower(mixed: UInt32Array, a: UInt32Array, b: UInt32Array, signature: UInt32Array) -> None:
    """Lowers each minimum to the least image of the mixed hashes, many permutations at a time."""
    n = max(1, _IMAGES // mixed.size)
    images = np.empty((n, mixed.size), dtype=np.uint32)
    for i in range(0, signature.size, n):
        block = slice(i, min(i + n, signature.size))
        work = images[: block.stop - block.start]
        np.multiply(a[block, np.newaxis], mixed, out=work)
        work += b[block, np.newaxis]
        np.minimum(signature[block], work.min(axis=1), out=signature[block])


def hash_bands(signatures: UInt32Array, keys: UInt64Array) -> None:
    """Fills `keys` [n, bands, 2] with two hashes of every band of `signatures` [n, bands * rows]."""
    n, bands = keys.shape[0], keys.shape[1]
    by_band = signatures.reshape(n, bands, signatures.shape[1] // bands)
    for lane, (start, factor) in enumerate(LANES):
        h = np.full((n, bands), start, dtype=np.uint64)
        for row in range(by_band.shape[2]):
            h ^= by_band[:, :, row]
            h *= np.uint64(factor)
            h ^= h >> _HALF
        keys[:, :, lane] = h
