"""The pool: the same results on any number of workers, whoever dies on the way."""

import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from ray import cloudpickle

from models.artifact import Artifact
from models.base import Frozen
from models.execution import Execution, RayConfig
from models.sample import SampleConfig
from tasks.runtime import manifest as manifests
from tasks.runtime import pool as pool_module
from tasks.runtime.counts import Counts
from tasks.runtime.errors import ShardError, StoreError
from tasks.runtime.pool import InlinePool, Job, Outcome, RayPool, pool_session
from tasks.runtime.shards import Shard
from tasks.runtime.stage import Result, StageRun, run_stage
from tasks.runtime.store import open_store

N_SHARDS = 6
N_BUCKETS = 3


# Workers cannot import a test: its functions travel whole.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


class PoolSummary(Frozen):
    """What the toy counted."""

    n_rows: int


def first_time(marker: Path) -> bool:
    """True once, whichever process asks."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def scatter(shard: Shard, config: SampleConfig) -> Counts:
    """Sends numbers to buckets; does what the files in `marks` say for this shard before."""
    marks = Path(shard.params["marks"])
    with (marks / f"calls-{shard.index}").open("a") as file:
        file.write("x")
    if (marks / f"die-{shard.index}").exists() and first_time(marks / f"died-{shard.index}"):
        os.kill(os.getpid(), signal.SIGKILL)
    if (marks / f"always-die-{shard.index}").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if (marks / f"raise-{shard.index}").exists():
        raise ValueError("a document of ours is wrong")
    if (marks / f"full-{shard.index}").exists() and first_time(marks / f"was-full-{shard.index}"):
        raise StoreError("the store was away for a moment")
    time.sleep(0.02 * ((shard.index * 7) % 3))  # so that shards end out of order
    logging.getLogger("opencoder").info("scattered %d", shard.index)
    keys = np.arange(shard.index, shard.index + 10) % N_BUCKETS
    shard.exchange("keys", pa.table({"key": keys, "shard": [shard.index] * 10}), keys, N_BUCKETS)
    return {}


def gather(shard: Shard, config: SampleConfig) -> Counts:
    """Keeps what arrived in a bucket."""
    table = shard.read("keys")
    shard.write("rows", table)
    return {"n_rows": table.num_rows}


def toy(store: Path, marks: Path, n_actors: int, max_attempts: int = 3) -> Artifact:
    def build(run: StageRun[SampleConfig]) -> Result:
        keys = run.phase("scatter", scatter, {"marks": str(marks)}, nothing=[()] * N_SHARDS)
        rows = run.phase("gather", gather, keys=keys.buckets("keys"))
        return Result(rows.parts("rows"), PoolSummary(n_rows=sum(c["n_rows"] for c in rows.counts)))

    execution = Execution(store=str(store), ray=RayConfig(actors=n_actors, max_attempts=max_attempts))
    with pool_session():
        return run_stage("toy", 1, SampleConfig(), {}, execution, build)


def parts_of(store: Path, artifact: Artifact) -> Any:
    return manifests.load(open_store(str(store)), artifact).parts


def calls(marks: Path) -> list[int]:
    return [len(path.read_text()) for path in sorted(marks.glob("calls-*"))]


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The parts as this process makes them, one shard after the other."""
    folder = tmp_path_factory.mktemp("inline")
    return parts_of(folder / "store", toy(folder / "store", folder, 0))


@pytest.fixture(params=[0, 2], ids=["inline", "ray"])
def n_actors(request: pytest.FixtureRequest) -> int:
    if request.param:
        request.getfixturevalue("ray_session")
    return int(request.param)


@pytest.mark.usefixtures("ray_session")
@pytest.mark.parametrize("actors", [1, 2, 3])
def test_any_number_of_workers_gives_the_same_bytes(
    tmp_path: Path, marks: Path, expected: Any, actors: int
) -> None:
    assert parts_of(tmp_path / "store", toy(tmp_path / "store", marks, actors)) == expected
    assert calls(marks) == [1] * N_SHARDS


