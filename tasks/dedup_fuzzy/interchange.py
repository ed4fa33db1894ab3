"""Signatures for other tools: a signature of ours as a datasketch MinHash."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tasks.dedup_fuzzy.permutations import permutations

if TYPE_CHECKING:
    from datasketch import MinHash


def to_datasketch(signature: npt.NDArray[np.uint32], seed: int) -> "MinHash":
    """A `datasketch.MinHash` of scheme affine32 with this signature [n] uint32.

    It compares, merges and goes into an LSH index like one that datasketch made with `num_perm=n` and the
    same seed. Not to be updated further: datasketch would hash new values with its own function.
    """
    from datasketch import (
        MinHash,
    )  # only here, because it loads scipy: a second that no other user should pay

    a, b = permutations(signature.size, seed)
    return MinHash(seed=seed, hashvalues=signature, permutations=np.array([a, b]), scheme="affine32")
