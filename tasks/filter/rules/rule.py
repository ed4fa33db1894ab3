"""A signal measures a file; a rule says which values of it are kept; a table is the rules of one kind of file.

Every threshold of the released filter is an interval with, in places, a share of the hits to drop:
    Rule(num_words, low=30)      drops files of fewer than 30 words
    Rule(cate_ast, low=1)        drops files that do not parse: yes is 1, no is 0
    Rule(frac_words_unique)      measures, never drops
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from tasks.filter.source import Source

Signal = Callable[[Source], float | None]
"""A pure function; None = not defined for this file, which never drops it. May raise UnknownSignal."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A signal and the closed interval of its values that are kept."""

    signal: Signal
    low: float = -inf
    high: float = inf
    drop_share: float = 1.0
    """Share of the hits that are dropped; a hash of the document decides which."""
    spared: float | None = None
    """A value outside of the interval that is kept all the same."""

    def fires(self, value: float) -> bool:
        """Whether the value lies outside of the interval; never for NaN."""
        return (value < self.low or value > self.high) and value != self.spared

    @property
    def can_fire(self) -> bool:
        """False for a rule that only measures."""
        return self.drop_share > 0 and (self.low > -inf or self.high < inf)


Table = Mapping[str, Rule]
"""Released name of the signal -> rule, in the order of measuring."""


def replaced(table: Table, *rules: Rule) -> dict[str, Rule]:
    """The table with each of `rules` in the place of the rule with the same signal.

    ValueError where the table has no such signal.
    """
    by_signal = {rule.signal: rule for rule in rules}
    result = {name: by_signal.pop(rule.signal, rule) for name, rule in table.items()}
    if by_signal:
        raise ValueError(f"no rule of this table measures {[signal.__name__ for signal in by_signal]}")
    return result
