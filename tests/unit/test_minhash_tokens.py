"""Tokens and shingles against slow oracles that follow the docstrings word by word."""

import re
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from tasks.text.compiled import compiled
from tasks.text.shingles import shingle_blocks, shingle_hashes, shingle_hashes_64
from tasks.text.tokens import BLOCK_CODE_POINTS, TOKEN_PATTERN, class_table, count_tokens, token_hashes

MASK = (1 << 64) - 1


def slow_mix64(h: int) -> int:
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & MASK
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ (h >> 33)


def slow_token_hash(token: str) -> int:
    h = 0
    for character in token:
        h = (h * 0x9E3779B97F4A7C15 + ord(character) + 1) & MASK
    return slow_mix64(h)


def slow_shingle_hashes(text: str, ngram: int) -> list[int]:
    tokens = [slow_token_hash(token) for token in re.findall(r"\w+|[^\w\s]", text)]
    shingles = []
    for i in range(len(tokens) - ngram + 1):
        g = 0
        for token in tokens[i : i + ngram]:
            g = (g * 0xD6E8FEB86659FD93 + token) & MASK
        shingles.append(slow_mix64(g) >> 32)
    return shingles


TEXTS = {
    "empty": "",
    "white space only": " \t\r\n\u00a0\u2003\x1c",
    "code": "def foo_bar(x: int) -> str:\n    return f'{x!r}'  # naïve\n",
    "other scripts": "变量 = 'Привет, мир' + \u0939\u093f\u0928\u094d\u0926\u0940  # \u0e44\u0e17\u0e22",
    "beyond the basic plane": "🙂x🙂🙂 \U0001d7d8\U0001d7d9 \U00020000\U0010ffff",
    "zeros": "\x00\x00a\x00",
    "lone surrogates": "a\ud800b \udfff c d e",
    "word to the end": "a b c d_e",
    "word over a block's end": "x " * 10 + "y" * (BLOCK_CODE_POINTS + 5) + " tail + z",
    "word of three blocks, alone": "w" * (3 * BLOCK_CODE_POINTS),
    "word ends with its block": "v" * BLOCK_CODE_POINTS + " = 1; next",
    "block of white space between words": "a b" + " " * (2 * BLOCK_CODE_POINTS) + "c d e f",
    "symbols over a block's end": "(" * (BLOCK_CODE_POINTS + 3),
    "another width in the second block": "k = 1\n" * 11_000 + "é = '漢'\n" * 3,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_tokens_and_shingles_follow_their_definition(text: str) -> None:
    tokens = TOKEN_PATTERN.findall(text)
    assert token_hashes(text).tolist() == [slow_token_hash(token) for token in tokens]
    assert count_tokens(text) == len(tokens)
    assert shingle_hashes(text, 5).tolist() == slow_shingle_hashes(text, 5)


def test_class_table_is_what_python_calls_word_and_space() -> None:
    table = class_table()
    for code in range(0x110000):
        character = chr(code)
        is_word = character.isalnum() or character == "_"
        expected = 1 if is_word else 0 if character.isspace() else 2
        if table[code] != expected:
            pytest.fail(f"U+{code:04X} has class {table[code]}, not {expected}")


@pytest.mark.parametrize("ngram", [1, 2, 3, 10])
def test_shingles_of_any_length_cross_blocks(ngram: int) -> None:
    text = "ab+" * 40_000
    hashes = shingle_hashes(text, ngram)
    assert hashes.size == 80_000 - ngram + 1
    assert hashes[:40].tolist() == slow_shingle_hashes(text[:200], ngram)[:40]
    assert np.unique(hashes).size == 2
    assert (hashes[0::2] == hashes[0]).all()
    assert (hashes[1::2] == hashes[1]).all()


def test_text_shorter_than_a_shingle_has_none() -> None:
    assert shingle_hashes("a b c d", 5).size == 0
    assert shingle_hashes("a b c d e", 5).size == 1
    assert not list(shingle_blocks("", 5))


def test_shingle_of_no_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="ngram is 0"):
        shingle_hashes("a b c", 0)


def test_32_bit_hashes_are_the_high_half_of_the_64_bit_ones() -> None:
    text = TEXTS["code"] * 3
    assert ((shingle_hashes_64(text, 5) >> np.uint64(32)) == shingle_hashes(text, 5)).all()


def test_shingle_hashes_are_spread_evenly() -> None:
    n = 200_000
    text = " ".join(f"x{i}" for i in range(n + 4))
    hashes = shingle_hashes(text, 5)
    assert np.unique(shingle_hashes_64(text, 5)).size == n
    n_collisions = n - np.unique(hashes).size
    assert n_collisions < 20, "4.7 are expected of a random function"
    ones = ((hashes[:, np.newaxis] >> np.arange(32, dtype=np.uint32)) & np.uint32(1)).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 5 * 0.5 / np.sqrt(n)


def test_long_line_is_read_in_bounded_memory() -> None:
    text = "value_1=(2);" * 1_500_000
    list(shingle_blocks(text[:1000], 5))
    tracemalloc.start()
    n_shingles = sum(block.size for block in shingle_blocks(text, 5))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_shingles == 6 * 1_500_000 - 4
    assert peak_bytes < 8 << 20


def test_kernel_without_a_place_for_its_cache_still_runs() -> None:
    namespace: dict[str, Callable[[int], int]] = {}
    exec("def double(x):\n    return 2 * x", {}, namespace)  # numba finds no file to keep a cache beside
    assert compiled(namespace["double"])(21) == 42
