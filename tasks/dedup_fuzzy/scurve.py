"""What a banding finds: the probability of a match at each Jaccard similarity."""

import numpy as np
import numpy.typing as npt


def match_probability(
    jaccard: npt.NDArray[np.float64] | float, bands: int, rows: int
) -> npt.NDArray[np.float64]:
    """1 - (1 - J^rows)^bands for each J in [0, 1]: the chance that two files share a band key.

    16 x 128: 0.022 at J = 0.95, 0.71 at 0.98, 0.994 at 0.99.
    """
    with np.errstate(divide="ignore"):  # log1p(-1) = -inf at J = 1, and the probability is 1 as it should be
        log_no_match = bands * np.log1p(-np.power(np.asarray(jaccard, dtype=np.float64), rows))
    return np.asarray(-np.expm1(log_no_match))


def midpoint(bands: int, rows: int) -> float:
    """The Jaccard similarity (1/bands)^(1/rows) that is usually quoted as a banding's threshold.

    There one band in `bands` matches on average, and about 0.64 of the pairs match. 16 x 128: 0.979.
    """
    return float((1.0 / bands) ** (1.0 / rows))
