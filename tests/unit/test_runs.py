"""Run records: what the last run of a name consists of."""

from pathlib import Path

from models.recipe import RunRecord
from tasks.runtime.runs import last_run, write_run
from tasks.runtime.store import open_store


def record(state: str, **stages: str) -> RunRecord:
    return RunRecord(name="x", state=state, stages=stages, recipe={}, started="", finished="")


def test_a_failed_run_keeps_the_stages_of_the_last_good_one(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    write_run(store, record("completed", collect="a", sample="b"))
    write_run(store, record("failed", collect="c"))
    write_run(store, record("failed", collect="d"))
    found = last_run(store, "x")
    assert found is not None
    assert found.stages == {"collect": "d"}
    assert found.last_completed == {"collect": "a", "sample": "b"}


def test_a_completed_run_needs_no_memory_of_the_one_before(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    write_run(store, record("failed", collect="a"))
    write_run(store, record("completed", collect="b"))
    found = last_run(store, "x")
    assert found is not None
    assert found.last_completed == {}
