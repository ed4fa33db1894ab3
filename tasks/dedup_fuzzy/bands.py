"""Band keys: a signature cut into bands, each band named by a 128-bit hash of its rows.

Two files are candidates where they share the key of a band. 16 bytes stand for `rows` values of a
signature, so that an index of 16 bands costs 256 bytes a file instead of 8 KiB.

Hash of rows v_1 ... v_r in each of two lanes (start and odd factor in `signature_kernels.LANES`), modulo
2^64: h = start; for each v: h = (h ^ v) * factor; h = h ^ (h >> 32). Every step is a bijection of h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy import signature_arrays, signature_kernels
from tasks.dedup_fuzzy.permutations import permutations
from tasks.dedup_fuzzy.signature import sign_text
from tasks.text.compiled import USE_NUMBA

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]

_SIGNATURES_AT_ONCE = 256  # 2 MiB of signatures at 2,048 permutations

_hash_bands = signature_kernels.hash_bands if USE_NUMBA else signature_arrays.hash_bands


@dataclass(frozen=True)
class BandKeys:
    """The band keys of a run of texts.

    keys: [n, bands, 2] uint64, zeros where `has_keys` is False.
    n_tokens: [n] int64.
    has_keys: [n] bool; False for a text of fewer tokens than a shingle. Such texts must not be grouped by
        their keys: they have nothing in common but being short, and only exact deduplication judges them.
    """

    keys: UInt64Array
    n_tokens: npt.NDArray[np.int64]
    has_keys: npt.NDArray[np.bool_]


def band_keys(signatures: UInt32Array, bands: int, rows: int) -> UInt64Array:
    """[bands, 2] uint64 keys of one signature [bands * rows]; [n, bands, 2] of many [n, bands * rows].

    Raises ValueError where a signature does not have bands * rows values.
    """
    if signatures.shape[-1] != bands * rows:
        raise ValueError(
            f"{signatures.shape[-1]} values a signature do not make {bands} bands of {rows} rows: "
            f"{bands * rows} are needed"
        )
    many = np.ascontiguousarray(np.atleast_2d(signatures))
    keys = np.empty((many.shape[0], bands, 2), dtype=np.uint64)
    _hash_bands(many, keys)
    return keys.reshape(*signatures.shape[:-1], bands, 2)


def document_band_keys(texts: Sequence[str], config: DedupFuzzyConfig) -> BandKeys:
    """The band keys of every text, with its number of tokens. Signatures are dropped on the way.

    Memory beside the result: 2 MiB of signatures and a few blocks of text, whatever the texts' sizes.
    """
    a, b = permutations(config.permutations, config.seed)
    keys = np.zeros((len(texts), config.bands, 2), dtype=np.uint64)
    n_tokens = np.empty(len(texts), dtype=np.int64)
    buffer = np.empty((min(_SIGNATURES_AT_ONCE, len(texts)), a.size), dtype=np.uint32)
    for start in range(0, len(texts), _SIGNATURES_AT_ONCE):
        part = texts[start : start + _SIGNATURES_AT_ONCE]
        for i, text in enumerate(part):
            n_tokens[start + i] = sign_text(text, config.ngram, a, b, buffer[i])
        keys[start : start + len(part)] = band_keys(buffer[: len(part)], config.bands, config.rows)
    has_keys = n_tokens >= config.ngram
    keys[~has_keys] = 0
    return BandKeys(keys=keys, n_tokens=n_tokens, has_keys=has_keys)
