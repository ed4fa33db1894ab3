r"""Tokens of source text as 64-bit hashes: runs of `\w+`, or one symbol that is neither word nor space.

Word and space mean what Python's `re` means for all of Unicode: the table of classes is read off `re`
itself. Text is handled in blocks of code points, so that memory does not grow with the file.

Hash of a token with code points c_1 ... c_n, all arithmetic modulo 2^64:
    h = 0; for each c: h = h * 0x9E3779B97F4A7C15 + (c + 1)
    token hash = mix64(h), where mix64 is MurmurHash3's 64-bit finaliser.
"""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from tasks.text import token_arrays, token_kernels
from tasks.text.compiled import USE_NUMBA
from tasks.text.token_kernels import SPACE, SYMBOL, WORD

TOKEN_PATTERN = re.compile(r"\w+|[^\w\s]")

BLOCK_CODE_POINTS = 1 << 16

_N_CODE_POINTS = 0x110000
_LINE_END = np.array([10], dtype=np.uint8)

_hash_tokens = token_kernels.hash_tokens if USE_NUMBA else token_arrays.hash_tokens


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """[0x110000] uint8, read-only: SPACE, WORD or SYMBOL of every code point, as `re` sees it."""
    every = np.arange(_N_CODE_POINTS, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    table = np.full(_N_CODE_POINTS, SYMBOL, dtype=np.uint8)
    for pattern, kind in ((r"\w+", WORD), (r"\s+", SPACE)):
        for run in re.finditer(pattern, every):
            table[run.start() : run.end()] = kind
    table.setflags(write=False)
    return table


def code_point_blocks(text: str) -> Iterator[npt.NDArray[np.uint8] | npt.NDArray[np.uint32]]:
    """The code points of the text in order, at most 65,536 at a time: uint8 where all are ASCII, else uint32.

    Lone surrogates are passed on as they are.
    """
    for start in range(0, len(text), BLOCK_CODE_POINTS):
        part = text[start : start + BLOCK_CODE_POINTS]
        if part.isascii():
            yield np.frombuffer(part.encode("ascii"), dtype=np.uint8)
        else:
            yield np.frombuffer(part.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def token_hash_blocks(text: str) -> Iterator[npt.NDArray[np.uint64]]:
    """The hashes of the text's tokens in order, in arrays of at most 65,537; never an empty array."""
    classes = class_table()
    state = np.zeros(2, dtype=np.uint64)
    for codes in code_point_blocks(text):
        tokens = np.empty(codes.size + 1, dtype=np.uint64)
        n_tokens = _hash_tokens(codes, classes, state, tokens)
        if n_tokens:
            yield tokens[:n_tokens]
    if state[1]:
        tokens = np.empty(2, dtype=np.uint64)
        _hash_tokens(_LINE_END, classes, state, tokens)
        yield tokens[:1]


def token_hashes(text: str) -> npt.NDArray[np.uint64]:
    """[n_tokens] uint64 hashes of the text's tokens in order; empty where there is no token."""
    return np.concatenate([np.empty(0, dtype=np.uint64), *token_hash_blocks(text)])


def count_tokens(text: str) -> int:
    """The number of tokens in the text."""
    return sum(block.size for block in token_hash_blocks(text))
