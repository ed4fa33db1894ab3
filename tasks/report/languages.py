"""Documents and bytes of each language through the stages, and what the corpus is made of at the end."""

from collections.abc import Mapping
from typing import Literal

from models.summary import FunnelSummary
from tasks.report.bars import Bar, bars
from tasks.report.figures import count, share, size
from tasks.report.html import Child, Column, Html, block, element, note, table
from tasks.report.run_view import RunView

TOP_LANGUAGES = 20

Amounts = Mapping[str, Mapping[str, int]]
"""Stage -> language -> documents or bytes."""


def section(run: RunView) -> Html | None:
    """The largest languages of the last stage that finished; those that vanished on the way come after them."""
    stages = {stage: summary for stage, summary in run.funnel().items() if stage != "filter_signals"}
    if not stages:
        return None
    top = top_languages(stages)
    n_languages = len({language for summary in stages.values() for language in summary.bytes_by_language})
    by_bytes = {stage: summary.bytes_by_language for stage, summary in stages.items()}
    by_documents = {stage: summary.documents_by_language for stage, summary in stages.items()}
    shown = (
        f"The {len(top)} largest of {n_languages} languages" if n_languages > len(top) else "All languages"
    )
    return block(
        "languages",
        "Languages",
        note(f"{shown}, by bytes after {list(stages)[-1]}; kept is the share of what was collected."),
        element(
            "div",
            element("div", _table("bytes", by_bytes, top), _table("documents", by_documents, top)),
            _composition(by_bytes, top),
            class_="beside",
        ),
    )


def top_languages(stages: Mapping[str, FunnelSummary]) -> list[str]:
    """At most `TOP_LANGUAGES` names: by bytes of the last stage, then of the first, then by name."""
    first, *_, last = [*stages.values(), *stages.values()]
    names = {language for summary in stages.values() for language in summary.bytes_by_language}
    ranked = sorted(
        names,
        key=lambda name: (-last.bytes_by_language.get(name, 0), -first.bytes_by_language.get(name, 0), name),
    )
    return ranked[:TOP_LANGUAGES]


def _table(unit: Literal["bytes", "documents"], amounts: Amounts, top: list[str]) -> Html:
    stages = list(amounts)
    columns = [Column("language"), *(Column(stage, "number") for stage in stages)]
    columns += [Column("kept", "number"), Column("final share", "number")]
    totals = {stage: sum(by_language.values()) for stage, by_language in amounts.items()}
    listed = {name: {stage: amounts[stage].get(name, 0) for stage in stages} for name in top}
    others = {stage: totals[stage] - sum(row[stage] for row in listed.values()) for stage in stages}
    if any(others.values()):
        listed["all others"] = others
    listed["total"] = totals
    rows = [_row(name, row, totals[stages[-1]], unit) for name, row in listed.items()]
    return table(f"{unit.capitalize()} by language after each stage", columns, rows)


def _row(
    name: str, by_stage: Mapping[str, int], total: int, unit: Literal["bytes", "documents"]
) -> list[Child]:
    first, *_, last = [*by_stage.values(), *by_stage.values()]
    show = size if unit == "bytes" else count
    return [name, *(show(amount) for amount in by_stage.values()), share(last, first), share(last, total)]


def _composition(by_bytes: Amounts, top: list[str]) -> Html:
    first_stage, *_, last_stage = [*by_bytes, *by_bytes]
    first, last = by_bytes[first_stage], by_bytes[last_stage]
    first_total, last_total = sum(first.values()) or 1, sum(last.values()) or 1
    shares = {name: (last.get(name, 0) / last_total, first.get(name, 0) / first_total) for name in top}
    longest = max((max(pair) for pair in shares.values()), default=0.0) or 1.0
    rows = [
        Bar(
            name,
            f"{share(before, 1)} → {share(after, 1)}",
            (after / longest, before / longest),
        )
        for name, (after, before) in shares.items()
    ]
    return bars("Composition: share of bytes", (f"after {last_stage}", f"after {first_stage}"), rows)
