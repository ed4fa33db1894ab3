"""One file with the facts that signals share, each found on first use and then kept.

    Source(text, language, kind, ...) -> .lines .characters .words .code .comment .code_lines .python_tree ...

A fact that cannot be found (a parser gives up, a segmenter is missing) raises `UnknownSignal` with the reason,
at every use: the signals that need it become unknown, the others are measured.
"""

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from models.document import Kind
from tasks.filter import python_syntax
from tasks.filter.comments import Split, split_comments
from tasks.filter.repetition import Repetition, repetition
from tasks.filter.words import Words, count_words, normalised_words, words_of

NaturalLanguage = Literal["en", "zh"]

PYTHON_PARSE_LIMIT_BYTES = 2_000_000
"""Python's parser takes 80 bytes of memory and 0.15 microseconds a byte of code as people write it, and up to
900 bytes and 2 microseconds a byte of the densest."""
PYTHON_TOKENIZE_LIMIT = 100_000_000
"""Sum of squared line lengths up to which text that does not parse is given to Python's tokenizer.

The tokenizer looks from every quote to the end of the line: at the limit it takes up to 4 seconds.
"""


class UnknownSignal(Exception):
    """A fact of this file cannot be established; the message is the reason that the summary counts."""


@dataclass(frozen=True, eq=False)
class Source:
    """One file: `text` decoded without newline translation, a byte order mark kept; `size_bytes` as collected."""

    text: str
    language: str
    kind: Kind
    filename: str
    size_bytes: int
    natural_language: NaturalLanguage = "en"

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text without their LF; only LF ends a line, a last one needs none."""
        lines = self.text.split("\n")
        if not lines[-1]:
            lines.pop()
        return lines

    @cached_property
    def characters(self) -> dict[str, int]:
        """How often each character occurs."""
        text = self.text
        codes = np.bincount(np.frombuffer(text.encode("ascii", "ignore"), dtype=np.uint8), minlength=128)
        counts = {chr(code): int(codes[code]) for code in np.flatnonzero(codes)}
        if not text.isascii():
            counts.update(Counter(_ASCII.sub("", text)))
        return counts

    @cached_property
    def n_visible(self) -> int:
        """Characters that are no white space."""
        return len(self.text) - sum(n for character, n in self.characters.items() if character.isspace())

    @cached_property
    def words(self) -> Words:
        """The normalised words as ids and lengths."""
        self._need_segmentation()
        return count_words(normalised_words(self.text))

    @cached_property
    def raw_words(self) -> Sequence[str]:
        """The words of the text as it stands."""
        self._need_segmentation()
        return words_of(self.text)

    @cached_property
    def repetition(self) -> Repetition:
        """Repeated n-grams of the normalised words."""
        return repetition(self.words)

    def _need_segmentation(self) -> None:
        if self.kind == "text" and self.natural_language == "zh":
            raise UnknownSignal("Chinese text is not split into words here")

    @cached_property
    def _split(self) -> Split:
        return split_comments(self.text, self.language)

    @property
    def code(self) -> str:
        """The text without its comments, ending in an LF."""
        return self._split.code

    @property
    def comment(self) -> str:
        """The comments, one after the other."""
        return self._split.comment

    @cached_property
    def code_lines(self) -> list[str]:
        """The lines of the code that are not blank."""
        return [line for line in self.code.split("\n") if line and not line.isspace()]

    @cached_property
    def strings(self) -> list[str]:
        """What stands in quotes in the code, as the released rules see it.

        One or three equal quotes open and the next such close, one quote only on its line; there are no escapes.
        """
        return [string[string.lastindex or 0] for string in _QUOTED.finditer(self.code)]

    @cached_property
    def lower_code_lines(self) -> list[str]:
        """The code lines in lower case."""
        return [line.lower() for line in self.code_lines]

    def share_of_code_lines(self, needle: str) -> float | None:
        """Share of code lines that hold `needle`, case ignored; None without code lines."""
        if not self.code_lines:
            return None
        return sum(needle in line for line in self.lower_code_lines) / len(self.code_lines)

    @cached_property
    def n_comment_chars(self) -> int:
        """Characters of comments; for Python with all documentation strings and without comment signs."""
        if self.language != "python":
            return len(self.comment)
        tree = self.python_tree
        if tree is None and sum(len(line) ** 2 for line in self.lines) > PYTHON_TOKENIZE_LIMIT:
            raise UnknownSignal("Python files of long lines that do not parse are not split")
        return len(python_syntax.documentation(self.text, tree))

    @property
    def python_tree(self) -> ast.Module | None:
        """The syntax tree, None where the text is not Python; UnknownSignal where the parser gave up."""
        tree, reason = self._python_parse
        if reason:
            raise UnknownSignal(reason)
        return tree

    @cached_property
    def python_statements(self) -> list[ast.AST]:
        """All statements of the tree, the module itself among them; none where the text is not Python."""
        return list(python_syntax.statements(self.python_tree)) if self.python_tree else []

    @cached_property
    def _python_parse(self) -> tuple[ast.Module | None, str]:
        if self.size_bytes > PYTHON_PARSE_LIMIT_BYTES:
            return None, f"Python files over {PYTHON_PARSE_LIMIT_BYTES:,} bytes are not parsed"
        try:
            return python_syntax.parse(self.text), ""
        except (RecursionError, MemoryError) as error:
            return None, f"Python's parser: {type(error).__name__}"


_QUOTED = re.compile(r"'''(.*?)'''|" r'"""(.*?)"""|' r"'([^'\n]*)'|" r'"([^"\n]*)"', re.DOTALL)
_ASCII = re.compile("[\x00-\x7f]+")
