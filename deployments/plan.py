"""`opencoder plan`: what a run would reuse and what it would do, and why; nothing is built.

The flow's own code runs with stages that only look, so a plan can never disagree with a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from deployments.console import out
from deployments.presets import load_preset
from flows.overrides import apply_overrides
from flows.run import RecipeFlow
from models.artifact import Artifact, Manifest
from models.execution import Execution
from models.recipe import Recipe, RunRecord
from tasks.collect.compare import compare_snapshots
from tasks.runtime import manifest as manifests
from tasks.runtime.events import Recorder, StageEvent, recording
from tasks.runtime.runs import last_run
from tasks.runtime.store import Store, open_store


@dataclass(frozen=True)
class PlannedStage:
    """One line of a plan."""

    stage: str
    fingerprint: str
    action: str
    """`reuse` or `run`."""
    reasons: tuple[str, ...]


def make_plan(flow: RecipeFlow, recipe: Recipe, execution: Execution) -> list[PlannedStage]:
    """The stages of the flow in order; takes the snapshot of the sources, and writes nothing else."""
    with recording(Recorder(planning=True)) as recorder:
        flow(recipe, execution)
    store = open_store(execution.store)
    last = last_run(store, recipe.name)
    return [
        PlannedStage(e.stage, e.fingerprint, "reuse" if e.reused else "run", tuple(_reasons(store, e, last)))
        for e in recorder.events
    ]


def _reasons(store: Store, event: StageEvent, last: RunRecord | None) -> list[str]:
    if event.reused:
        return []
    before = last.stages.get(event.stage) if last else None
    previous = manifests.find(store, event.stage, before) if before else None
    if previous is None:
        is_lost = before == event.fingerprint
        return ["its artifact was deleted" if is_lost else "never built in this store"]
    reasons = [
        f"config {line}"
        for line in manifests.differences(_identity(event, previous.config), event.config.identity())
    ]
    if previous.revision != event.revision:
        reasons.append(f"its code changed (revision {previous.revision} -> {event.revision})")
    return reasons + _input_reasons(store, event, previous)


def _identity(event: StageEvent, config: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in config.items() if key not in event.config.NOT_IDENTITY}


def _input_reasons(store: Store, event: StageEvent, previous: Manifest) -> list[str]:
    reasons = []
    for name, fingerprint in event.inputs.items():
        before = previous.inputs.get(name)
        if before == fingerprint:
            continue
        if name == "snapshot" and before is not None:
            old, new = (_snapshot(store, f) for f in (before, fingerprint))
            reasons.append(f"input: {compare_snapshots(store, old, new).in_words()}")
        else:
            reasons.append(f"input {name} is new")
    return reasons


def _snapshot(store: Store, fingerprint: str) -> Artifact:
    return Artifact(stage="snapshot", fingerprint=fingerprint, uri=store.uri(f"snapshot/{fingerprint}"))


def show_plan(preset_name: str, overrides: Mapping[str, Any]) -> int:
    """Prints the plan of a preset; 0 always, for a plan is no verdict."""
    preset = load_preset(preset_name)
    recipe, execution = apply_overrides(preset.recipe, preset.execution, overrides)
    table = Table()
    for name in ("stage", "artifact", "action", "why"):
        table.add_column(name, overflow="fold")
    for stage in make_plan(preset.load_flow(), recipe, execution):
        table.add_row(stage.stage, stage.fingerprint[:12], stage.action, "\n".join(stage.reasons))
    out.print(table)
    return 0
