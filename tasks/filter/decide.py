"""Keep or drop a measured file, with every reason.

All rules are asked, not only the first that fires: thresholds are tuned on the files that one rule alone hits
(paper App-A.1). Rules that drop a share of their hits draw from a hash of the document, so that a corpus is
the same in every run and on any number of workers.
"""

import hashlib
from dataclasses import dataclass

from models.filter import FilterConfig
from tasks.filter.measure import Measured
from tasks.filter.rules.rule import Rule, Table


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, the value and the interval it left; value None = the signal could not be computed."""

    rule: str
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the file is kept; the hits that drop it; the hits that the draw or the config let pass."""

    kept: bool
    hits: tuple[Hit, ...]
    passed: tuple[Hit, ...] = ()


def decide(measured: Measured, table: Table, document_id: str, config: FilterConfig) -> Decision:
    """The decision on one file; a pure function of its values, the table, its id and the config.

    An unknown signal hits if its rule can fire at all, and drops where `config.unknown` says so.
    """
    hits: list[Hit] = []
    passed: list[Hit] = []
    for name, rule in table.items():
        value = measured.values[name]
        if name in measured.unknown:
            if rule.can_fire:
                (hits if config.unknown == "drop" else passed).append(Hit(name, None, rule.low, rule.high))
        elif value is not None and rule.fires(value):
            dropped = _drawn(name, rule, document_id, config.seed)
            (hits if dropped else passed).append(Hit(name, value, rule.low, rule.high))
    return Decision(not hits, tuple(hits), tuple(passed))


def _drawn(name: str, rule: Rule, document_id: str, seed: int) -> bool:
    """Whether this hit is among the share that drops."""
    if rule.drop_share >= 1:
        return True
    key = f"{seed}\n{document_id}\n{name}".encode()
    draw = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
    return draw < rule.drop_share * 2**64
