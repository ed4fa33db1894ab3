"""What became of each stage in a run; and whether a run builds at all, or only looks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from models.artifact import Manifest
from models.base import StageConfig


@dataclass(frozen=True)
class StageEvent:
    """What became of one stage in this run; `manifest` is None where a plan found none."""

    stage: str
    fingerprint: str
    config: StageConfig
    inputs: Mapping[str, str]
    revision: int
    reused: bool
    seconds: float
    manifest: Manifest | None


@dataclass
class Recorder:
    """Collects the stages of a run in order; `planning` makes every stage look without building."""

    planning: bool = False
    events: list[StageEvent] = field(default_factory=list)
    on_event: Callable[[], None] | None = None
    """Called after each event of this run, and of no other run in this process."""


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recording(recorder: Recorder) -> Iterator[Recorder]:
    """Records every stage inside the block; an inner block keeps the outer recorder."""
    outer = _recorder.get()
    token = _recorder.set(outer or recorder)
    try:
        yield outer or recorder
    finally:
        _recorder.reset(token)


def is_planning() -> bool:
    """True while stages only look."""
    recorder = _recorder.get()
    return recorder is not None and recorder.planning


def record(event: StageEvent) -> None:
    """Adds an event to the run, where one is recorded."""
    recorder = _recorder.get()
    if recorder is not None:
        recorder.events.append(event)
        if recorder.on_event is not None:
            recorder.on_event()
