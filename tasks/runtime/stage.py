"""The one way a stage runs: reuse what is committed, else build it phase by phase and commit.

    config + inputs + revision -> fingerprint -> manifest there? -> reuse
                                              -> build: phases of shards -> manifest, committed last

A stage is a `build` function over a `StageRun`, wrapped as a Prefect task by `stage_task`. The
manifest is the only cache, so Prefect's own is off; a retried or resumed run asks for manifests and
shard records and does what is missing. Under `plan` the same flow code runs and nothing is built.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from models.artifact import Artifact, FileRecord, Manifest, Part
from models.base import Frozen, StageConfig
from models.execution import Execution
from tasks.runtime import manifest as manifests
from tasks.runtime.events import StageEvent, is_planning, record
from tasks.runtime.fingerprint import fingerprint as make_fingerprint
from tasks.runtime.pool import Job, Outcome, ShardFunction, current_pool
from tasks.runtime.run_log import PhaseProgress, in_prefect_run, listeners, log, publish_table
from tasks.runtime.shards import Ref, Refs, bucket_refs, part_ref, table_refs
from tasks.runtime.store import Store, open_store

C = TypeVar("C", bound=StageConfig)
P = ParamSpec("P")


def stage_task(name: str) -> Callable[[Callable[P, Artifact]], Callable[P, Artifact]]:
    """Makes a stage a Prefect task of the stage's name; called as it is outside flows and while planning."""

    def decorate(function: Callable[P, Artifact]) -> Callable[P, Artifact]:
        prefect_task = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(
            function
        )

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Artifact:
            if is_planning() or not in_prefect_run():
                return function(*args, **kwargs)
            return prefect_task(*args, **kwargs)

        return call

    return decorate


@dataclass(frozen=True)
class Result:
    """What a build hands over for the commit: its tables, other files, and the typed summary."""

    parts: Sequence[Part]
    summary: Frozen
    files: Sequence[FileRecord] = ()


@dataclass(frozen=True)
class PhaseResult:
    """The finished shards of one phase, in shard order."""

    stage: str
    fingerprint: str
    by_shard: tuple[tuple[Part, ...], ...]
    counts: tuple[Mapping[str, Any], ...]

    def parts(self, name: str) -> list[Part]:
        """The tables of one name, for the manifest."""
        return [part for parts in self.by_shard for part in parts if part.name == name]

    def tables(self, name: str) -> list[Ref]:
        """The tables of one name, to be read by the next phase shard by shard."""
        return [part_ref(self.stage, self.fingerprint, part) for part in self.parts(name)]

    def buckets(self, name: str) -> list[list[Ref]]:
        """The exchanged rows of one name: for each bucket, the pieces of all shards."""
        return bucket_refs(self.stage, self.fingerprint, self.parts(name))


@dataclass
class StageRun(Generic[C]):
    """One stage at work on one artifact that does not exist yet."""

    stage: str
    fingerprint: str
    config: C
    execution: Execution
    store: Store
    inputs: Mapping[str, Artifact]
    timings_s: dict[str, float] = field(default_factory=dict)

    def tables(self, input_name: str, table: str) -> list[Ref]:
        """The tables of an input artifact, in shard order."""
        return table_refs(self.store, self.inputs[input_name], table)

    def input_summary(self, input_name: str) -> dict[str, Any]:
        """The summary of an input artifact, for totals that a stage needs before it starts."""
        return manifests.load(self.store, self.inputs[input_name]).summary

    def phase(
        self,
        name: str,
        function: ShardFunction,
        params: Mapping[str, Any] | None = None,
        **inputs: Sequence[Refs],
    ) -> PhaseResult:
        """Maps a shard function over shards: shard i is given element i of each input.

        Raises ShardError when shards keep failing; finished ones are kept and never done again.
        """
        n_shards = {key: len(refs) for key, refs in inputs.items()}
        if len(set(n_shards.values())) != 1:
            raise ValueError(
                f"{self.stage}, phase {name}: inputs differ in their number of shards: {n_shards}"
            )
        started = time.monotonic()
        folder = manifests.folder(self.stage, self.fingerprint)
        n_jobs = next(iter(n_shards.values()))
        shard_inputs = [{key: refs[i] for key, refs in inputs.items()} for i in range(n_jobs)]
        jobs = [
            Job(self.store.url, folder, name, i, function, self.config, shard_inputs[i], params or {})
            for i in range(n_jobs)
        ]
        outcomes: dict[int, Outcome] = {}
        progress = PhaseProgress(self.stage, name, len(jobs))

        def on_done(outcome: Outcome) -> None:
            outcomes[outcome.record.index] = outcome
            for level, message in outcome.logs:
                log(level, f"{self.stage}/{name} shard {outcome.record.index}: {message}")
            progress.advance()

        current_pool(self.execution).run(jobs, on_done, log)
        self.timings_s[name] = round(time.monotonic() - started, 3)
        records = [outcomes[i].record for i in range(len(jobs))]
        return PhaseResult(
            self.stage, self.fingerprint, tuple(r.parts for r in records), tuple(r.counts for r in records)
        )


