"""What a terminal shows: progress while a run works, tables when it is done."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tasks.runtime.events import StageEvent

FILE_WIDTH = 160
"""Columns where no terminal tells its own: tables in a log file or a pipe keep their names whole."""


def width_of(stream: TextIO) -> int | None:
    """Columns to draw tables in, None = what the terminal (or COLUMNS) says."""
    return None if stream.isatty() or "COLUMNS" in os.environ else FILE_WIDTH


# Paths and rules hold brackets and colons: what is printed is text, never markup.
out = Console(highlight=False, markup=False, emoji=False, width=width_of(sys.stdout))
err = Console(stderr=True, highlight=False, markup=False, emoji=False, width=width_of(sys.stderr))


def _is_no_engine_error(record: logging.LogRecord) -> bool:
    is_engine = record.name.startswith(("prefect.flow_runs", "prefect.task_runs", "prefect.engine"))
    is_report = bool(record.exc_info) or record.getMessage().startswith("Finished in state")
    return not (is_engine and is_report)


@contextmanager
def one_error() -> Iterator[None]:
    """Keeps Prefect's account of a failure, three tracebacks, off the terminal; its server has it whole.

    The error itself still leaves the flow, and is told once.
    """
    handlers = list(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(_is_no_engine_error)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_is_no_engine_error)


class RunView:
    """One bar for the phase at work on a terminal; one line a finished stage everywhere else."""

    def __init__(self) -> None:
        """Nothing is drawn before the first stage."""
        self.events: list[StageEvent] = []
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._bar = self._progress.add_task("starting", total=None)

    def __enter__(self) -> "RunView":
        """Starts drawing."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Clears the bar."""
        self._progress.stop()

    def stage_started(self, stage: str) -> None:
        """Names the stage at work."""
        self._progress.update(self._bar, description=stage, completed=0, total=None)

    def phase_moved(self, stage: str, phase: str, n_done: int, n_total: int) -> None:
        """Moves the bar."""
        self._progress.update(self._bar, description=f"{stage}: {phase}", completed=n_done, total=n_total)

    def stage_ended(self, event: StageEvent) -> None:
        """Leaves one line behind."""
        self.events.append(event)
        state = "reused" if event.reused else f"built in {event.seconds:.1f} s"
        is_empty = event.manifest is not None and event.manifest.summary.get("n_documents") == 0
        err.print(f"{event.stage}: {state}" + (", and kept no document" if is_empty else ""))


def stage_table(events: Sequence[StageEvent]) -> Table:
    """What each stage read, kept and cost."""
    table = Table()
    for name in ("stage", "artifact", "state"):
        table.add_column(name, overflow="fold")
    for name in ("documents in", "documents", "bytes", "seconds"):
        table.add_column(name, justify="right")
    for event in events:
        summary = event.manifest.summary if event.manifest else {}
        table.add_row(
            event.stage,
            event.fingerprint[:12],
            "reused" if event.reused else "built",
            count(summary.get("n_documents_in")),
            count(summary.get("n_documents")),
            size(summary.get("size_bytes")),
            f"{event.seconds:.1f}",
        )
    return table


def count(number: int | None) -> str:
    """`12,345`, or a dash where there is nothing to count."""
    return "-" if number is None else f"{number:,}"


def size(size_bytes: float | None) -> str:
    """`1.2 MB`: powers of 1000, as disks are sold and the paper counts."""
    if size_bytes is None:
        return "-"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size_bytes < 1000 or unit == "TB":
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    raise AssertionError("the last unit takes everything")
