"""The store: create-only, whole or nothing, and errors that name the file and say what to do."""

import errno
import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from botocore.exceptions import EndpointConnectionError
from fsspec.implementations.memory import MemoryFileSystem

from tasks.runtime import store as store_module
from tasks.runtime.errors import StoreError
from tasks.runtime.store import LocalStore, Store, open_store


class ForgetfulFileSystem(MemoryFileSystem):
    """Overwrites whatever is asked for, as object stores without conditional writes do."""

    protocol = "forgetful"
    store: dict[str, Any] = {}  # noqa: RUF012 - as in the base class

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        super().pipe_file(path, value, mode="overwrite", **kwargs)


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "local":
        yield open_store(str(tmp_path / "store"))
        return
    root = f"store-{uuid.uuid4().hex}"
    yield open_store(f"memory://{root}")
    fsspec.filesystem("memory").store.clear()


def server_error(code: str) -> OSError:
    """An S3 answer as s3fs hands it on: the code is in the cause alone."""
    cause = Exception(code)
    cause.response = {"Error": {"Code": code}}  # type: ignore[attr-defined]
    error = OSError(errno.EINVAL, "At least one of the pre-conditions you specified did not hold")
    error.__cause__ = cause
    return error


def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_create_makes_a_file_once_and_never_changes_it(store: Store) -> None:
    assert store.create("a/b.json", b"first")
    assert not store.create("a/b.json", b"second")
    assert store.read("a/b.json") == b"first"


def test_write_replaces_a_file(store: Store) -> None:
    store.write("a/b", b"first")
    store.write("a/b", b"second")
    assert store.read("a/b") == b"second"


def test_a_range_is_read_without_the_rest(store: Store) -> None:
    store.write("a", b"0123456789")
    assert store.read("a", 3, 4) == b"3456"
    assert store.read("a", 0, 2) == b"01"
    assert store.read("a", 8, 10) == b"89"


def test_a_missing_file_is_none_and_a_missing_folder_empty(store: Store) -> None:
    assert store.read_if_exists("no/such") is None
    assert store.list_files("no") == {}
    assert store.list_folders("no") == []
    store.delete("no/such")
    store.delete_folder("no")


def test_listings_give_paths_from_the_root_with_sizes(store: Store) -> None:
    store.write("stage/one/manifest.json", b"{}")
    store.write("stage/two/parts/0", b"abc")
    assert store.list_folders("stage") == ["one", "two"]
    assert {path: file.size_bytes for path, file in store.list_files("stage").items()} == {
        "stage/one/manifest.json": 2,
        "stage/two/parts/0": 3,
    }
    store.delete_folder("stage/one")
    assert store.list_files("stage/one") == {}


def test_of_16_threads_exactly_one_creates_the_file(store: Store) -> None:
    barrier = threading.Barrier(16)
    winners: list[int] = []

    def race(number: int) -> None:
        barrier.wait()
        if store.create("commit", f"{number}".encode()):
            winners.append(number)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if isinstance(store, LocalStore):  # fsspec's memory file system looks before it writes
        assert len(winners) == 1
    assert int(store.read("commit")) in winners


@pytest.mark.parametrize("method", ["write", "create"])
@pytest.mark.parametrize("call", ["fsync", "open"])
def test_no_space_left_names_the_file_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, call: str
) -> None:
    store = open_store(str(tmp_path))
    full = failing(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    if call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(store_module, "open", full, raising=False)
    with pytest.raises(
        StoreError, match=r"no space left while writing .*/a/part.*opencoder gc.*same command"
    ):
        getattr(store, method)("a/part", b"bytes")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    assert store.create("a/part", b"bytes")


def test_a_full_quota_is_told_like_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(OSError(errno.EDQUOT, "Disk quota exceeded")))
    with pytest.raises(StoreError, match="no space left"):
        open_store(str(tmp_path)).write("part", b"bytes")


def test_a_write_that_dies_halfway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(str(tmp_path))
    store.write("name", b"old")
    monkeypatch.setattr(os, "fsync", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        store.write("name", b"new")
    assert store.read("name") == b"old"
    with pytest.raises(KeyboardInterrupt):
        store.create("commit", b"new")
    assert store.read_if_exists("commit") is None


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_a_race_lost_on_a_real_s3_server_is_told_by_the_code_of_the_cause(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    store = open_store("memory://lost")
    monkeypatch.setattr(store.fs, "pipe_file", failing(server_error(code)))
    assert not store.create("commit", b"ours")


def test_another_server_error_is_no_lost_race(monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("memory://denied")
    monkeypatch.setattr(store.fs, "pipe_file", failing(server_error("AccessDenied")))
    with pytest.raises(StoreError, match="cannot write memory://denied/commit"):
        store.create("commit", b"ours")


def test_a_store_that_ignores_the_condition_is_refused() -> None:
    fsspec.register_implementation("forgetful", ForgetfulFileSystem, clobber=True)
    with pytest.raises(StoreError, match=r"ignores create-only writes .*If-None-Match"):
        open_store("forgetful://bucket").check()
    assert ForgetfulFileSystem.store == {}, "the probe is removed"


def test_check_accepts_a_good_store_and_leaves_no_file(store: Store) -> None:
    store.check()
    assert store.list_files("") == {}


def test_a_store_that_nobody_answers_for_fails_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("memory://away")
    for name in ("pipe_file", "cat_file", "find", "ls", "rm_file"):
        monkeypatch.setattr(store.fs, name, failing(EndpointConnectionError(endpoint_url="http://away")))
    for call in (
        store.check,
        lambda: store.read("a"),
        lambda: store.list_files("a"),
        lambda: store.list_folders("a"),
        lambda: store.delete("a"),
    ):
        with pytest.raises(StoreError, match="memory://away/"):
            call()


def test_a_store_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"cannot write .*/file/store"):
        open_store(str(tmp_path / "file" / "store")).check()


def test_an_unknown_scheme_names_the_field() -> None:
    with pytest.raises(StoreError, match=r"execution\.store is 'gopher://x'"):
        open_store("gopher://x")


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("artifacts")
    assert store.url == str(tmp_path / "artifacts")
    assert open_store(f"file://{tmp_path}/artifacts").url == store.url