@pytest.mark.usefixtures("ray_session")
def test_a_killed_worker_is_replaced_and_its_shard_done_again(
    tmp_path: Path, marks: Path, expected: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for index in (1, 4):
        (marks / f"die-{index}").touch()
    with caplog.at_level(logging.WARNING, "opencoder"):
        artifact = toy(tmp_path / "store", marks, 2)
    assert parts_of(tmp_path / "store", artifact) == expected
    assert calls(marks) == [1, 2, 1, 1, 2, 1]
    told = [message for message in caplog.messages if "trying again" in message]
    assert len(told) == 2
    assert all("phase scatter, shard " in message and "its worker died" in message for message in told)


@pytest.mark.usefixtures("ray_session")
def test_a_shard_that_always_kills_its_worker_is_named_and_the_others_are_kept(
    tmp_path: Path, marks: Path, expected: Any
) -> None:
    (marks / "always-die-2").touch()
    with pytest.raises(ShardError, match=r"phase scatter: 1 of 6 shards failed") as caught:
        toy(tmp_path / "store", marks, 2, max_attempts=2)
    assert "shard 2: WorkerDied: its worker died 2 time(s)" in str(caught.value)
    assert "execution.ray.actors" in str(caught.value)
    assert calls(marks) == [1, 1, 2, 1, 1, 1]
    (marks / "always-die-2").unlink()
    assert parts_of(tmp_path / "store", toy(tmp_path / "store", marks, 1)) == expected
    assert calls(marks) == [1, 1, 3, 1, 1, 1]


def test_a_shard_that_raises_is_named_once_and_the_others_are_not_done_again(
    tmp_path: Path, marks: Path, expected: Any, n_actors: int, caplog: pytest.LogCaptureFixture
) -> None:
    (marks / "raise-3").touch()
    with pytest.raises(ShardError, match="1 of 6 shards failed; the others are kept") as caught:
        toy(tmp_path / "store", marks, n_actors)
    assert "shard 3: ValueError: a document of ours is wrong" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)
    (defect,) = [message for message in caplog.messages if "a defect of ours" in message]
    assert "in scatter" in defect, "the worker's own traceback is in the log"
    assert calls(marks) == [1] * N_SHARDS, "an error of the code is not tried again"
    (marks / "raise-3").unlink()
    assert parts_of(tmp_path / "store", toy(tmp_path / "store", marks, n_actors)) == expected
    assert calls(marks) == [1, 1, 1, 2, 1, 1]


def test_a_store_that_fails_once_is_tried_again(
    tmp_path: Path, marks: Path, expected: Any, n_actors: int, caplog: pytest.LogCaptureFixture
) -> None:
    (marks / "full-5").touch()
    with caplog.at_level(logging.WARNING, "opencoder"):
        artifact = toy(tmp_path / "store", marks, n_actors)
    assert parts_of(tmp_path / "store", artifact) == expected
    assert any("the store was away for a moment" in message for message in caplog.messages)


def test_what_shards_log_arrives_with_stage_phase_and_shard(
    tmp_path: Path, marks: Path, n_actors: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "opencoder"):
        toy(tmp_path / "store", marks, n_actors)
    for index in range(N_SHARDS):
        assert f"toy/scatter shard {index}: scattered {index}" in caplog.messages


def test_many_failures_are_cut_to_the_first_and_counted(tmp_path: Path, marks: Path, n_actors: int) -> None:
    for index in range(N_SHARDS):
        (marks / f"raise-{index}").touch()
    with pytest.raises(ShardError, match=r"6 of 6 shards failed") as caught:
        toy(tmp_path / "store", marks, n_actors)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:6]] == [f"shard {n}" for n in range(5)]
    assert lines[6].strip() == "and 1 more"


def job(store: Path, marks: Path, index: int) -> Job:
    params = {"marks": str(marks)}
    return Job(str(store), "toy/0", "scatter", index, scatter, SampleConfig(), {"nothing": ()}, params)


@pytest.mark.usefixtures("ray_session")
def test_more_workers_than_the_cluster_has_room_for_end_all_the_same(tmp_path: Path, marks: Path) -> None:
    pool = RayPool(RayConfig(actors=7))  # on 4 CPUs: three of them never start
    done: list[Outcome] = []
    try:
        pool.run([job(tmp_path / "store", marks, index) for index in range(12)], done.append)
    finally:
        pool.close()
    assert sorted(outcome.record.index for outcome in done) == list(range(12))


@pytest.mark.usefixtures("ray_session")
def test_a_worker_that_died_between_phases_costs_nothing(tmp_path: Path, marks: Path) -> None:
    import ray

    pool = RayPool(RayConfig(actors=2, max_attempts=1))
    done: list[Outcome] = []
    try:
        pool.run([job(tmp_path / "store", marks, 0)], done.append)
        ray.kill(pool._actors[0])
        time.sleep(0.5)
        pool.run([job(tmp_path / "store", marks, index) for index in (1, 2)], done.append)
    finally:
        pool.close()
    assert sorted(outcome.record.index for outcome in done) == [0, 1, 2]


def test_nothing_to_do_ends_at_once(tmp_path: Path) -> None:
    InlinePool().run([], lambda _: pytest.fail("no shard was given"))


def test_a_pool_that_joined_a_cluster_leaves_it_running(ray_session: None) -> None:
    import ray

    with pool_session():
        pool = pool_module.current_pool(Execution(ray=RayConfig(actors=1)))
        with pool_session():
            assert pool_module.current_pool(Execution(ray=RayConfig(actors=1))) is pool
        assert pool_module.current_pool(Execution(ray=RayConfig(actors=1))) is pool
    assert pool_module._pool is None
    assert ray.is_initialized()
