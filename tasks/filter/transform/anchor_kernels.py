"""The loop behind `anchors`, compiled; `anchor_arrays` holds its twin."""

import numpy as np
import numpy.typing as npt

from tasks.text.compiled import compiled


@compiled
def sets_present(
    data: npt.NDArray[np.uint8],
    class_of_byte: npt.NDArray[np.uint8],
    table: npt.NDArray[np.uint8],
    present: npt.NDArray[np.uint8],
) -> None:
    """Sets `present[s]` to 1 for every set s of anchors that three neighbouring bytes of `data` stand for."""
    place = np.int64(class_of_byte[data[0]]) * 64 + np.int64(class_of_byte[data[1]])
    for i in range(2, len(data)):
        place = ((place & 0xFFF) << 6) | np.int64(class_of_byte[data[i]])
        present[table[place]] = 1
