"""kill -9 of a worker and of the driver, in each stage: the same command ends with the same bytes."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from whole_runs import STAGES, environment, finish, hashes_at, run_inline, start_run

POLL_S = 0.002
TIMEOUT_S = 180


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_inline(tmp_path_factory.mktemp("undisturbed"))


def await_shard(process: subprocess.Popen[str], store: Path, stage: str) -> None:
    """Returns when the first shard of a stage is finished, which is in the middle of the stage."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if any((store / stage).glob("*/parts/*/*.json")):
            return
        assert process.poll() is None, f"the run ended before {stage}: {process.communicate()[0]}"
        time.sleep(POLL_S)
    raise AssertionError(f"{stage} did not start within {TIMEOUT_S} s")


def kill_driver(process: subprocess.Popen[str], store: Path, env: dict[str, str]) -> None:
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    try:
        record = store / "runs" / "tiny.json"
        assert not record.exists() or '"state": "running"' in record.read_text()
        finish(start_run(str(store), env))
    finally:  # Ray ends by itself within minutes; Prefect's temporary server has nobody left to end it
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


def kill_worker(process: subprocess.Popen[str], store: Path, env: dict[str, str]) -> None:
    workers = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if child.name().startswith("ray::Worker")
    ]
    assert workers, "no worker to kill"
    os.kill(workers[0].pid, signal.SIGKILL)
    finish(process)


Disturb = Callable[[subprocess.Popen[str], Path, dict[str, str]], None]

DISTURBANCES = [
    pytest.param(victim, stage, marks=() if stage in in_quick_tier else pytest.mark.verify)
    for victim, in_quick_tier in ((kill_driver, {"filter_signals"}), (kill_worker, set[str]()))
    for stage in STAGES
]


@pytest.mark.parametrize(("disturb", "stage"), DISTURBANCES)
def test_a_killed_run_ends_with_the_same_bytes(
    disturb: Disturb, stage: str, expected: dict[str, str], tmp_path: Path, prefect_home: Path
) -> None:
    env = environment(prefect_home)
    store = tmp_path / "store"
    process = start_run(str(store), env)
    await_shard(process, store, stage)
    disturb(process, store, env)
    assert hashes_at(str(store)) == expected
