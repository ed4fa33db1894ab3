"""collect: files of the sources that are text in a known language, with their provenance (paper 2.1)."""

from models.artifact import Artifact
from models.collect import CollectConfig, CollectSummary
from models.execution import Execution
from tasks.collect.shard import collect_files
from tasks.collect.sources import resolve
from tasks.collect.take_snapshot import take_snapshot
from tasks.runtime.counts import add_counts
from tasks.runtime.errors import SourceError
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task
from tasks.runtime.store import open_store

REVISION = 1


@stage_task("collect")
def collect(config: CollectConfig, execution: Execution) -> Artifact:
    """The sources' files as `documents`, and those that are none as `rejected`, each with its reason."""
    resolved = config.model_copy(update={"sources": tuple(resolve(source) for source in config.sources)})
    snapshot = take_snapshot(resolved, open_store(execution.store))
    return run_stage("collect", REVISION, resolved, {"snapshot": snapshot}, execution, build)


def build(run: StageRun[CollectConfig]) -> Result:
    """One phase: the snapshot was cut into shards when it was taken."""
    collected = run.phase("documents", collect_files, entries=run.tables("snapshot", "entries"))
    counts = add_counts(collected.counts)
    if counts["n_documents"] == 0:
        raise SourceError(
            f"none of the {counts['n_documents_in']} files of collect.sources is text in a known language "
            f"({counts['rejected']}): check the paths, or collect.excluded_languages"
        )
    summary = CollectSummary(**counts, snapshot=run.inputs["snapshot"].fingerprint)
    return Result([*collected.parts("documents"), *collected.parts("rejected")], summary)
