"""Rules common to all code and data (paper 2.1.1, the second group; Table 11): 33 signals and their thresholds.

Signals of lines and strings look at the code without comments (tasks/filter/comments.py). Per-language
exceptions stand in overrides.py.
"""

import re
from collections import Counter
from collections.abc import Iterator

from tasks.filter.rules import natural_language as text
from tasks.filter.rules.rule import Rule, Table
from tasks.filter.source import Source
from tasks.filter.words import words_of

_LONG_STRING_WORDS = 20
_LONG_WORD_CHARS = 20
_ENCODED_RUN_CHARS = 1024
_XML_HEAD_CHARS = 100
_AUTOGEN_HEAD_CHARS = 200

_AUTOGEN = ("generate", "autogen", "do not edit")
_PROMPTS = ("your code here", "fixme", "todo")

_QUOTED_OVER_LINES = re.compile(r"'''(.*?)'''|" r'"""(.*?)"""|' r"'([^']*)'|" r'"([^"]*)"', re.DOTALL)
"""As `Source.strings`, but a plain quote may run over line ends."""

_URL = re.compile(r"https?://\S")
_ASSIGNED_STRING = re.compile(r"""=\s*["']""")
_JOINED_STRINGS = re.compile(r"""["']\s*\+\s*["']""")
_HEX_WORD = re.compile(r"0[xX](?<!\w..)[0-9a-fA-F]++\b")

_BASE64_RUN = re.compile(r"[a-zA-Z0-9+/\n=]{64,}+")
_HEX_PAIRS = re.compile(r"(?:\b(?:0x|\\x)?+[0-9a-fA-F]{2}(?:,|\b\s*+)){8,}+")
_HEX_PAIRS_INSIDE = re.compile(r"[0-9a-fA-Fx\\,\s]{23,}+")
"""Where _HEX_PAIRS can match at all, found ten times as fast: its shortest match has 23 characters."""
_ESCAPED_UNITS = re.compile(r"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4}){7,}+")


def size_file_byte(source: Source) -> float:
    """Size of the file in bytes."""
    return source.size_bytes


def num_chars_line_max(source: Source) -> float:
    """Characters of the longest line, its LF included; 0 without lines."""
    if not source.lines:
        return 0
    unended = not source.text.endswith("\n")
    last = len(source.lines[-1]) - unended
    return 1 + max(max(map(len, source.lines[:-1]), default=0), last)


def num_chars_line_mean(source: Source) -> float:
    """Characters per line, LF included; 0 without lines."""
    return len(source.text) / len(source.lines) if source.lines else 0


def frac_chars_comments(source: Source) -> float | None:
    """Characters of comments / characters; None for an empty text. In Python documentation strings count too."""
    return source.n_comment_chars / len(source.text) if source.text else None


def cate_xml_start(source: Source) -> float:
    """Whether the first 100 characters declare XML."""
    return "<?xml version=" in source.text[:_XML_HEAD_CHARS]


def frac_lines_dupe_lines(source: Source) -> float | None:
    """Code lines that occur more than once, white space aside / code lines; None without code lines.

    One-character lines and `},` never count as repeated.
    """
    if not source.code_lines:
        return None
    counts = Counter("".join(line.split()) for line in source.code_lines)
    repeated = sum(n for line, n in counts.items() if n > 1 and len(line) != 1 and line != "},")
    return repeated / len(source.code_lines)


def cate_autogen(source: Source) -> float:
    """Whether the first 200 characters say that the file is generated."""
    head = source.text[:_AUTOGEN_HEAD_CHARS].lower()
    return any(sign in head for sign in _AUTOGEN)


def frac_lines_long_string(source: Source) -> float | None:
    """Lines of strings with more than 20 words / code lines; None without code lines."""
    if not source.code_lines:
        return None
    n_long = 0
    for string in _QUOTED_OVER_LINES.finditer(source.code):
        if string.end() - string.start() > _LONG_STRING_WORDS:
            for line in string[string.lastindex or 0].split("\n"):
                n_long += len(line) > _LONG_STRING_WORDS and len(words_of(line)) > _LONG_STRING_WORDS
    return n_long / len(source.code_lines)


def frac_chars_string_length(source: Source) -> float | None:
    """Characters inside strings / characters of the code."""
    if not source.code:
        return None
    return sum(map(len, source.strings)) / len(source.code)


def frac_chars_long_word_length(source: Source) -> float | None:
    """Characters of words longer than 20, no URLs, inside strings / characters of the code."""
    if not source.code:
        return None
    words = (
        word
        for string in source.strings
        if len(string) > _LONG_WORD_CHARS
        for word in string.split()
        if len(word) > _LONG_WORD_CHARS
    )
    return sum(len(word) for word in words if not _URL.search(word)) / len(source.code)


def frac_lines_string_concat(source: Source) -> float | None:
    """Code lines that assign two quoted strings joined by + / code lines; None without code lines."""
    if not source.code_lines:
        return None
    return sum("+" in line and _joins_strings(line) for line in source.code_lines) / len(source.code_lines)


def _joins_strings(line: str) -> bool:
    """Whether an assigned quote is followed by a quoted + and one more quote, none of them empty strings."""
    assigned = _ASSIGNED_STRING.search(line)
    joined = _JOINED_STRINGS.search(line, assigned.end() + 1) if assigned else None
    return joined is not None and max(line.rfind("'"), line.rfind('"')) > joined.end()


