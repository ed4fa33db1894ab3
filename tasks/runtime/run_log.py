"""Tells whoever watches: the Prefect run (log, progress, tables), and listeners such as the terminal.

Outside a Prefect run the same calls reach the standard logger and the listeners only, so a stage
reads the same in a flow, in `opencoder apply` and in a test.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging import get_run_logger

from tasks.runtime.events import StageEvent

LOGGER_NAME = "opencoder"
PROGRESS_INTERVAL_S = 2.0


class Listener(Protocol):
    """Somebody beside Prefect who wants to know, such as a progress bar on a terminal."""

    def stage_started(self, stage: str) -> None:
        """A stage begins to work (a reused one never starts)."""

    def phase_moved(self, stage: str, phase: str, n_done: int, n_total: int) -> None:
        """One more shard of a phase is finished."""

    def stage_ended(self, event: StageEvent) -> None:
        """A stage has its artifact."""


_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells `listener` everything that happens inside the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def listeners() -> Sequence[Listener]:
    """Those who listen now."""
    return tuple(_listeners)


def in_prefect_run() -> bool:
    """True inside a Prefect flow or task run."""
    return TaskRunContext.get() is not None or FlowRunContext.get() is not None


def log(level: int, message: str) -> None:
    """One line in the run's log (Prefect UI), or in the logger `opencoder` outside a run."""
    logger = get_run_logger() if in_prefect_run() else logging.getLogger(LOGGER_NAME)
    logger.log(level, message)


def publish_table(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """A table in the Prefect UI; nothing outside a run."""
    if in_prefect_run() and rows:
        create_table_artifact(key=_key(key), table=[dict(row) for row in rows], description=description)


def publish_markdown(key: str, text: str, description: str) -> None:
    """A page in the Prefect UI; nothing outside a run."""
    if in_prefect_run():
        create_markdown_artifact(key=_key(key), markdown=text, description=description)


class PhaseProgress:
    """Progress of one phase: a bar in the Prefect UI, refreshed at most every two seconds."""

    def __init__(self, stage: str, phase: str, n_total: int) -> None:
        """Shows nothing before the first shard is done: most phases of a small run end at once."""
        self._stage, self._phase, self._n_total = stage, phase, n_total
        self._n_done = 0
        self._artifact: UUID | None = None
        self._shown_at = time.monotonic()

    def advance(self) -> None:
        """One more shard is finished."""
        self._n_done += 1
        for listener in listeners():
            listener.phase_moved(self._stage, self._phase, self._n_done, self._n_total)
        is_last = self._n_done == self._n_total
        due = time.monotonic() - self._shown_at >= PROGRESS_INTERVAL_S
        if in_prefect_run() and (due or (is_last and self._artifact is not None)):
            self._show(100.0 * self._n_done / self._n_total)

    def _show(self, percent: float) -> None:
        self._shown_at = time.monotonic()
        if self._artifact is None:
            name = f"{self._stage}-{self._phase}"
            artifact = create_progress_artifact(progress=percent, key=_key(name), description=name)
            assert isinstance(artifact, UUID), "a synchronous call gives the id itself"
            self._artifact = artifact
        else:
            update_progress_artifact(self._artifact, progress=percent)


def _key(text: str) -> str:
    """Prefect allows lower-case letters, digits and dashes."""
    return "".join(c if c.isalnum() else "-" for c in text.lower())
