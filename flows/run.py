"""How a recipe runs, whatever its stages: overrides, one pool, the run record, the report.

`recipe_flow` turns a chain of stages into a Prefect flow. The chain itself stays a plain sequence of
calls: under `plan` the same code runs with stages that only look, and a flow inside a flow joins the
outer run instead of starting its own.
"""

import inspect
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from prefect import Flow
from prefect.runtime import flow_run

from flows.overrides import apply_overrides
from models.artifact import Artifact
from models.execution import Execution
from models.recipe import Recipe, RunRecord
from tasks.report.page import render_report
from tasks.runtime.errors import RecipeError
from tasks.runtime.events import Recorder, is_planning, recording
from tasks.runtime.pool import pool_session
from tasks.runtime.run_log import log, publish_markdown, publish_table
from tasks.runtime.runs import report_path, write_run
from tasks.runtime.store import Store, open_store

Chain = Callable[..., Artifact]
"""`(recipe, execution) -> Artifact`: calls stages one after the other."""


class RecipeFlow(Flow[..., Artifact]):
    """A Prefect flow over a recipe; called as a plain function while planning."""

    def __call__(  # type: ignore[override]
        self,
        recipe: Recipe,
        execution: Execution,
        overrides: dict[str, Any] = {},  # noqa: B006
    ) -> Artifact:
        """Runs the flow, or only looks."""
        if is_planning():
            return self.fn(recipe, execution, overrides)
        result = super().__call__(recipe, execution, overrides)
        assert isinstance(result, Artifact), "a chain ends with a stage"
        return result


def recipe_flow(chain: Chain) -> RecipeFlow:
    """The chain as a flow of its name, with `overrides` as a third parameter (see `flows.overrides`)."""

    @wraps(chain)
    def run(recipe: Recipe, execution: Execution, overrides: dict[str, Any] = {}) -> Artifact:  # noqa: B006
        recipe, execution = apply_overrides(recipe, execution, overrides)
        recorder = Recorder()
        with pool_session(), recording(recorder) as outer:
            if outer is not recorder or is_planning():
                return chain(recipe, execution)
            return _run_outermost(chain, with_as_of(recipe), execution, recorder)

    run.__signature__ = inspect.signature(run, follow_wrapped=False)  # type: ignore[attr-defined]
    run.__annotations__ = {
        "recipe": Recipe,
        "execution": Execution,
        "overrides": dict[str, Any],
        "return": Artifact,
    }
    return RecipeFlow(run, name=chain.__name__, persist_result=False, retries=0, validate_parameters=True)


def with_as_of(recipe: Recipe) -> Recipe:
    """The recipe with `collect.as_of` filled from the run's scheduled time, where it is empty."""
    scheduled = flow_run.scheduled_start_time
    if recipe.collect.as_of or scheduled is None:
        return recipe
    as_of = scheduled.astimezone(UTC).isoformat(timespec="seconds")
    return recipe.model_copy(update={"collect": recipe.collect.model_copy(update={"as_of": as_of})})


def _run_outermost(chain: Chain, recipe: Recipe, execution: Execution, recorder: Recorder) -> Artifact:
    store = open_store(execution.store)
    store.check()
    started = datetime.now(UTC)
    try:
        # The record grows with the run, so that gc spares what a run at work reuses.
        recorder.on_event = lambda: write_run(store, _record(recipe, recorder, "running", started))
        artifact = chain(recipe, execution)
    except BaseException:
        # A store that is full fails here once more: the first error is the one to tell.
        with suppress(RecipeError):
            _publish(store, _record(recipe, recorder, "failed", started), recorder)
        raise
    _publish(store, _record(recipe, recorder, "completed", started), recorder)
    return artifact


def _record(recipe: Recipe, recorder: Recorder, state: str, started: datetime) -> RunRecord:
    return RunRecord(
        name=recipe.name,
        state=state,
        stages={event.stage: event.fingerprint for event in recorder.events},
        recipe=recipe.model_dump(mode="json"),
        as_of=recipe.collect.as_of,
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        flow_run_id=str(flow_run.id or ""),
    )


def _publish(store: Store, record: RunRecord, recorder: Recorder) -> None:
    """The run record, the report beside it, and the funnel in the Prefect UI; nothing before the first stage."""
    if not recorder.events:
        return
    write_run(store, record)
    report = report_path(record.name)
    manifests = [event.manifest for event in recorder.events if event.manifest is not None]
    store.write(report, render_report(store, record, manifests).encode())
    log(logging.INFO, f"report: {store.uri(report)}")
    publish_table(f"{record.name}-funnel", funnel_rows(recorder), f"Funnel of {record.name}")
    publish_markdown(f"{record.name}-report", f"[report.html]({store.uri(report)})", "The run's report")


def funnel_rows(recorder: Recorder) -> list[dict[str, Any]]:
    """One row a stage: what came in, what stayed, how long it took, and whether it was reused."""
    return [
        {
            "stage": event.stage,
            "artifact": event.fingerprint[:12],
            "state": "reused" if event.reused else "built",
            "seconds": round(event.seconds, 1),
            "documents_in": event.manifest.summary.get("n_documents_in") if event.manifest else None,
            "documents": event.manifest.summary.get("n_documents") if event.manifest else None,
            "bytes": event.manifest.summary.get("size_bytes") if event.manifest else None,
        }
        for event in recorder.events
    ]
