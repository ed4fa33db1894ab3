"""What a person sees of a run in Prefect: stages as tasks, their tables, the log, the chosen overrides."""

from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from whole_runs import SMALL_INPUT, STAGES

from deployments.presets import load_preset
from models.recipe import RunRecord


@pytest.fixture(scope="module")
def run(prefect_session: None, ray_session: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run through the Prefect engine, on Ray."""
    store = tmp_path_factory.mktemp("store")
    preset = load_preset("tiny")
    overrides = {**SMALL_INPUT, "execution.store": str(store), "execution.ray.actors": 2}
    preset.load_flow()(preset.recipe, preset.execution, overrides)
    return store


def test_a_run_completes_and_its_record_names_it(run: Path) -> None:
    record = RunRecord.model_validate_json((run / "runs" / "tiny.json").read_bytes())
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(UUID(record.flow_run_id))
    assert flow_run.state is not None
    assert flow_run.state.is_completed()
    assert record.as_of, "filled from the run's scheduled time"


def test_every_stage_is_a_task_of_its_name(run: Path) -> None:
    with get_client(sync_client=True) as client:
        names = [task.name for task in client.read_task_runs()]
    assert set(STAGES) - {"filter_signals"} <= set(names)


def test_funnel_and_summaries_are_tables_of_the_run(run: Path) -> None:
    with get_client(sync_client=True) as client:
        keys = {artifact.key for artifact in client.read_artifacts()}
    assert {"tiny-funnel", "tiny-report", "collect-summary", "sample-summary"} <= keys


def test_the_log_of_the_run_names_each_stage(run: Path) -> None:
    with get_client(sync_client=True) as client:
        messages = "\n".join(line.message for line in client.read_logs())
    for stage in STAGES:
        assert f"{stage} " in messages


def test_the_report_is_written_beside_the_record(run: Path) -> None:
    page = (run / "runs" / "tiny.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "dedup_fuzzy" in page
