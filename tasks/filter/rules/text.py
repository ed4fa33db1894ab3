"""Rules for text (paper App-A, natural language): 32 signals, the thresholds for English, the four for Chinese.

Signals of words need a segmenter for Chinese and are unknown there; those of characters and lines are not.
"""

import re
from collections import Counter

import numpy as np

from tasks.filter.rules import natural_language as text
from tasks.filter.rules.common import hex_word_chars
from tasks.filter.rules.rule import Rule, Table, replaced
from tasks.filter.rules.stop_words import ENGLISH
from tasks.filter.source import Source

_SENTENCE = re.compile(r"\b[^.!?。！？؟]++[.!?。！？؟]*+")
_SENTENCE_BREAK = re.compile(r"[.?!\n]")
_BULLET = re.compile(
    "[\u2022\u2023\u2043\u204c\u204d\u2219\u25a0-\u25af\u25c6-\u25cb\u25cf-\u25d6\u25d8\u25d9\u25e2-\u25e6\u25ef"
    "\u2611\u2612\u29be\u2b1b\u2b1c\u2b1e\u2b1f\u2b24]"
)
_READ_MORE = (
    "...", "…", "全文", "详情", "详细", "更多", "المزيد", "تفاصيل", "اقرأ المزيد", "もっと", "詳細", "もっと読む"
)  # fmt: skip
_CLOSING_BRACKETS = "]】)>》"
_LENTICULAR_BRACKETS = ("【", "】")
_LINK = re.compile(r"\(https?://")
_TAG = re.compile(r"<[^>\n]*+(>?)")
_RELATED_NAMES = ("readme", "notes", "todo", "description", "cmakelists")


def frac_chars_curly_bracket(source: Source) -> float:
    """Share of { and }; 0 for an empty text."""
    if not source.text:
        return 0
    return (source.characters.get("{", 0) + source.characters.get("}", 0)) / len(source.text)


def frac_words_redpajama_stop(source: Source) -> float | None:
    """Share of lower-case stop words; None where the language has no list, 0 without words."""
    if source.natural_language != "en":
        return None
    return _share_of_words(source, ENGLISH) if len(source.words) else 0


def _share_of_words(source: Source, wanted: frozenset[str] | tuple[str, ...]) -> float:
    return sum(word in wanted for word in source.raw_words) / len(source.raw_words)


def num_sentences(source: Source) -> float:
    """Sentences: what begins at a word and ends in a mark of Latin, Chinese or Arabic; line ends do not end one."""
    return sum(1 for _ in _SENTENCE.finditer(source.text))


def num_chars_sentence_length_mean(source: Source) -> float:
    """Mean length of the pieces between sentence marks and line ends, empty ones included."""
    n_breaks = sum(1 for _ in _SENTENCE_BREAK.finditer(source.text))
    return (len(source.text) - n_breaks) / (n_breaks + 1)


def frac_words_full_bracket(source: Source) -> float | None:
    """Share of words that are a full-width lenticular bracket; None without words."""
    return _share_of_words(source, _LENTICULAR_BRACKETS) if source.raw_words else None


def frac_words_all_caps(source: Source) -> float | None:
    """Share of words in capitals; None without words."""
    if not source.raw_words:
        return None
    return sum(map(str.isupper, source.raw_words)) / len(source.raw_words)


def entropy_unigram(source: Source) -> float | None:
    """Shannon entropy of the normalised words in nats; None without words."""
    if not len(source.words):
        return None
    shares = np.bincount(source.words.ids) / len(source.words)
    return float(-(shares * np.log(shares)).sum())


def frac_lines_end_with_readmore(source: Source) -> float | None:
    """Share of lines that end, before closing brackets, in an ellipsis or in `more`; None without lines."""
    if not source.lines:
        return None
    ends = (line.rstrip().rstrip(_CLOSING_BRACKETS) for line in source.lines)
    return sum(end.endswith(_READ_MORE) for end in ends) / len(source.lines)


def frac_lines_start_with_bullet(source: Source) -> float | None:
    """Share of lines that start with a bullet of Unicode's, * and - are none; None without lines."""
    if not source.lines:
        return None
    return sum(bool(_BULLET.match(line.lstrip()[:1])) for line in source.lines) / len(source.lines)


def frac_lines_dupe_lines(source: Source) -> float | None:
    """Stripped lines that occur more than once / lines that are not blank; None without any."""
    counts = _stripped_lines(source)
    return sum(n for n in counts.values() if n > 1) / counts.total() if counts else None


def frac_chars_dupe_lines(source: Source) -> float | None:
    """Characters of stripped lines that occur more than once / characters of stripped lines; None without any."""
    counts = _stripped_lines(source)
    if not counts:
        return None
    n_chars = sum(len(line) * n for line, n in counts.items())
    return sum(len(line) * n for line, n in counts.items() if n > 1) / n_chars


def _stripped_lines(source: Source) -> Counter[str]:
    return Counter(line for line in map(str.strip, source.lines) if line)


def cate_code_related_file_name(source: Source) -> float:
    """Whether the file's name is one of those that go with code: a readme, notes, requirements ..."""
    name = source.filename.split(".")[0].lower()
    return "requirement" in name or name in _RELATED_NAMES


