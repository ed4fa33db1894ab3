"""The 22 places where the released filter departs from the common thresholds, by table.

Configuration, markup and shell hold strings, comments and repetition for good reasons (paper App-A.2: general
thresholds may be adjusted for a language).
"""

from tasks.filter.rules import common
from tasks.filter.rules import natural_language as text
from tasks.filter.rules.rule import Rule

DATA = (
    Rule(text.num_chars, low=50, high=5000),
    Rule(text.frac_words_unique, low=0.4),
    Rule(common.frac_lines_long_string),
    Rule(common.frac_chars_string_length),
    Rule(common.frac_lines_prompt_comments),
    Rule(common.frac_lines_assert),
)
SHELL = (
    Rule(common.frac_lines_long_string),
    Rule(common.frac_chars_string_length),
    Rule(common.frac_lines_assert),
)
SQL = (Rule(text.frac_chars_digital, high=0.3),)
GO = (Rule(common.frac_lines_assert),)
HTML = (
    Rule(text.frac_chars_dupe_5grams, high=0.6),
    Rule(text.frac_chars_dupe_6grams, high=0.6),
    Rule(text.frac_chars_dupe_7grams, high=0.6),
    Rule(text.frac_chars_dupe_8grams, high=0.6),
    Rule(text.frac_chars_dupe_9grams, high=0.6),
    Rule(common.frac_chars_comments),
    Rule(common.frac_lines_long_string),
    Rule(common.frac_chars_string_length),
    Rule(common.frac_chars_long_word_length),
    Rule(common.frac_lines_prompt_comments),
    Rule(common.frac_lines_assert),
)
