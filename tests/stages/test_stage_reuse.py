"""What a second run does: what is committed is reused, what is missing is done, and nothing else."""

import logging
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from small_corpus import KEPT, STAGES, Corpus, in_process, small_recipe, states, write_corpus

from flows.refinecode import refinecode
from models.artifact import Artifact
from models.base import Frozen, StageConfig
from models.execution import Execution, RayConfig
from tasks.runtime import manifest as manifests
from tasks.runtime.counts import Counts
from tasks.runtime.errors import ArtifactError, ShardError
from tasks.runtime.events import Recorder, recording
from tasks.runtime.shards import Shard
from tasks.runtime.stage import Result, StageRun, run_stage
from tasks.runtime.store import open_store


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus and a store that holds its artifacts; tests copy it before they change anything."""
    folder = tmp_path_factory.mktemp("built")
    corpus = Corpus(write_corpus(folder / "input"), folder / "store")
    assert corpus.run().states == states(*STAGES)
    return corpus


@pytest.fixture
def corpus(built: Corpus, tmp_path: Path) -> Corpus:
    shutil.copytree(built.root, tmp_path / "input")
    shutil.copytree(built.store, tmp_path / "store")
    return Corpus(tmp_path / "input", tmp_path / "store")


def test_the_same_recipe_again_builds_nothing_and_writes_nothing(corpus: Corpus) -> None:
    before = {path: path.stat().st_mtime_ns for path in corpus.store.rglob("*") if "runs" not in path.parts}
    assert corpus.run().states == states()
    after = {path: path.stat().st_mtime_ns for path in corpus.store.rglob("*") if "runs" not in path.parts}
    folders = {corpus.store, corpus.store / ".probe"}
    assert {p: t for p, t in before.items() if p not in folders} == {
        p: t for p, t in after.items() if p not in folders
    }


@pytest.mark.parametrize(
    ("overrides", "built_stages"),
    [
        ({"sample__seed": 2}, ("sample",)),
        ({"filter__rules": {"qsc_code_num_lines": {"low": 5}}}, ("filter", "dedup_fuzzy", "sample")),
        ({"dedup_fuzzy__bands": 8}, ("dedup_fuzzy", "sample")),
        ({"collect__max_file_bytes": 20_000}, STAGES),
        ({"collect__as_of": "2030-01-01T00:00:00+00:00"}, ()),
        ({"execution__ray__max_attempts": 9, "name": "other"}, ()),
    ],
)
def test_a_changed_field_runs_its_stage_and_what_follows(
    corpus: Corpus, overrides: dict[str, Any], built_stages: tuple[str, ...]
) -> None:
    assert corpus.run(**overrides).states == states(*built_stages)


def test_a_touched_input_file_runs_collect_and_what_follows(corpus: Corpus) -> None:
    os.utime(corpus.root / "forge" / KEPT, (1_000_000_000, 1_000_000_000))
    assert corpus.run().states == states(*STAGES)


def test_the_same_files_at_another_place_give_the_same_artifacts(corpus: Corpus, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "moved")
    assert Corpus(tmp_path / "moved", corpus.store).run().states == states()


def test_an_empty_store_gets_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    second = Corpus(corpus.root, tmp_path / "second")
    second.run()
    assert second.artifacts() == corpus.artifacts()


def test_under_a_plan_nothing_is_built(corpus: Corpus, tmp_path: Path) -> None:
    empty = Corpus(corpus.root, tmp_path / "empty")
    with recording(Recorder(planning=True)) as recorder:
        refinecode(empty.recipe, empty.execution)
    assert [event.stage for event in recorder.events] == list(STAGES)
    assert not any(event.reused for event in recorder.events)
    assert {path.split("/")[0] for path in empty.artifacts()} == {"snapshot"}


@pytest.mark.parametrize(
    ("stage", "damage"),
    [
        ("collect", "missing"),
        ("dedup_exact", "truncated"),
        ("filter_signals", "edited"),
        ("filter", "missing"),
        ("dedup_fuzzy", "truncated"),
        ("sample", "edited"),
    ],
)
def test_the_mend_an_error_names_rebuilds_only_what_is_damaged(
    corpus: Corpus, stage: str, damage: str
) -> None:
    (folder,) = (corpus.store / stage).iterdir()
    if damage == "edited":
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"revision": 1', '"revision": 2'))
    else:
        part = next(folder.glob("parts/documents/*.documents.*.parquet"))
        part.unlink() if damage == "missing" else part.write_bytes(part.read_bytes()[:-1])
    before = corpus.artifacts()
    with pytest.raises(ArtifactError, match=f"Delete the folder {folder} and run the same command again"):
        corpus.run()
    shutil.rmtree(folder)
    assert corpus.run().states == states(stage)
    if damage == "edited":
        assert corpus.artifacts() == before


def test_two_runs_at_once_end_with_one_set_of_artifacts(corpus: Corpus, tmp_path: Path) -> None:
    shared_store = Corpus(corpus.root, tmp_path / "both")
    barrier = threading.Barrier(2)

    def run(name: str) -> None:
        barrier.wait()
        refinecode.fn(small_recipe(corpus.root, name=name), in_process(shared_store.store))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(run, ("one", "two")))
    assert shared_store.artifacts() == corpus.artifacts()
    one, two = ((shared_store.store / "runs" / f"{name}.json").read_text() for name in ("one", "two"))
    assert one.split('"recipe"')[0].replace("one", "") == two.split('"recipe"')[0].replace("two", "")


class ToyConfig(StageConfig):
    """A stage of one number."""

    factor: int = 2


class ToySummary(Frozen):
    """What the toy counted."""

    n_rows: int


def multiply(shard: Shard, config: ToyConfig) -> Counts:
    """Leaves a mark for each call, and fails where a file of that name says so."""
    marks = Path(shard.params["marks"])
    with (marks / f"calls-{shard.index}").open("a") as file:
        file.write("x")
    if (marks / f"fail-{shard.index}").exists():
        raise ValueError(f"shard {shard.index} was told to fail")
    logging.getLogger("opencoder").info("multiplied by %d", config.factor)
    shard.write("rows", pa.table({"n": [shard.index * config.factor]}))
    return {"n_rows": 1}


def toy(marks: Path, store: Path, config: ToyConfig | None = None, n_shards: int = 5) -> Artifact:
    def build(run: StageRun[ToyConfig]) -> Result:
        done = run.phase("rows", multiply, {"marks": str(marks)}, nothing=[()] * n_shards)
        return Result(done.parts("rows"), ToySummary(n_rows=sum(c["n_rows"] for c in done.counts)))

    execution = Execution(store=str(store), ray=RayConfig(actors=0))
    return run_stage("toy", 1, config or ToyConfig(), {}, execution, build)


def calls(marks: Path) -> list[int]:
    return [len(path.read_text()) for path in sorted(marks.glob("calls-*"))]


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


def test_a_run_after_a_failure_does_only_the_missing_shards(marks: Path, tmp_path: Path) -> None:
    for index in (1, 3):
        (marks / f"fail-{index}").touch()
    with pytest.raises(ShardError, match=r"2 of 5 shards failed.*only what is missing") as caught:
        toy(marks, tmp_path / "store")
    assert "shard 1: ValueError: shard 1 was told to fail" in str(caught.value)
    assert "shard 3: " in str(caught.value)
    assert calls(marks) == [1, 1, 1, 1, 1]
    (marks / "fail-1").unlink()
    with pytest.raises(ShardError, match="1 of 5 shards failed"):
        toy(marks, tmp_path / "store")
    assert calls(marks) == [1, 2, 1, 2, 1]
    (marks / "fail-3").unlink()
    artifact = toy(marks, tmp_path / "store")
    assert calls(marks) == [1, 2, 1, 3, 1]
    assert manifests.load(open_store(str(tmp_path / "store")), artifact).summary == {"n_rows": 5}
    assert toy(marks, tmp_path / "store") == artifact
    assert calls(marks) == [1, 2, 1, 3, 1]


def test_a_manifest_never_names_a_part_that_is_gone(marks: Path, tmp_path: Path) -> None:
    (marks / "fail-4").touch()
    with pytest.raises(ShardError):
        toy(marks, tmp_path / "store")
    (marks / "fail-4").unlink()
    part = next((tmp_path / "store").rglob("000002.rows.*.parquet"))
    part.unlink()
    with pytest.raises(ArtifactError, match=rf"{part.name} is missing\. Delete the folder"):
        toy(marks, tmp_path / "store")
    shutil.rmtree(part.parents[2])
    assert toy(marks, tmp_path / "store")


def test_a_damaged_record_is_named_and_its_deletion_does_one_shard_anew(marks: Path, tmp_path: Path) -> None:
    (marks / "fail-4").touch()
    with pytest.raises(ShardError):
        toy(marks, tmp_path / "store")
    (marks / "fail-4").unlink()
    record = next((tmp_path / "store").rglob("000002.json"))
    record.write_text("{")
    with pytest.raises(ShardError, match=r"000002\.json is not a readable record: delete it"):
        toy(marks, tmp_path / "store")
    record.unlink()
    toy(marks, tmp_path / "store")
    assert calls(marks) == [1, 1, 2, 1, 2]


def test_another_config_is_another_artifact_and_both_stay(marks: Path, tmp_path: Path) -> None:
    one, two = (toy(marks, tmp_path / "store", ToyConfig(factor=factor)) for factor in (2, 3))
    assert one.fingerprint != two.fingerprint
    assert toy(marks, tmp_path / "store", ToyConfig(factor=2)) == one
    assert calls(marks) == [2] * 5


def test_two_threads_end_with_one_manifest(marks: Path, tmp_path: Path) -> None:
    barrier = threading.Barrier(2)

    def run(_: int) -> Artifact:
        barrier.wait()
        return toy(marks, tmp_path / "store", n_shards=20)

    with ThreadPoolExecutor(2) as threads:
        artifacts = list(threads.map(run, range(2)))
    assert artifacts[0] == artifacts[1]
    assert len(list((tmp_path / "store").rglob("manifest.json"))) == 1
    assert len(list((tmp_path / "store").rglob("*.parquet"))) == 20
    assert logging.getLogger("opencoder").propagate, "two captures at once leave the logger as it was"


def test_what_a_shard_logs_arrives_with_its_place(
    marks: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "opencoder"):
        toy(marks, tmp_path / "store")
    assert "toy/rows shard 3: multiplied by 2" in caplog.messages
    assert "multiplied by 2" not in caplog.messages


def test_inputs_that_differ_in_their_shards_are_our_defect(tmp_path: Path) -> None:
    run = StageRun("toy", "f", ToyConfig(), in_process(tmp_path), open_store(str(tmp_path)), {})
    with pytest.raises(ValueError, match="inputs differ in their number of shards"):
        run.phase("rows", multiply, a=[()], b=[(), ()])
