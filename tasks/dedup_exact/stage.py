"""dedup_exact: one survivor of every set of byte-equal files (paper 2.1.1)."""

from models.artifact import Artifact
from models.dedup_exact import DedupExactConfig, DedupExactSummary
from models.execution import Execution
from tasks.dedup_exact.shard import choose_survivors, keep_survivors, key_documents
from tasks.runtime.counts import add_counts
from tasks.runtime.shards import n_buckets_for
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task

REVISION = 1


@stage_task("dedup_exact")
def dedup_exact(config: DedupExactConfig, documents: Artifact, execution: Execution) -> Artifact:
    """The documents without copies (`documents`), and every copy with its survivor (`occurrences`)."""
    return run_stage("dedup_exact", REVISION, config, {"documents": documents}, execution, build)


def build(run: StageRun[DedupExactConfig]) -> Result:
    """Keys travel to the bucket of their hash, verdicts back; contents stay where they are."""
    documents = run.tables("documents", "documents")
    params = {"n_shards": len(documents), "n_buckets": n_buckets_for(documents)}
    keys = run.phase("keys", key_documents, params, documents=documents)
    chosen = run.phase("survivors", choose_survivors, params, keys=keys.buckets("keys"))
    kept = run.phase("documents", keep_survivors, documents=documents, survivors=chosen.buckets("survivors"))
    counts = add_counts(kept.counts) | {
        "n_groups": sum(c["n_groups"] for c in chosen.counts),
        "largest_group": max((c["largest_group"] for c in chosen.counts if c["n_groups"]), default=0),
    }
    return Result([*kept.parts("documents"), *chosen.parts("occurrences")], DedupExactSummary(**counts))
