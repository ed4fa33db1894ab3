"""sample: language balance by caps or ratios, and a hold-out by repository (paper 2.1.1)."""

from collections.abc import Sequence

from models.artifact import Artifact
from models.execution import Execution
from models.sample import LanguageShare, SampleConfig, SampleSummary
from tasks.runtime.counts import add_counts
from tasks.runtime.shards import Ref
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task
from tasks.sample.choose import check_languages, keep_ratios
from tasks.sample.shard import list_exact_copies, list_near_copies, sample_documents

REVISION = 1


@stage_task("sample")
def sample(
    config: SampleConfig, documents: Artifact, copies: Sequence[Artifact], execution: Execution
) -> Artifact:
    """The corpus to train on (`documents`), what is never trained on (`holdout`), and what was left out.

    `copies` are the deduplications that list the removed copies of these documents: without them a file of
    a held-out repository may be trained on under another repository's name. Raises ConfigError for a
    language that does not exist.
    """
    check_languages(config)
    inputs = {"documents": documents} | {artifact.stage: artifact for artifact in copies}
    return run_stage("sample", REVISION, config, inputs, execution, build)


def build(run: StageRun[SampleConfig]) -> Result:
    """What held-out repositories had copies of is listed first; then every document decides alone."""
    before = run.input_summary("documents")
    ratios = keep_ratios(run.config, before["bytes_by_language"])
    documents = run.tables("documents", "documents")
    copies = _copies_of_holdout(run) if run.config.holdout_share else []
    kept = run.phase(
        "documents",
        sample_documents,
        {"ratios": ratios},
        documents=documents,
        copies=[copies] * len(documents),
    )
    counts = add_counts(kept.counts)
    counts["n_holdout_repos"] = len(counts.pop("holdout_repos"))
    languages = {
        language: LanguageShare(
            n_documents_before=n_documents,
            n_documents=counts["documents_by_language"].get(language, 0),
            size_bytes_before=before["bytes_by_language"][language],
            size_bytes=counts["bytes_by_language"].get(language, 0),
            keep_ratio=ratios[language],
        )
        for language, n_documents in before["documents_by_language"].items()
    }
    parts = [*kept.parts("documents"), *kept.parts("holdout"), *kept.parts("left_out")]
    return Result(parts, SampleSummary(**counts, languages=languages))


def _copies_of_holdout(run: StageRun[SampleConfig]) -> list[Ref]:
    """The tables of ids that held-out repositories had exact or near copies of."""
    exact: list[Ref] = []
    near: list[Ref] = []
    if "dedup_exact" in run.inputs:
        occurrences = run.tables("dedup_exact", "occurrences")
        exact = run.phase("exact_copies", list_exact_copies, occurrences=occurrences).tables("copies")
    if "dedup_fuzzy" in run.inputs:
        clusters = run.tables("dedup_fuzzy", "clusters")
        joined = run.phase(
            "near_copies", list_near_copies, clusters=clusters, exact_copies=[exact] * len(clusters)
        )
        near = joined.tables("copies")
    return [*exact, *near]
