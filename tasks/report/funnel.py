"""How much each stage kept: as a table, and as bars."""

from models.summary import FunnelSummary
from tasks.report.bars import Bar, bars
from tasks.report.figures import count, share, size
from tasks.report.html import Child, Column, Html, block, element, table
from tasks.report.run_view import RunView

COLUMNS = (
    Column("stage"),
    Column("documents in", "number"),
    Column("documents kept", "number"),
    Column("share", "number"),
    Column("of all found", "number"),
    Column("bytes in", "number"),
    Column("bytes kept", "number"),
    Column("share", "number"),
    Column("of all found", "number"),
)


def section(run: RunView) -> Html | None:
    """The funnel from the files found to the last stage that finished."""
    stages = run.funnel()
    if not stages:
        return None
    first = next(iter(stages.values()))
    rows = [_row(stage, summary, first) for stage, summary in stages.items()]
    content = element(
        "div",
        table("Documents and bytes by stage", COLUMNS, rows),
        bars("What is left", ("bytes", "documents"), _bars(stages, first)),
        class_="beside",
    )
    return block("funnel", "Funnel", content)


def _row(stage: str, summary: FunnelSummary, first: FunnelSummary) -> list[Child]:
    return [
        stage,
        count(summary.n_documents_in),
        count(summary.n_documents),
        share(summary.n_documents, summary.n_documents_in),
        share(summary.n_documents, first.n_documents_in),
        size(summary.size_bytes_in),
        size(summary.size_bytes),
        share(summary.size_bytes, summary.size_bytes_in),
        share(summary.size_bytes, first.size_bytes_in),
    ]


def _bars(stages: dict[str, FunnelSummary], first: FunnelSummary) -> list[Bar]:
    points = [("found", first.size_bytes_in, first.n_documents_in)]
    points += [(stage, summary.size_bytes, summary.n_documents) for stage, summary in stages.items()]
    return [
        Bar(
            stage,
            f"{size(size_bytes)} · {count(n_documents)} documents",
            (size_bytes / (first.size_bytes_in or 1), n_documents / (first.n_documents_in or 1)),
        )
        for stage, size_bytes, n_documents in points
    ]
