"""How much of a text is repeated word n-grams, for n = 2 to 10, in one ladder of array operations.

An n-gram occurs twice only where both its (n-1)-grams do, so each rung looks only at what the rung below kept.
Equal (n-1)-grams that all continue with one word stay equal n-grams; only the others are sorted apart, by
(rank of the (n-1)-gram, last word, place) packed in one integer. No string is ever joined.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.filter.words import Words

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Characters of repeated word n-grams, by n.

    `top_chars[n]`: length of the most frequent n-gram (the first met, of equals) times its count, n = 2 to 4;
    0 where no n-gram repeats. `duplicate_chars[n]`: characters of the words inside any n-gram that occurs
    twice or more, every word once, n = 5 to 10.
    """

    top_chars: dict[int, int]
    duplicate_chars: dict[int, int]


def repetition(words: Words) -> Repetition:
    """Repeated characters for every n-gram size of the released rules."""
    top = dict.fromkeys(TOP_SIZES, 0)
    duplicate = dict.fromkeys(DUPLICATE_SIZES, 0)
    starts = np.concatenate(([0], np.cumsum(words.lengths)))
    positions: _Ints = np.arange(len(words))
    positions, ranks = _repeated(positions, words.ids)
    for n in range(2, DUPLICATE_SIZES[-1] + 1):
        # an n-gram needs the (n-1)-gram at its own start and the one a word later
        chained = np.flatnonzero(positions[1:] == positions[:-1] + 1)
        positions = positions[chained]
        positions, ranks = _repeated(positions, _extended(ranks[chained], words.ids[positions + n - 1]))
        if not len(positions):
            break
        if n in top:
            top[n] = _most_frequent_chars(ranks, positions, starts, n)
        else:
            change = np.zeros(len(words) + 1, dtype=np.int64)
            change[positions] += 1
            change[positions + n] -= 1
            duplicate[n] = int(words.lengths[np.cumsum(change[:-1]) > 0].sum())
    return Repetition(top, duplicate)


def _repeated(positions: _Ints, ranks: _Ints) -> tuple[_Ints, _Ints]:
    """Positions whose rank occurs twice or more, and their ranks made dense."""
    repeated = np.bincount(ranks, minlength=1) > 1
    kept = repeated[ranks]
    dense = np.cumsum(repeated) - 1
    return positions[kept], dense[ranks[kept]]


def _extended(ranks: _Ints, last: _Ints) -> _Ints:
    """Ranks of n-grams, equal for equal ones, from the ranks of their (n-1)-grams and their last words."""
    n_ranks = int(ranks.max(initial=-1)) + 1
    usual = np.zeros(n_ranks, dtype=np.int64)
    usual[ranks] = last
    unusual = ranks[last != usual[ranks]]
    if not len(unusual):
        return ranks
    divided = np.zeros(n_ranks, dtype=np.bool_)
    divided[unusual] = True
    places = np.flatnonzero(divided[ranks])
    sorted_places, is_new = _grouped(ranks[places], last[places])
    extended = ranks.copy()
    extended[places[sorted_places]] = n_ranks + np.cumsum(is_new)
    return extended


def _grouped(ranks: _Ints, last: _Ints) -> tuple[_Ints, npt.NDArray[np.bool_]]:
    """Places sorted by (rank, last word), and where a new pair begins in that order."""
    last_bits = int(last.max()).bit_length()
    place_bits = len(ranks).bit_length()
    pairs = (ranks << last_bits) | last
    if int(ranks.max()).bit_length() + last_bits + place_bits < 63:
        packed = np.sort((pairs << place_bits) | np.arange(len(ranks)))
        pairs, places = packed >> place_bits, packed & ((1 << place_bits) - 1)
    else:
        places = np.argsort(pairs, kind="stable")
        pairs = pairs[places]
    return places, np.concatenate(([True], pairs[1:] != pairs[:-1]))


def _most_frequent_chars(ranks: _Ints, positions: _Ints, starts: _Ints, n: int) -> int:
    """Length in characters of the most frequent n-gram (the first met, of equals) times its count."""
    counts = np.bincount(ranks)
    most = int(counts.max())
    first = int(positions[np.argmax(counts[ranks] == most)])
    return int(starts[first + n] - starts[first]) * most
