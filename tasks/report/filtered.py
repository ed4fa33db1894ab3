"""What the filter did: redactions, hits of each rule, and real files that the busiest rules dropped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from models.filter import FilterSummary, SignalsSummary
from tasks.report.figures import count, interval, share, value
from tasks.report.html import Child, Column, Html, block, element, join, note, table
from tasks.report.run_view import RunView

N_EXAMPLE_RULES = 8
N_EXAMPLES = 3
DROPPED_COLUMNS = ("repo", "path", "language", "rule", "value", "low", "high")

RULE_COLUMNS = (
    Column("rule", "code"),
    Column("dropped", "number"),
    Column("of all", "number"),
    Column("alone", "number"),
    Column("passed", "number"),
)
EXAMPLE_COLUMNS = (
    Column("rule", "code"),
    Column("file", "code"),
    Column("language"),
    Column("value", "number"),
    Column("kept are"),
)


def section(run: RunView) -> Html | None:
    """Redactions as soon as they were made; hits and examples once the filter has decided."""
    signals = run.summary("filter_signals", SignalsSummary)
    summary = run.summary("filter", FilterSummary)
    if signals is None and summary is None:
        return None
    parts: list[Child] = [_redactions(signals) if signals is not None else None]
    if summary is not None:
        parts += [_rules(summary), _examples(run, summary), _unknown(summary)]
    return block("filter", "Filter", parts)


def _redactions(summary: SignalsSummary) -> Html:
    rewritten = note(
        f"{count(summary.n_rewritten)} of {count(summary.n_documents_in)} documents "
        f"({share(summary.n_rewritten, summary.n_documents_in)}) were rewritten."
    )
    rows = _ranked(summary.redactions_by_kind)
    if not rows:
        return rewritten
    columns = (Column("kind"), Column("redactions", "number"))
    return join(
        rewritten, table("Redactions by kind", columns, [(kind, count(number)) for kind, number in rows])
    )


def _rules(summary: FilterSummary) -> Html:
    names = {
        **summary.hits_by_rule,
        **dict.fromkeys(summary.passed_by_rule.keys() - summary.hits_by_rule, 0),
    }
    rows = [
        (
            rule,
            count(n_hits),
            share(n_hits, summary.n_documents_in),
            count(summary.only_hits_by_rule.get(rule, 0)),
            count(summary.passed_by_rule.get(rule, 0)),
        )
        for rule, n_hits in _ranked(names)
    ]
    if not rows:
        return note("No rule hit a document.")
    return join(
        table("Documents by rule", RULE_COLUMNS, rows),
        note(
            "A document that several rules hit counts in each; alone: no other rule hit it. Passed: hit, but outside "
            "of the share that the rule drops, or a value that could not be computed and is kept."
        ),
    )


def _examples(run: RunView, summary: FilterSummary) -> Html | None:
    rules = [rule for rule, _ in _ranked(summary.hits_by_rule)[:N_EXAMPLE_RULES]]
    samples = run.samples("filter", "dropped", DROPPED_COLUMNS)
    examples = pick_examples(samples, rules)
    rows = [
        (
            rule,
            f"{row['repo']}/{row['path']}",
            row["language"],
            value(row["value"]),
            interval(row["low"], row["high"]),
        )
        for rule, found in examples.items()
        for row in found
    ]
    if not rows:
        return samples.remark
    caption = (
        f"Files that the {len(rules)} busiest rules dropped" if len(rules) > 1 else "Files that it dropped"
    )
    return element("div", table(caption, EXAMPLE_COLUMNS, rows), samples.remark)


def pick_examples(tables: Iterable[pa.Table], rules: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Up to `N_EXAMPLES` rows for each rule, the first found; reads no further table once all are full."""
    found: dict[str, list[dict[str, Any]]] = {rule: [] for rule in rules}
    for one in tables:
        for rule, rows in found.items():
            matching = one.filter(pc.equal(one["rule"], rule))
            rows += matching.slice(0, N_EXAMPLES - len(rows)).to_pylist()
        if all(len(rows) == N_EXAMPLES for rows in found.values()):
            break
    return found


def _unknown(summary: FilterSummary) -> Html | None:
    if not summary.unknown_by_signal:
        return None
    by_signal = table(
        "Signals that could not be computed",
        (Column("signal", "code"), Column("documents", "number")),
        [(signal, count(number)) for signal, number in _ranked(summary.unknown_by_signal)],
    )
    by_reason = table(
        "Why they could not",
        (Column("reason"), Column("documents", "number")),
        [(reason, count(number)) for reason, number in _ranked(summary.unknown_reasons)],
    )
    return join(by_signal, by_reason)


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
