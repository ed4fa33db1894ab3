"""The twin of `anchor_kernels` in whole-array operations, with equal results."""

import numpy as np
import numpy.typing as npt

_BLOCK_BYTES = 1 << 16


def sets_present(
    data: npt.NDArray[np.uint8],
    class_of_byte: npt.NDArray[np.uint8],
    table: npt.NDArray[np.uint8],
    present: npt.NDArray[np.uint8],
) -> None:
    """Sets `present[s]` to 1 for every set s of anchors that three neighbouring bytes of `data` stand for."""
    for start in range(0, len(data) - 2, _BLOCK_BYTES):
        classes = class_of_byte[data[start : start + _BLOCK_BYTES + 2]].astype(np.int32)
        places = (classes[:-2] << 12) | (classes[1:-1] << 6) | classes[2:]
        present[np.flatnonzero(np.bincount(table[places], minlength=len(present)))] = 1
