"""What the finders of personal data and notices return: a kind and a range of characters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "ip", "password", "key", "copyright"]


@dataclass(frozen=True, slots=True)
class Span:
    """A finding of one kind: character offsets in the input text, end exclusive."""

    kind: Kind
    start: int
    end: int


def without_overlaps(groups: Iterable[Iterable[Span]]) -> tuple[Span, ...]:
    """Disjoint spans sorted by start. An earlier group wins over a later one; within a group the longest wins."""
    chosen: list[Span] = []
    for group in groups:
        new: list[Span] = []
        end = -1
        for span in sorted(group, key=lambda s: (s.start, -s.end)):
            if span.start < end:
                if span.end - span.start > new[-1].end - new[-1].start:
                    new[-1] = span
                    end = span.end
                continue
            new.append(span)
            end = span.end
        chosen = _merge(chosen, new)
    return tuple(chosen)


def _merge(kept: list[Span], new: list[Span]) -> list[Span]:
    """Both lists as one, without those new spans that touch a kept one; each list is sorted and disjoint."""
    if not kept or not new:
        return kept or new
    merged = list(kept)
    i = 0
    for span in new:
        while i < len(kept) and kept[i].end <= span.start:
            i += 1
        if i == len(kept) or span.end <= kept[i].start:
            merged.append(span)
    merged.sort(key=lambda s: s.start)
    return merged
