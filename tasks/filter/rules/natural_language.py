"""Signals that text and code share (paper 2.1.1, the first group): words, characters, repeated n-grams.

Shares of words and n-grams are taken over normalised words (tasks/filter/words.py), shares of characters over
the text as it stands.
"""

from tasks.filter.source import Source


def num_words(source: Source) -> float:
    """Number of normalised words."""
    return len(source.words)


def num_chars(source: Source) -> float:
    """Number of characters (code points)."""
    return len(source.text)


def num_lines(source: Source) -> float:
    """Number of lines; only LF ends one, and a last line without it counts."""
    return len(source.lines)


def mean_word_length(source: Source) -> float | None:
    """Characters per normalised word; None without words."""
    return source.words.n_chars / len(source.words) if len(source.words) else None


def frac_words_unique(source: Source) -> float | None:
    """Distinct normalised words / normalised words; None without words."""
    return source.words.n_distinct / len(source.words) if len(source.words) else None


def frac_chars_replacement_symbols(source: Source) -> float | None:
    """Share of U+FFFD, which stands for bytes that are not UTF-8; None for an empty text."""
    return source.characters.get("\ufffd", 0) / len(source.text) if source.text else None


def frac_chars_digital(source: Source) -> float:
    """Share of digits among visible characters; 1 without any."""
    if not source.n_visible:
        return 1.0
    return sum(n for char, n in source.characters.items() if char.isdigit()) / source.n_visible


def frac_chars_alphabet(source: Source) -> float:
    """Share of letters among visible characters; 0 without any."""
    if not source.n_visible:
        return 0.0
    return sum(n for char, n in source.characters.items() if char.isalpha()) / source.n_visible


def frac_chars_whitespace(source: Source) -> float:
    """Share of white space; 1 for an empty text."""
    return 1 - source.n_visible / len(source.text) if source.text else 1.0


def _top_share(source: Source, n: int) -> float:
    return source.repetition.top_chars[n] / max(source.words.n_chars, 1)


def _duplicate_share(source: Source, n: int) -> float:
    return source.repetition.duplicate_chars[n] / max(source.words.n_chars, 1)


def frac_chars_top_2grams(source: Source) -> float:
    """Characters of the most frequent word 2-gram (the first met, of equals) times its count / all words'."""
    return _top_share(source, 2)


def frac_chars_top_3grams(source: Source) -> float:
    """The same for 3-grams; 0 where none repeats."""
    return _top_share(source, 3)


def frac_chars_top_4grams(source: Source) -> float:
    """The same for 4-grams; 0 where none repeats."""
    return _top_share(source, 4)


def frac_chars_dupe_5grams(source: Source) -> float:
    """Characters of words inside a 5-gram that occurs twice or more, each word once / all words'."""
    return _duplicate_share(source, 5)


def frac_chars_dupe_6grams(source: Source) -> float:
    """The same for 6-grams."""
    return _duplicate_share(source, 6)


def frac_chars_dupe_7grams(source: Source) -> float:
    """The same for 7-grams."""
    return _duplicate_share(source, 7)


def frac_chars_dupe_8grams(source: Source) -> float:
    """The same for 8-grams."""
    return _duplicate_share(source, 8)


def frac_chars_dupe_9grams(source: Source) -> float:
    """The same for 9-grams."""
    return _duplicate_share(source, 9)


def frac_chars_dupe_10grams(source: Source) -> float:
    """The same for 10-grams."""
    return _duplicate_share(source, 10)
