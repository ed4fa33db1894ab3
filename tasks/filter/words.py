"""Words of a text as the quality signals count them, and their ids and lengths as arrays.

A word is a maximal run of word characters or a maximal run of other visible characters. *Normalised* words
are taken from the lower-cased text with ASCII and CJK punctuation turned into spaces, control characters
removed and NFKC applied, in this order. ASCII, which most code is, takes one `bytes.translate` and one `split`.
"""

import functools
import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_FULL_WIDTH_OFFSET = 0xFEE0
_REMOVED = [*range(0x08), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x202C]
_SPACED = [
    *map(ord, string.punctuation),
    *(ord(mark) + _FULL_WIDTH_OFFSET for mark in string.punctuation),
    *map(ord, "。、《》【】「」“”‘’"),
    0x2009,  # thin space
    0x200B,  # zero width space: no white space to Unicode
]
_NORMALISE = {
    **dict.fromkeys(_REMOVED, ""),
    **dict.fromkeys(_SPACED, " "),
    ord("￥"): "¥",
}
_ASCII_REMOVED = bytes(code for code in _REMOVED if code < 0x80)
_ASCII_NORMALISE = (
    bytes(range(256))
    .lower()
    .translate(bytes.maketrans(string.punctuation.encode(), b" " * len(string.punctuation)))
)
_SPECIAL = re.compile("[" + "".join(chr(code) for code in _NORMALISE if code >= 0x80) + "]")
_ASCII_ODD = re.compile(r"[\x08\x1b\x7f]")
"""ASCII characters that are neither word, space nor removed: the fast path would glue them to words."""


@dataclass(frozen=True, slots=True)
class Words:
    """The normalised words of one file: ids [n] int64 in order of first use, lengths in characters [n] int64."""

    ids: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    n_distinct: int
    n_chars: int

    def __len__(self) -> int:
        """Number of words."""
        return len(self.ids)


@functools.cache
def _word_pattern() -> re.Pattern[str]:
    """Runs of word characters, or of visible others; Unicode's word characters, not those of `re`.

    `re` counts letters and numbers of any kind; Unicode (UTS 18) counts letters, marks, decimal digits,
    letter numbers, connectors and the two joiners. The difference shows in accents and variation selectors.
    """
    ranges: list[list[int]] = []
    for code in (*range(0x80, 0x32400), *range(0xE0100, 0xE01F0)):
        category = unicodedata.category(chr(code))
        if category[0] in "LM" or category in ("Nd", "Nl", "Pc") or code in (0x200C, 0x200D):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    word = "0-9A-Za-z_" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
    return re.compile(rf"[{word}]+|[^{word}\s]+")


_ASCII_WORD = re.compile(r"[0-9A-Za-z_]+|[^0-9A-Za-z_\s]+")


def words_of(text: str) -> list[str]:
    """The words of `text` as it stands: runs of word characters and runs of other visible characters."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    words: list[str] = []
    for token in text.split():
        if token.isalpha():
            words.append(token)
        else:
            words += (_ASCII_WORD if token.isascii() else _word_pattern()).findall(token)
    return words


def normalised_words(text: str) -> list[str]:
    """The words of the normalised text."""
    plain = text.encode("utf-8").translate(_ASCII_NORMALISE, _ASCII_REMOVED).decode("utf-8")
    if plain.isascii() and not _ASCII_ODD.search(plain):
        return plain.split()
    return words_of(unicodedata.normalize("NFKC", _SPECIAL.sub(_normalised, plain).lower()))


def _normalised(special: re.Match[str]) -> str:
    return _NORMALISE[ord(special[0])]


def count_words(words: Sequence[str]) -> Words:
    """Words as ids and lengths."""
    index = {word: i for i, word in enumerate(dict.fromkeys(words))}
    ids = np.fromiter(map(index.__getitem__, words), dtype=np.int64, count=len(words))
    lengths = np.fromiter(map(len, index), dtype=np.int64, count=len(index))
    lengths = lengths[ids]
    return Words(ids, lengths, n_distinct=len(index), n_chars=int(lengths.sum()))
