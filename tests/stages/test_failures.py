"""Every failure a person can cause: one error that names what is wrong, and what was done stays done."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from small_corpus import STAGES, Corpus, states, write_corpus

from deployments.cli import main, parse_overrides
from models.collect import CollectConfig
from tasks.collect import take_snapshot
from tasks.collect.sources import local_tree
from tasks.collect.stage import collect
from tasks.filter import shard as filter_shard
from tasks.runtime.errors import ConfigError, RecipeError, ShardError, SourceError, StoreError
from tasks.runtime.store import LocalStore


def collect_from(path: Path, store: Path, **fields: Any) -> None:
    corpus = Corpus(path, store)
    config = CollectConfig.model_validate({"sources": [{"kind": "directory", "path": str(path)}], **fields})
    collect(config, corpus.execution)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(write_corpus(tmp_path / "input"), tmp_path / "store")


def test_a_missing_path_names_its_field(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"collect\.sources\[0\]\.path: .*/nowhere"):
        collect_from(tmp_path / "nowhere", tmp_path / "store")


def test_an_empty_source_names_its_field(tmp_path: Path) -> None:
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"collect\.sources\[0\] \(directory .*/empty\) holds no file"):
        collect_from(tmp_path / "empty", tmp_path / "store")


def test_a_source_of_binaries_only_tells_how_many_and_why(tmp_path: Path) -> None:
    for index in range(3):
        (tmp_path / f"{index}.py").write_bytes(bytes(100))
    with pytest.raises(SourceError, match=r"none of the 3 files of collect\.sources is text.*'binary': 3"):
        collect_from(tmp_path, tmp_path / "store")


def test_every_rejected_file_is_counted_under_its_reason(corpus: Corpus) -> None:
    corpus.run()
    manifest = next((corpus.store / "collect").rglob("manifest.json")).read_text()
    for reason in ("binary", "undecodable", "unknown_language", "empty"):
        assert f'"{reason}": 1' in manifest


def test_a_corpus_that_the_filter_empties_is_an_empty_corpus(tmp_path: Path) -> None:
    (tmp_path / "in" / "mirror").mkdir(parents=True)
    (tmp_path / "in" / "forge").mkdir(parents=True)
    for repo in ("mirror", "forge"):
        (tmp_path / "in" / repo / "tiny.py").write_text(f"{repo} = 1\n")
    assert Corpus(tmp_path / "in", tmp_path / "store").run().states == states(*STAGES)


def test_a_file_that_changes_while_it_is_read_is_named_and_the_next_run_takes_it(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = local_tree.LocalTree.read

    def other_bytes(tree: local_tree.LocalTree, location: str) -> bytes:
        return read(tree, location) + b"#" * location.endswith("heapq.py")

    monkeypatch.setattr(local_tree.LocalTree, "read", other_bytes)
    with pytest.raises(ShardError, match=r"beta/heapq\.py changed while being read: run the same command"):
        corpus.run()
    monkeypatch.undo()
    assert corpus.run().states == states(*STAGES)


def test_a_file_that_goes_between_listing_and_reading_is_told(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = take_snapshot.take_snapshot

    def then_remove(config: CollectConfig, store: LocalStore) -> Any:
        snapshot = take(config, store)
        (corpus.root / "forge/beta/glob.py").unlink(missing_ok=True)
        return snapshot

    monkeypatch.setattr("tasks.collect.stage.take_snapshot", then_remove)
    with pytest.raises(ShardError, match=r"a file listed before cannot be read .*glob\.py"):
        corpus.run()


def test_no_space_left_names_the_file_and_the_next_run_goes_on(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, n_left = os.fsync, 40

    def until_full(descriptor: int) -> None:
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", until_full)
    with pytest.raises(ShardError, match=r"StoreError: no space left while writing .*/parts/.*opencoder gc"):
        corpus.run()
    before = corpus.artifacts()
    monkeypatch.undo()
    assert before, "what fitted is kept"
    assert "collect" in {stage for stage, state in corpus.run().states.items() if state == "reused"}
    assert before.items() <= corpus.artifacts().items()


def test_a_stage_that_fails_leaves_a_record_of_what_was_done(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise MemoryError("one document too many")

    monkeypatch.setattr(filter_shard, "count_in", refuse)
    with pytest.raises(
        ShardError, match=r"(?s)filter_signals/.*phase documents: .*MemoryError: one document"
    ):
        corpus.run()
    monkeypatch.undo()
    record = (corpus.store / "runs/small.json").read_text()
    assert '"state": "failed"' in record
    assert '"dedup_exact"' in record.split('"recipe"')[0]
    assert '"filter"' not in record.split('"recipe"')[0]
    assert (corpus.store / "runs/small.html").exists()
    assert corpus.run().states == states("filter_signals", "filter", "dedup_fuzzy", "sample")


def test_a_report_that_cannot_be_written_does_not_hide_the_failure_before_it(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("the first error")

    write = LocalStore.write

    def full(store: LocalStore, path: str, data: bytes) -> None:
        if b'"failed"' in data:
            raise StoreError(f"no space left while writing {path}")
        write(store, path, data)

    corpus.run(filter__seed=1)
    monkeypatch.setattr(filter_shard, "decide", refuse, raising=False)
    monkeypatch.setattr("tasks.filter.stage.decide_documents", refuse)
    monkeypatch.setattr(LocalStore, "write", full)
    with pytest.raises(ShardError, match="the first error"):
        corpus.run(filter__seed=2)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run", "tinny"], 2, "error: no preset 'tinny'"),
        (["plan", "tiny", "--set", "sampel.seed=2"], 2, "error: sampel: no such field; did you mean sample?"),
        (["plan", "tiny", "--set", "sample.seed"], 2, "error: --set sample.seed: write it as path=value"),
        (
            ["run", "tiny", "--set", "sample.seed=two"],
            2,
            "error: sample.seed: Input should be a valid integer",
        ),
        (["why", "x.py"], 2, "error: no run 'tiny' in"),
        (["show", "nothing"], 2, "error: 'nothing' is no run of"),
        (["diff", "a", "b"], 2, "error: 'a' is no run of"),
        (["list", "filtr"], 2, "error: no stage 'filtr' in"),
        (
            ["plan", "tiny", "--set", 'collect.sources=[{"kind":"directory","path":"/nonexistent"}]'],
            1,
            "error: collect.sources[0].path: /nonexistent does not exist",
        ),
    ],
)
def test_a_wrong_call_is_one_line_on_stderr_and_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert main([*arguments, "--store", str(tmp_path)]) == code
    told = capsys.readouterr()
    assert told.err.startswith(message)
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize("arguments", [[], ["rn", "tiny"], ["run"], ["gc", "--keep-hours", "long"]])
def test_a_call_that_cannot_be_parsed_shows_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: opencoder" in capsys.readouterr().err


def test_an_interrupted_command_says_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("deployments.catalog.show_list", interrupt)
    assert main(["list"]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_values_of_set_are_json_or_text() -> None:
    pairs = ["a.b=2", 'c=["x"]', "d=text = more", "e=", "f=null", 'g="2"']
    expected = {"a.b": 2, "c": ["x"], "d": "text = more", "e": "", "f": None, "g": "2"}
    assert parse_overrides(pairs) == expected
    with pytest.raises(ConfigError):
        parse_overrides(["=1"])


def test_the_store_of_the_environment_is_that_of_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENCODER_STORE", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    main(["doctor", "tiny"])
    assert f"{tmp_path}/mine is writable" in capsys.readouterr().out
    main(["doctor", "tiny", "--store", "other"])
    assert "other is writable" in capsys.readouterr().out


def test_doctor_tells_everything_that_is_missing_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    arguments = ["doctor", "tiny", "--store", str(tmp_path / "file" / "store")]
    arguments += ["--set", "execution.min_free_bytes=1000000000000000000"]
    arguments += ["--set", 'collect.sources=[{"kind":"directory","path":"/no/[draft]/where"}]']
    assert main(arguments) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("missing")]
    assert [line.split(":")[0] for line in lines] == [
        "missing store",
        "missing space",
        "missing collect.sources[0]",
    ]
    assert "/no/[draft]/where does not exist" in lines[2]


def test_every_deliberate_error_has_an_exit_code() -> None:
    codes = {error.__name__: error.exit_code for error in RecipeError.__subclasses__()}
    assert codes.pop("ConfigError") == 2
    assert set(codes.values()) == {1}


def opencoder(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")}
    return subprocess.run(
        [sys.executable, "-m", "deployments.cli", *arguments, "--store", str(tmp_path / "store")],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )


def test_run_refuses_a_missing_source_before_it_starts_anything(tmp_path: Path) -> None:
    sources = '[{"kind":"directory","path":"/nonexistent"}]'
    done = opencoder(tmp_path, "run", "tiny", "--set", f"collect.sources={sources}")
    assert done.returncode == 1
    assert done.stderr.strip() == "collect.sources[0]: collect.sources[0].path: /nonexistent does not exist"
    assert list(tmp_path.rglob("*.db")) == [], "no server was started"


def test_a_flow_that_fails_ends_with_one_error_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.py").write_bytes(bytes(100))
    source = f'[{{"kind":"directory","path":"{tmp_path}/input"}}]'
    done = opencoder(
        tmp_path, "run", "tiny", "--set", f"collect.sources={source}", "--set", "execution.ray.actors=0"
    )
    assert done.returncode == 1
    assert "error: none of the 1 files of collect.sources is text" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("none of the 1 files") == 1
    with closing(sqlite3.connect(tmp_path / "prefect" / "prefect.db")) as database:
        logged = [message for (message,) in database.execute("select message from log")]
    assert any("Traceback" in message and "none of the 1 files" in message for message in logged)
