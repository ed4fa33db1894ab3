"""dedup_fuzzy: one survivor of every cluster of near-duplicates (paper 2.1.1)."""

from models.artifact import Artifact
from models.dedup_fuzzy import DedupFuzzyConfig, DedupFuzzySummary
from models.execution import Execution
from tasks.dedup_fuzzy import shard
from tasks.dedup_fuzzy.alarms import cluster_alarms
from tasks.runtime.counts import add_counts
from tasks.runtime.shards import n_buckets_for
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task

REVISION = 1


@stage_task("dedup_fuzzy")
def dedup_fuzzy(config: DedupFuzzyConfig, documents: Artifact, execution: Execution) -> Artifact:
    """The documents without near-duplicates (`documents`), and who replaced whom (`clusters`)."""
    return run_stage("dedup_fuzzy", REVISION, config, {"documents": documents}, execution, build)


def build(run: StageRun[DedupFuzzyConfig]) -> Result:
    """Band keys meet by key, members by component; one shard joins the edges, which are few."""
    documents = run.tables("documents", "documents")
    params = {"n_shards": len(documents), "n_buckets": n_buckets_for(documents, run.config.bands)}
    banded = run.phase("bands", shard.band_documents, params, documents=documents)
    joined = run.phase("edges", shard.join_bands, bands=banded.buckets("bands"))
    labelled = run.phase("components", shard.label_components, params, edges=[joined.tables("edges")])
    signed = run.phase(
        "members", shard.sign_members, params, documents=documents, components=labelled.buckets("components")
    )
    chosen = run.phase("survivors", shard.choose_survivors, params, members=signed.buckets("members"))
    kept = run.phase(
        "documents", shard.keep_survivors, params, documents=documents, dropped=chosen.buckets("dropped")
    )
    repos = run.phase("repositories", shard.sum_repositories, repositories=kept.buckets("repositories"))
    counts = add_counts([*kept.counts, *banded.counts])
    largest = max(c["largest_cluster"] for c in chosen.counts)
    alarms = cluster_alarms(run.config, largest, counts["n_documents_in"])
    summary = DedupFuzzySummary(
        **counts,
        n_clusters=sum(c["n_clusters"] for c in chosen.counts),
        n_clustered=sum(c["n_clustered"] for c in chosen.counts),
        largest_cluster=largest,
        alarms=(*alarms, *sorted(alarm for c in repos.counts for alarm in c["alarms"])),
    )
    return Result(
        [*kept.parts("documents"), *chosen.parts("clusters"), *repos.parts("repositories")], summary
    )