def frac_chars_hyperlink_html_tag(source: Source) -> float | None:
    """Characters of (http...) and of <...> on one line / characters; None for an empty text."""
    if not source.text:
        return None
    tags = sum(tag.end() - tag.start() for tag in _TAG.finditer(source.text) if tag[1])
    return (tags + _link_chars(source.text)) / len(source.text)


def _link_chars(text: str) -> int:
    """Characters of links in brackets, each reaching to the last `)` of its run of visible characters."""
    n_chars = 0
    end = 0
    while link := _LINK.search(text, end):
        run = _VISIBLE.match(text, link.start())
        end = run.end() if run else link.end()
        closing = text.rfind(")", link.end() + 1, end)
        if closing > 0:
            n_chars += closing + 1 - link.start()
            end = closing + 1
    return n_chars


_VISIBLE = re.compile(r"\S++")


def frac_chars_alphabet(source: Source) -> float | None:
    """Share of letters among visible characters, 0 without any; None for another language than English."""
    if source.n_visible and source.natural_language != "en":
        return None
    return text.frac_chars_alphabet(source)


def frac_chars_hex_words(source: Source) -> float | None:
    """Characters of words 0x... / characters; None for an empty text."""
    return hex_word_chars(source.text) / len(source.text) if source.text else None


TEXT_EN: Table = {
    "qsc_doc_frac_chars_curly_bracket": Rule(frac_chars_curly_bracket),
    "qsc_doc_frac_words_redpajama_stop": Rule(frac_words_redpajama_stop),
    "qsc_doc_num_sentences": Rule(num_sentences, low=2, spared=0),
    "qsc_doc_num_chars_sentence_length_mean": Rule(num_chars_sentence_length_mean),
    "qsc_doc_num_words": Rule(text.num_words, low=50),
    "qsc_doc_num_chars": Rule(text.num_chars, low=50),
    "qsc_doc_num_lines": Rule(text.num_lines, low=10),
    "qsc_doc_mean_word_length": Rule(text.mean_word_length, low=3, high=10),
    "qsc_doc_frac_words_full_bracket": Rule(frac_words_full_bracket),
    "qsc_doc_frac_words_all_caps": Rule(frac_words_all_caps, high=0.5),
    "qsc_doc_frac_words_unique": Rule(text.frac_words_unique),
    "qsc_doc_entropy_unigram": Rule(entropy_unigram, low=3),
    "qsc_doc_frac_lines_end_with_readmore": Rule(frac_lines_end_with_readmore, high=0.1),
    "qsc_doc_frac_lines_start_with_bullet": Rule(frac_lines_start_with_bullet, high=0.9),
    "qsc_doc_frac_lines_dupe_lines": Rule(frac_lines_dupe_lines, high=0.6),
    "qsc_doc_frac_chars_dupe_lines": Rule(frac_chars_dupe_lines, high=0.5),
    "qsc_doc_frac_chars_top_2grams": Rule(text.frac_chars_top_2grams, high=0.2),
    "qsc_doc_frac_chars_top_3grams": Rule(text.frac_chars_top_3grams, high=0.18),
    "qsc_doc_frac_chars_top_4grams": Rule(text.frac_chars_top_4grams, high=0.16),
    "qsc_doc_frac_chars_dupe_5grams": Rule(text.frac_chars_dupe_5grams, high=0.6),
    "qsc_doc_frac_chars_dupe_6grams": Rule(text.frac_chars_dupe_6grams, high=0.6),
    "qsc_doc_frac_chars_dupe_7grams": Rule(text.frac_chars_dupe_7grams, high=0.6),
    "qsc_doc_frac_chars_dupe_8grams": Rule(text.frac_chars_dupe_8grams, high=0.6),
    "qsc_doc_frac_chars_dupe_9grams": Rule(text.frac_chars_dupe_9grams, high=0.6),
    "qsc_doc_frac_chars_dupe_10grams": Rule(text.frac_chars_dupe_10grams, high=0.6),
    "qsc_doc_frac_chars_replacement_symbols": Rule(text.frac_chars_replacement_symbols, high=0.01),
    "qsc_doc_cate_code_related_file_name": Rule(cate_code_related_file_name),
    "qsc_doc_frac_chars_hyperlink_html_tag": Rule(frac_chars_hyperlink_html_tag, high=0.5),
    "qsc_doc_frac_chars_alphabet": Rule(frac_chars_alphabet, low=0.5),
    "qsc_doc_frac_chars_digital": Rule(text.frac_chars_digital, high=0.2),
    "qsc_doc_frac_chars_whitespace": Rule(text.frac_chars_whitespace, high=0.5),
    "qsc_doc_frac_chars_hex_words": Rule(frac_chars_hex_words, high=0.4),
}

TEXT_ZH: Table = replaced(
    TEXT_EN,
    Rule(text.mean_word_length, low=1.3, high=10),
    Rule(frac_words_full_bracket, high=0.1),
    Rule(frac_words_all_caps),
    Rule(frac_lines_end_with_readmore, high=0.3),
)
