"""The permutations of a MinHash signature: datasketch 2.0's scheme `affine32`, equal to the bit.

A 32-bit shingle hash h is mixed once with MurmurHash3's 32-bit finaliser; permutation i then maps it to
a_i * h + b_i modulo 2^32. With odd a_i the map is a bijection, so large sets meet no extra collisions.
Source of the definition: ekzhu/datasketch datasketch/minhash.py, version 2.0.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

UInt32Array = npt.NDArray[np.uint32]


@lru_cache(maxsize=8)
def permutations(n: int, seed: int) -> tuple[UInt32Array, UInt32Array]:
    """The factors a and the offsets b, each [n] uint32 and read-only; every factor is odd.

    Raises ValueError where n is below 1 or the seed is not a 32-bit number.
    """
    if n < 1:
        raise ValueError(f"{n} permutations asked for: at least 1 is needed")
    generator = np.random.RandomState(seed)
    a = generator.randint(0, 1 << 31, n, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, n, dtype=np.uint32)
    a.setflags(write=False)
    b.setflags(write=False)
    return a, b
