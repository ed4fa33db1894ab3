"""The one place that decides whether loops run compiled by numba or as numpy arrays.

Every kernel exists twice with equal results to the bit: a loop marked `@compiled`, and a twin of whole-array
operations. Modules pick by `USE_NUMBA`. The environment variable OPENCODER_KERNELS=numpy turns numba off,
for a processor on which it fails and for measuring the twin.

numba's cache follows the file a kernel stands in, not the files it calls: a kernel calls only kernels of
its own file, or an edit would leave stale machine code behind.
"""

import importlib.util
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

USE_NUMBA = (
    os.environ.get("OPENCODER_KERNELS", "numba") != "numpy" and importlib.util.find_spec("numba") is not None
)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function as machine code that releases the GIL; unchanged where numba is off.

    Compiled at the first call and kept on disk beside the source or in the user's cache folder. Where
    neither can be written, every process compiles for itself.
    """
    if not USE_NUMBA:
        return function
    from numba import njit

    try:
        machine_code: Callable[P, R] = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba's "no locator available": there is no folder to keep a cache in
        machine_code = njit(nogil=True)(function)
    return machine_code
