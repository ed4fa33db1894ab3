"""What each `apply` runs on the user's documents, and which tables it leaves.

The stages are those of the recipe; only `redact` is put together here, from the filter's transform.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from deployments.apply.documents import EXCLUDED_SCHEMA, ApplyStage
from deployments.apply.results import Results
from models.artifact import Artifact
from models.execution import Execution
from models.filter import SignalsConfig
from models.recipe import Recipe
from models.summary import FunnelSummary
from models.transform import TransformConfig
from tasks.dedup_exact.stage import dedup_exact
from tasks.dedup_fuzzy.stage import dedup_fuzzy
from tasks.filter.shard import SIGNALS_SCHEMA
from tasks.filter.stage import filter_documents
from tasks.filter.transform.redact import redact
from tasks.runtime.counts import Counts, add_counts, count_in, count_kept
from tasks.runtime.shards import Shard
from tasks.runtime.stage import Result, StageRun, run_stage
from tasks.sample.stage import sample

REDACT_REVISION = 1
NO_TRANSFORM = TransformConfig(
    strip_copyright=False,
    redact_emails=False,
    redact_ip_addresses=False,
    redact_passwords=False,
    redact_keys=False,
)
"""`filter` measures the text as given: redacting is an `apply` of its own."""

EXACT_GROUPS_SCHEMA = pa.schema(
    [("input_id", pa.string()), ("sha256", pa.string()), ("survivor_input_id", pa.string())]
)
CLUSTERS_SCHEMA = pa.schema(
    [
        ("input_id", pa.string()),
        ("cluster", pa.string()),
        ("survivor_input_id", pa.string()),
        ("estimated_jaccard", pa.float64()),
    ]
)
DROPPED_SCHEMA = pa.schema(
    [
        ("input_id", pa.string()),
        ("rule", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
SPANS = pa.list_(pa.struct([("kind", pa.string()), ("start", pa.int64()), ("end", pa.int64())]))
REDACTED_SCHEMA = pa.schema([("input_id", pa.string()), ("content", pa.large_string()), ("spans", SPANS)])


@dataclass(frozen=True)
class Applied:
    """One `apply`: the sections of the recipe that it reads, the stages it runs, and the files it writes."""

    sections: tuple[str, ...]
    run: Callable[[Recipe, Artifact, Execution], object]
    write: Callable[[Results, Mapping[str, Artifact]], None]


def _run_dedup(recipe: Recipe, documents: Artifact, execution: Execution) -> Artifact:
    return dedup_fuzzy(recipe.dedup_fuzzy, dedup_exact(recipe.dedup_exact, documents, execution), execution)


def _write_dedup(results: Results, artifacts: Mapping[str, Artifact]) -> None:
    results.write_rows({"kept.parquet": (artifacts["dedup_fuzzy"], "documents")})
    groups = results.tables(artifacts["dedup_exact"], "occurrences", ["repo", "id", "survivor_repo"])
    results.write_table("exact_groups.parquet", EXACT_GROUPS_SCHEMA, groups)
    columns = ["repo", "cluster", "survivor_repo", "estimated_jaccard"]
    clusters = results.tables(artifacts["dedup_fuzzy"], "clusters", columns)
    results.write_table("clusters.parquet", CLUSTERS_SCHEMA, clusters)


def _run_filter(recipe: Recipe, documents: Artifact, execution: Execution) -> Artifact:
    return filter_documents(recipe.filter, documents, execution)


def _write_filter(results: Results, artifacts: Mapping[str, Artifact]) -> None:
    results.write_rows({"kept.parquet": (artifacts["filter"], "documents")})
    results.write_table("dropped.parquet", DROPPED_SCHEMA, _dropped(results, artifacts["filter"]))
    schema = pa.schema([("input_id", pa.string()), *list(SIGNALS_SCHEMA)[1:]])
    results.write_table("signals.parquet", schema, _signals(results, artifacts["filter_signals"]))


def _dropped(results: Results, decided: Artifact) -> Iterator[pa.Table]:
    """Shard by shard a row for each rule that dropped a file, then those files that no rule was asked about."""
    hits = results.tables(decided, "dropped", ["repo", "rule", "value", "low", "high"])
    excluded = results.tables(results.documents, "excluded", EXCLUDED_SCHEMA.names)
    for measured, unmeasured in zip(hits, excluded, strict=True):
        yield measured
        nothing = pa.nulls(unmeasured.num_rows, pa.float64())
        yield pa.table([*unmeasured.columns, nothing, nothing, nothing], schema=DROPPED_SCHEMA)


def _signals(results: Results, measured: Artifact) -> Iterator[pa.Table]:
    """A row for every row of the input, in its order; all null where the file was not measured."""
    # A signals table names its rows by content only; they stand as the documents beside them do.
    shards = zip(
        results.tables(results.documents, "input", ["input_id"]),
        results.tables(measured, "documents", ["repo"]),
        results.tables(measured, "signals", list(SIGNALS_SCHEMA.names)),
        strict=True,
    )
    for rows, documents, signals in shards:
        ids = rows["input_id"]
        at = pc.index_in(ids, value_set=documents["repo"].combine_chunks())
        yield signals.drop_columns("id").take(at).add_column(0, "input_id", ids)


def _run_redact(recipe: Recipe, documents: Artifact, execution: Execution) -> Artifact:
    config = recipe.filter.signals
    return run_stage("redact", REDACT_REVISION, config, {"documents": documents}, execution, _build_redacted)


class RedactSummary(FunnelSummary):
    """What was redacted; every document is passed on."""

    n_rewritten: int
    redactions_by_kind: dict[str, int]


def _build_redacted(run: StageRun[SignalsConfig]) -> Result:
    done = run.phase("redacted", redact_documents, documents=run.tables("documents", "documents"))
    return Result(done.parts("redacted"), RedactSummary(**add_counts(done.counts)))


def redact_documents(shard: Shard, config: SignalsConfig) -> Counts:
    """Writes the documents' texts without what the transform removes, and where in the input that stood."""
    documents = shard.read("documents", ["repo", "language", "content"])
    languages = documents["language"].to_pylist()
    contents = documents["content"].to_pylist()
    redacted = [
        redact(text, language, config.transform) for text, language in zip(contents, languages, strict=True)
    ]
    spans = [[{"kind": s.kind, "start": s.start, "end": s.end} for s in new.spans] for new in redacted]
    table = pa.table([documents["repo"], [new.text for new in redacted], spans], schema=REDACTED_SCHEMA)
    shard.write("redacted", table)
    by_kind: dict[str, int] = {}
    for span in (span for new in redacted for span in new.spans):
        by_kind[span.kind] = by_kind.get(span.kind, 0) + 1
    return {
        **count_in(documents),
        **count_kept(table.append_column("language", documents["language"])),
        "n_rewritten": sum(bool(new.spans) for new in redacted),
        "redactions_by_kind": by_kind,
    }


def _write_redact(results: Results, artifacts: Mapping[str, Artifact]) -> None:
    redacted = results.tables(artifacts["redact"], "redacted", REDACTED_SCHEMA.names)
    results.write_table("redacted.parquet", REDACTED_SCHEMA, redacted)


def _run_sample(recipe: Recipe, documents: Artifact, execution: Execution) -> Artifact:
    return sample(recipe.sample, documents, (), execution)


def _write_sample(results: Results, artifacts: Mapping[str, Artifact]) -> None:
    parts = {"kept.parquet": "documents", "holdout.parquet": "holdout", "left_out.parquet": "left_out"}
    sampled = artifacts["sample"]
    results.write_rows({file: (sampled, name) for file, name in parts.items()}, key="path")


APPLIED: Mapping[ApplyStage, Applied] = {
    "dedup": Applied(("dedup_exact", "dedup_fuzzy"), _run_dedup, _write_dedup),
    "filter": Applied(("filter",), _run_filter, _write_filter),
    "redact": Applied(("filter.transform",), _run_redact, _write_redact),
    "sample": Applied(("sample",), _run_sample, _write_sample),
}
