"""sample: language balance by caps or ratios, and a hold-out by repository (paper 2.1.1)."""

from models.artifact import Artifact
from models.execution import Execution
from models.sample import LanguageShare, SampleConfig, SampleSummary
from tasks.runtime.counts import add_counts
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task
from tasks.sample.choose import keep_ratios
from tasks.sample.shard import sample_documents

REVISION = 1


@stage_task("sample")
def sample(config: SampleConfig, documents: Artifact, execution: Execution) -> Artifact:
    """The corpus to train on (`documents`), what is never trained on (`holdout`), and what was left out."""
    return run_stage("sample", REVISION, config, {"documents": documents}, execution, build)


def build(run: StageRun[SampleConfig]) -> Result:
    """One phase: every document decides alone, given the languages' totals of the input."""
    before = run.input_summary("documents")
    ratios = keep_ratios(run.config, before["bytes_by_language"])
    kept = run.phase(
        "documents", sample_documents, {"ratios": ratios}, documents=run.tables("documents", "documents")
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
