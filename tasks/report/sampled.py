"""The last cut: which languages were reduced, and what was held out of all training."""

from models.sample import SampleConfig, SampleSummary
from tasks.report.figures import MISSING, count, share, size
from tasks.report.html import Column, Html, block, note, table
from tasks.report.run_view import RunView

HOLDOUT_COLUMNS = (
    Column("documents of"),
    Column("documents", "number"),
    Column("of documents in", "number"),
    Column("bytes", "number"),
    Column("of bytes in", "number"),
    Column("repositories", "number"),
)
LANGUAGE_COLUMNS = (
    Column("language"),
    Column("ratio", "number"),
    Column("documents before", "number"),
    Column("after", "number"),
    Column("bytes before", "number"),
    Column("after", "number"),
)


def section(run: RunView) -> Html | None:
    """Training corpus and hold-out side by side, then the languages that a cap or ratio reduced."""
    summary = run.summary("sample", SampleSummary)
    if summary is None:
        return None
    n_left_out = summary.n_documents_in - summary.n_documents - summary.n_holdout_documents
    left_out_bytes = summary.size_bytes_in - summary.size_bytes - summary.holdout_size_bytes
    rows = [
        _row("the corpus", summary, summary.n_documents, summary.size_bytes, MISSING),
        _row(
            "the hold-out",
            summary,
            summary.n_holdout_documents,
            summary.holdout_size_bytes,
            count(summary.n_holdout_repos),
        ),
        _row("neither", summary, n_left_out, left_out_bytes, MISSING),
    ]
    config = SampleConfig.model_validate(run.manifests["sample"].config)
    return block(
        "sample",
        "Sample",
        table("What became of the documents", HOLDOUT_COLUMNS, rows),
        note(
            f"The hold-out is {share(config.holdout_share, 1)} of the repositories by hash, whole ones; nothing is "
            f"trained on it, nor on the {count(summary.n_left_out_copies)} documents that it had a copy of. "
            f"Seeds: sample {config.seed}, hold-out {config.holdout_seed}."
        ),
        _languages(summary),
    )


def _row(
    name: str, summary: SampleSummary, n_documents: int, size_bytes: int, n_repos: str
) -> tuple[str, ...]:
    return (
        name,
        count(n_documents),
        share(n_documents, summary.n_documents_in),
        size(size_bytes),
        share(size_bytes, summary.size_bytes_in),
        n_repos,
    )


def _languages(summary: SampleSummary) -> Html:
    reduced = {name: one for name, one in summary.languages.items() if one.keep_ratio < 1}
    if not reduced:
        return note("No language was over its cap or had a ratio: all were kept whole.")
    ranked = sorted(reduced.items(), key=lambda item: (-item[1].size_bytes_before, item[0]))
    rows = [
        (
            name,
            f"{one.keep_ratio:.3f}",
            count(one.n_documents_before),
            count(one.n_documents),
            size(one.size_bytes_before),
            size(one.size_bytes),
        )
        for name, one in ranked
    ]
    return table("Languages that were reduced; before includes the hold-out", LANGUAGE_COLUMNS, rows)
