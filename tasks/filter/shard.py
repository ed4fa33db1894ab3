"""The filter one shard at a time: rewrite and measure, then decide on what was measured.

documents --rewrite and measure--> documents, signals, redactions        (artifact filter_signals)
documents + signals --decide--> documents, dropped                       (artifact filter)
"""

import hashlib
from collections import Counter
from typing import cast

import pyarrow as pa

from models.document import Kind
from models.filter import FilterConfig, SignalsConfig
from tasks.filter.decide import Decision, decide
from tasks.filter.measure import Measured, measure
from tasks.filter.rules.tables import TABLES, table_for, tables_with
from tasks.filter.source import Source
from tasks.filter.transform.redact import Redacted, redact
from tasks.runtime.counts import Counts, count_in, count_kept
from tasks.runtime.shards import Shard

SIGNAL_NAMES = tuple(dict.fromkeys(name for table in TABLES.values() for name in table))
"""Every signal of every table, each once: the columns of a signals table."""

SIGNALS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        *((name, pa.float64()) for name in SIGNAL_NAMES),
        ("unknown", pa.map_(pa.string(), pa.string())),
    ]
)
REDACTIONS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("repo", pa.string()),
        ("path", pa.string()),
        ("kind", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
    ]
)
DROPPED_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("repo", pa.string()),
        ("path", pa.string()),
        ("language", pa.string()),
        ("rule", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


def measure_documents(shard: Shard, config: SignalsConfig) -> Counts:
    """Writes the documents rewritten, their signals, and where in the collected text each redaction was."""
    documents = shard.read("documents")
    rows = documents.to_pylist()
    rewritten = [redact(row["content"], row["language"], config.transform) for row in rows]
    measured = [_measure(row, new.text) for row, new in zip(rows, rewritten, strict=True)]
    shard.write("documents", _with_contents(documents, rewritten))
    shard.write("signals", signals_table(documents["id"].to_pylist(), measured))
    redactions = [
        {name: row[name] for name in ("id", "repo", "path")}
        | {"kind": s.kind, "start": s.start, "end": s.end}
        for row, new in zip(rows, rewritten, strict=True)
        for s in new.spans
    ]
    shard.write("redactions", pa.Table.from_pylist(redactions, REDACTIONS_SCHEMA))
    return {
        **count_in(documents),
        **count_kept(_with_contents(documents, rewritten)),
        "n_rewritten": sum(bool(new.spans) for new in rewritten),
        "redactions_by_kind": Counter(str(row["kind"]) for row in redactions),
        "unknown_by_signal": Counter(name for one in measured for name in one.unknown),
    }


def decide_documents(shard: Shard, config: FilterConfig) -> Counts:
    """Writes the documents that no rule drops, and a row for each rule that dropped one."""
    documents = shard.read("documents")
    tables = tables_with(config.rules)
    provenance = documents.select(["id", "repo", "path", "language", "kind"]).to_pylist()
    measured = measured_rows(shard.read("signals"))
    decisions = [
        decide(values, tables[table_for(row["language"], row["kind"])], row["id"], config)
        for row, values in zip(provenance, measured, strict=True)
    ]
    kept = documents.filter(pa.array([decision.kept for decision in decisions], pa.bool_()))
    shard.write("documents", kept)
    dropped = [
        {name: row[name] for name in ("id", "repo", "path", "language")}
        | {"rule": hit.rule, "value": hit.value, "low": hit.low, "high": hit.high}
        for row, decision in zip(provenance, decisions, strict=True)
        for hit in decision.hits
    ]
    shard.write("dropped", pa.Table.from_pylist(dropped, DROPPED_SCHEMA))
    return {**count_in(documents), **count_kept(kept), **count_hits(decisions, measured)}


def count_hits(decisions: list[Decision], measured: list[Measured]) -> Counts:
    """What each rule did over a shard, as FilterSummary names it."""
    return {
        "hits_by_rule": Counter(hit.rule for one in decisions for hit in one.hits),
        "only_hits_by_rule": Counter(one.hits[0].rule for one in decisions if len(one.hits) == 1),
        "passed_by_rule": Counter(hit.rule for one in decisions for hit in one.passed),
        "unknown_by_signal": Counter(name for one in measured for name in one.unknown),
        "unknown_reasons": Counter(reason for one in measured for reason in set(one.unknown.values())),
    }


def signals_table(ids: list[str], measured: list[Measured]) -> pa.Table:
    """[n] rows of SIGNALS_SCHEMA; null where a signal is not of the file's table, not defined, or unknown."""
    columns = [pa.array(ids, pa.string())]
    columns += [pa.array([one.values.get(name) for one in measured], pa.float64()) for name in SIGNAL_NAMES]
    columns.append(
        pa.array([list(one.unknown.items()) for one in measured], SIGNALS_SCHEMA.field("unknown").type)
    )
    return pa.table(columns, schema=SIGNALS_SCHEMA)


def measured_rows(signals: pa.Table) -> list[Measured]:
    """What `signals_table` stored, as it was measured."""
    columns = [signals[name].to_pylist() for name in SIGNAL_NAMES]
    unknown = signals["unknown"].to_pylist()
    return [
        Measured(dict(zip(SIGNAL_NAMES, values, strict=True)), dict(reasons))
        for *values, reasons in zip(*columns, unknown, strict=True)
    ]


def _measure(row: dict[str, object], text: str) -> Measured:
    language, kind = str(row["language"]), cast(Kind, row["kind"])
    source = Source(text, language, kind, str(row["path"]).rsplit("/", 1)[-1], cast(int, row["size_bytes"]))
    return measure(source, TABLES[table_for(language, kind)])


def _with_contents(documents: pa.Table, rewritten: list[Redacted]) -> pa.Table:
    """The documents with their new contents, and the hash of each content that changed."""
    hashes = [hashlib.sha256(new.text.encode()).hexdigest() if new.spans else None for new in rewritten]
    schema = documents.schema
    new_columns = {
        "content": pa.array([new.text for new in rewritten], schema.field("content").type),
        "content_sha256": pa.array(hashes, pa.string()),
    }
    for name, column in new_columns.items():
        documents = documents.set_column(schema.get_field_index(name), schema.field(name), column)
    return documents