Build = Callable[[StageRun[C]], Result]


def run_stage(
    stage: str,
    revision: int,
    config: C,
    inputs: Mapping[str, Artifact],
    execution: Execution,
    build: Build[C],
    extra_inputs: Mapping[str, str] | None = None,
) -> Artifact:
    """The stage's artifact: found by its fingerprint, else built and committed.

    `extra_inputs` are fingerprints of what is not an artifact: the snapshot that collect reads.
    Raises ArtifactError when the artifact that should be reused is damaged.
    """
    store = open_store(execution.store)
    parents = {name: artifact.fingerprint for name, artifact in inputs.items()} | dict(extra_inputs or {})
    fingerprint = make_fingerprint(stage, revision, config.identity(), parents)
    started = time.monotonic()
    manifest = manifests.find(store, stage, fingerprint)
    reused = manifest is not None
    if manifest is not None:
        manifests.verify_files(store, manifest)
    elif not is_planning():
        for listener in listeners():
            listener.stage_started(stage)
        run = StageRun(stage, fingerprint, config, execution, store, inputs)
        manifest = _commit(run, build(run), revision, parents)
    seconds = time.monotonic() - started
    event = StageEvent(stage, fingerprint, config, parents, revision, reused, seconds, manifest)
    _tell(event)
    return Artifact(stage=stage, fingerprint=fingerprint, uri=store.uri(manifests.folder(stage, fingerprint)))


def _commit(run: StageRun[C], result: Result, revision: int, parents: Mapping[str, str]) -> Manifest:
    manifest = Manifest(
        stage=run.stage,
        fingerprint=run.fingerprint,
        revision=revision,
        config=run.config.model_dump(mode="json"),
        inputs=dict(parents),
        parts=tuple(result.parts),
        files=tuple(result.files),
        summary=result.summary.model_dump(mode="json"),
        code_version="",
        timings_s=run.timings_s,
        created="",
    )
    # Shards of an earlier attempt are taken by their records; what those name may be gone since.
    manifests.verify_files(run.store, manifest)
    return manifests.commit(run.store, manifest)


def _tell(event: StageEvent) -> None:
    record(event)
    if event.manifest is None or is_planning():
        return
    for listener in listeners():
        listener.stage_ended(event)
    state = "reused" if event.reused else f"built in {event.seconds:.1f} s"
    log(logging.INFO, f"{event.stage} {event.fingerprint[:12]} {state}")
    if event.manifest.summary.get("n_documents") == 0:
        log(
            logging.WARNING,
            f"{event.stage} kept no document of {event.manifest.summary.get('n_documents_in')}",
        )
    publish_table(f"{event.stage}-summary", summary_rows(event.manifest.summary), f"{event.stage} ({state})")


def summary_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A summary as rows of a table: one field a row, nested fields by dotted name."""
    rows: list[dict[str, Any]] = []
    for key, value in summary.items():
        if isinstance(value, Mapping):
            rows += [{"field": f"{key}.{row['field']}", "value": row["value"]} for row in summary_rows(value)]
        else:
            rows.append({"field": key, "value": value})
    return rows
