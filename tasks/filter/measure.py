"""Every signal of a file's table, measured once: what decide.py compares and the report keeps.

Measuring knows no threshold, so thresholds can be tuned on stored values (paper App-A.1).
"""

from dataclasses import dataclass

from tasks.filter.rules.rule import Table
from tasks.filter.source import Source, UnknownSignal

_DECIMALS = 8
"""Values are compared as the released filter does: rounded to 8 decimals."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Released name -> value, in the table's order, None where the signal is not defined for the file.

    Signals that could not be computed have None too, and their reason in `unknown`.
    """

    values: dict[str, float | None]
    unknown: dict[str, str]


def measure(source: Source, table: Table) -> Measured:
    """The signals of `table` for one file."""
    values: dict[str, float | None] = {}
    unknown: dict[str, str] = {}
    for name, rule in table.items():
        try:
            value = rule.signal(source)
        except UnknownSignal as reason:
            values[name], unknown[name] = None, str(reason)
        else:
            values[name] = None if value is None else round(float(value), _DECIMALS)
    return Measured(values, unknown)
