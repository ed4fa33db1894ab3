"""`opencoder why`: what became of one collected file, with the rule, the value or the file that removed it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deployments.catalog import existing_store
from deployments.console import out
from models.artifact import Artifact
from models.recipe import RunRecord
from tasks.runtime.errors import ConfigError
from tasks.runtime.runs import last_run
from tasks.runtime.shards import iter_tables
from tasks.runtime.store import Store

MAX_FILES = 20
NOT_FOUND = 1


@dataclass(frozen=True)
class Lineage:
    """The tables of one run, read a stage at a time and only where they answer."""

    store: Store
    run: RunRecord

    def rows(self, stage: str, table: str, columns: Sequence[str], **equal: str) -> Iterator[dict[str, Any]]:
        """The rows of a stage's table whose columns have the given values; none if the stage never ran."""
        fingerprint = self.run.stages.get(stage)
        if fingerprint is None:
            return
        artifact = Artifact(
            stage=stage, fingerprint=fingerprint, uri=self.store.uri(f"{stage}/{fingerprint}")
        )
        for part in iter_tables(self.store, artifact, table, columns):
            mask = pa.array([True] * part.num_rows, pa.bool_())
            for name, value in equal.items():
                mask = pc.and_(mask, pc.equal(part[name], value))
            yield from part.filter(mask).to_pylist()

    def files_like(self, file: str) -> list[tuple[str, str]]:
        """(repo, path) of every collected or rejected file whose REPO/PATH is or ends with `file`."""
        found: set[tuple[str, str]] = set()
        for table in ("documents", "rejected"):
            for row in self.rows("collect", table, ["repo", "path"]):
                if f"/{row['repo']}/{row['path']}".endswith(f"/{file}"):
                    found.add((row["repo"], row["path"]))
        return sorted(found)


def show_why(store_url: str, run_name: str, file: str) -> int:
    """Prints the fate of each file that `file` may mean; 1 when the run never saw such a file."""
    store = existing_store(store_url)
    record = last_run(store, run_name)
    if record is None:
        raise ConfigError(f"no run {run_name!r} in {store.url}: give --run NAME, or run it first")
    lineage = Lineage(store, record)
    files = lineage.files_like(file.strip("/"))
    if not files:
        out.print(
            f"{file}: run {run_name} never saw such a file (its snapshot does not list it)", markup=False
        )
        return NOT_FOUND
    for repo, path in files[:MAX_FILES]:
        out.print(f"{repo}/{path}", markup=False, soft_wrap=True)
        for line in explain(lineage, repo, path):
            out.print(f"  {line}", markup=False, soft_wrap=True)
    if len(files) > MAX_FILES:
        out.print(f"and {len(files) - MAX_FILES} more: give more of the path")
    return 0


def explain(lineage: Lineage, repo: str, path: str) -> Iterator[str]:
    """One line a stage, up to the one that removed the file or the corpus that holds it.

    Two sources may hold the same REPO/PATH: each file is explained.
    """
    for row in lineage.rows(
        "collect", "rejected", ["repo", "path", "reason", "size_bytes"], repo=repo, path=path
    ):
        yield f"collect rejected it: {row['reason']} ({row['size_bytes']:,} bytes)"
    columns = ["id", "repo", "path", "language", "size_bytes"]
    for document in lineage.rows("collect", "documents", columns, repo=repo, path=path):
        yield from _explain_document(lineage, document)


def _explain_document(lineage: Lineage, document: dict[str, Any]) -> Iterator[str]:
    yield f"collect took it: {document['language']}, {document['size_bytes']:,} bytes, id {document['id'][:12]}"
    for step in (_exact_copy, _filtered, _near_copy):
        lines, removed = step(lineage, document)
        yield from lines
        if removed:
            return
    yield from _sampled(lineage, document)


def _exact_copy(lineage: Lineage, document: dict[str, Any]) -> tuple[list[str], bool]:
    columns = ["id", "repo", "path", "survivor_repo", "survivor_path", "is_survivor"]
    copies = list(lineage.rows("dedup_exact", "occurrences", columns, id=document["id"]))
    for copy in copies:
        if (copy["repo"], copy["path"]) == (document["repo"], document["path"]) and not copy["is_survivor"]:
            survivor = f"{copy['survivor_repo']}/{copy['survivor_path']}"
            return [f"dedup_exact removed it: byte-equal to {survivor}, which was kept"], True
    if copies:
        return [f"dedup_exact kept it and removed {len(copies) - 1} byte-equal copies"], False
    return [], False


def _filtered(lineage: Lineage, document: dict[str, Any]) -> tuple[list[str], bool]:
    columns = ["id", "rule", "value", "low", "high"]
    hits = list(lineage.rows("filter", "dropped", columns, id=document["id"]))
    return [f"filter removed it: {_hit_in_words(hit)}" for hit in hits], bool(hits)


def _hit_in_words(hit: dict[str, Any]) -> str:
    if hit["value"] is None:
        return f"{hit['rule']} could not be computed, and filter.unknown is drop"
    return f"{hit['rule']} is {hit['value']:g}, kept are {hit['low']:g} to {hit['high']:g}"


def _near_copy(lineage: Lineage, document: dict[str, Any]) -> tuple[list[str], bool]:
    columns = ["id", "survivor_repo", "survivor_path", "is_survivor", "estimated_jaccard"]
    for row in lineage.rows("dedup_fuzzy", "clusters", columns, id=document["id"]):
        if not row["is_survivor"]:
            survivor = f"{row['survivor_repo']}/{row['survivor_path']}"
            alike = f"estimated Jaccard {row['estimated_jaccard']:.3f}"
            return [f"dedup_fuzzy removed it: a near-duplicate of {survivor} ({alike}), which was kept"], True
        return ["dedup_fuzzy kept it as the survivor of a cluster of near-duplicates"], False
    return [], False


def _sampled(lineage: Lineage, document: dict[str, Any]) -> Iterator[str]:
    outcomes = {
        "documents": "sample kept it: it is in the training corpus",
        "holdout": "sample held it out with its repository: it is never trained on",
    }
    for table, words in outcomes.items():
        for _ in lineage.rows("sample", table, ["id"], id=document["id"]):
            yield words
            return
    reasons = {
        "ratio": "its language is over its cap or ratio",
        "copy_of_holdout": "a held-out repository had a copy of it",
    }
    for row in lineage.rows("sample", "left_out", ["id", "reason"], id=document["id"]):
        yield f"sample left it out: {reasons[row['reason']]}"
        return
    yield f"the run ended ({lineage.run.state}) before sample decided"
