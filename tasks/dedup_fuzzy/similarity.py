"""Jaccard similarity of two files: estimated from signatures, or true from their shingles."""

import numpy as np
import numpy.typing as npt

from tasks.text.shingles import shingle_hashes_64

UInt32Array = npt.NDArray[np.uint32]


def estimated_jaccards(signatures_a: UInt32Array, signatures_b: UInt32Array) -> npt.NDArray[np.float64]:
    """[n] float64 shares of equal values, row by row of two [n, permutations] uint32 arrays.

    The standard error of one value is sqrt(J (1 - J) / permutations): 0.011 at most with 2,048. A file
    without shingles has the signature of the empty set, which estimates 1.0 against another such file:
    leave these out.
    """
    return np.asarray((signatures_a == signatures_b).mean(axis=-1))


def estimated_jaccard(signature_a: UInt32Array, signature_b: UInt32Array) -> float:
    """The share of equal values of two signatures [permutations] uint32."""
    return float(estimated_jaccards(signature_a, signature_b))


def true_jaccard(text_a: str, text_b: str, ngram: int) -> float:
    """Shared distinct shingles over all distinct shingles; 0.0 where neither text has one.

    Shingles are compared by their 64-bit hashes: at 10^6 of them a collision has probability 3 in 10^8.
    """
    a = np.unique(shingle_hashes_64(text_a, ngram))
    b = np.unique(shingle_hashes_64(text_b, ngram))
    n_shared = np.intersect1d(a, b, assume_unique=True).size
    n_all = a.size + b.size - n_shared
    return n_shared / n_all if n_all else 0.0
