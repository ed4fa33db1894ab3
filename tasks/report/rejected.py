"""Files of the sources that became no document, by reason."""

from models.collect import CollectSummary
from tasks.report.figures import count, share, size
from tasks.report.html import Column, Html, block, note, table
from tasks.report.run_view import RunView

COLUMNS = (
    Column("reason"),
    Column("files", "number"),
    Column("of all files", "number"),
    Column("bytes", "number"),
    Column("of all bytes", "number"),
)


def section(run: RunView) -> Html | None:
    """The reasons, most files first, and where the documents came from."""
    summary = run.summary("collect", CollectSummary)
    if summary is None:
        return None
    ranked = sorted(summary.rejected.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (
            reason,
            count(n_files),
            share(n_files, summary.n_documents_in),
            size(summary.rejected_bytes.get(reason, 0)),
            share(summary.rejected_bytes.get(reason, 0), summary.size_bytes_in),
        )
        for reason, n_files in ranked
    ]
    sources = ", ".join(
        f"{count(n)} from {source}" for source, n in sorted(summary.documents_by_source.items())
    )
    return block(
        "rejected",
        "Rejected files",
        note(f"Documents by source: {sources}."),
        table("Files that became no document, by reason", COLUMNS, rows)
        if rows
        else note("Every file became a document."),
    )