def cate_encoded_data(source: Source) -> float:
    r"""Whether the file holds encoded data: a run longer than 1,024 characters, or runs of over half of it.

    Runs are 64 or more base64 characters (LF and = among them), 8 or more pairs of hexadecimal digits, 8 or
    more \uXXXX escapes.
    """
    n_chars = 0
    for run in _encoded_runs(source.text):
        length = run.end() - run.start()
        if length > _ENCODED_RUN_CHARS:
            return True
        n_chars += length
    return n_chars > len(source.text) / 2


def _encoded_runs(string: str) -> Iterator[re.Match[str]]:
    yield from _BASE64_RUN.finditer(string)
    yield from _ESCAPED_UNITS.finditer(string)
    for region in _HEX_PAIRS_INSIDE.finditer(string):
        # one character more, since the last pair must end a word
        yield from _HEX_PAIRS.finditer(string, region.start(), region.end() + 1)


def frac_chars_hex_words(source: Source) -> float | None:
    """Characters of words 0x... of the code / characters of the code."""
    return hex_word_chars(source.code) / len(source.code) if source.code else None


def hex_word_chars(string: str) -> int:
    """Characters of standalone words 0x... ."""
    return sum(map(len, _HEX_WORD.findall(string)))


def frac_lines_prompt_comments(source: Source) -> float | None:
    """Comment lines with `todo`, `fixme` or `your code here` / lines; None without lines."""
    if not source.lines:
        return None
    comment_lines = source.comment.lower().split("\n")
    return sum(any(prompt in line for prompt in _PROMPTS) for line in comment_lines) / len(source.lines)


def frac_lines_assert(source: Source) -> float | None:
    """Code lines with `assert` anywhere / code lines; None without code lines."""
    return source.share_of_code_lines("assert")


COMMON: Table = {
    "qsc_code_size_file_byte": Rule(size_file_byte, high=3_000_000),
    "qsc_code_num_chars": Rule(text.num_chars, low=50),
    "qsc_code_num_lines": Rule(text.num_lines, low=10, high=100_000),
    "qsc_code_num_chars_line_max": Rule(num_chars_line_max, high=1000),
    "qsc_code_num_chars_line_mean": Rule(num_chars_line_mean, low=5, high=100),
    "qsc_code_num_words": Rule(text.num_words, low=30),
    "qsc_code_mean_word_length": Rule(text.mean_word_length, low=2, high=10),
    "qsc_code_frac_words_unique": Rule(text.frac_words_unique),
    "qsc_code_frac_chars_top_2grams": Rule(text.frac_chars_top_2grams, high=0.2),
    "qsc_code_frac_chars_top_3grams": Rule(text.frac_chars_top_3grams, high=0.18),
    "qsc_code_frac_chars_top_4grams": Rule(text.frac_chars_top_4grams, high=0.16),
    "qsc_code_frac_chars_dupe_5grams": Rule(text.frac_chars_dupe_5grams, high=0.8),
    "qsc_code_frac_chars_dupe_6grams": Rule(text.frac_chars_dupe_6grams, high=0.7),
    "qsc_code_frac_chars_dupe_7grams": Rule(text.frac_chars_dupe_7grams, high=0.7),
    "qsc_code_frac_chars_dupe_8grams": Rule(text.frac_chars_dupe_8grams, high=0.7),
    "qsc_code_frac_chars_dupe_9grams": Rule(text.frac_chars_dupe_9grams, high=0.7),
    "qsc_code_frac_chars_dupe_10grams": Rule(text.frac_chars_dupe_10grams, high=0.6),
    "qsc_code_frac_chars_replacement_symbols": Rule(text.frac_chars_replacement_symbols, high=0.01),
    "qsc_code_frac_chars_digital": Rule(text.frac_chars_digital, high=0.2),
    "qsc_code_frac_chars_whitespace": Rule(text.frac_chars_whitespace, high=0.5),
    "qsc_code_frac_chars_alphabet": Rule(text.frac_chars_alphabet, low=0.5),
    "qsc_code_frac_chars_comments": Rule(frac_chars_comments, high=0.8),
    "qsc_code_cate_xml_start": Rule(cate_xml_start, high=0),
    "qsc_code_cate_autogen": Rule(cate_autogen, high=0),
    "qsc_code_cate_encoded_data": Rule(cate_encoded_data, high=0),
    "qsc_code_frac_lines_dupe_lines": Rule(frac_lines_dupe_lines, high=0.7),
    "qsc_code_frac_lines_long_string": Rule(frac_lines_long_string, high=0.2),
    "qsc_code_frac_chars_string_length": Rule(frac_chars_string_length, high=0.6),
    "qsc_code_frac_chars_long_word_length": Rule(frac_chars_long_word_length, high=0.4),
    "qsc_code_frac_lines_string_concat": Rule(frac_lines_string_concat),
    "qsc_code_frac_chars_hex_words": Rule(frac_chars_hex_words, high=0.4),
    "qsc_code_frac_lines_prompt_comments": Rule(frac_lines_prompt_comments, high=0.01),
    "qsc_code_frac_lines_assert": Rule(frac_lines_assert, high=0.4),
}
