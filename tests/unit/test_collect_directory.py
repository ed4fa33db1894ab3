import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from models.collect import Directory
from tasks.collect.snapshot import Entry
from tasks.collect.sources import list_entries, read_files, resolve
from tasks.runtime.errors import SourceError

MIT = b"Permission is hereby granted, free of charge, to any person obtaining a copy"
FILES = {
    "zeta/LICENSE": MIT,
    "zeta/a.py": b"print(1)\n",
    "zeta/a/inner.py": b"print(2)\n",
    "zeta/.git/config": b"[core]\n",
    "alpha/main.c": b"int main(void) { return 0; }\n",
    "alpha/data/logo.png": b"\x89PNG\x00",
    "alpha.txt": b"between alpha and zeta\n",
    "README.md": b"# Read me\n",
}
ORDER = [
    "README.md",
    "alpha.txt",
    "alpha/data/logo.png",
    "alpha/main.c",
    "zeta/LICENSE",
    "zeta/a.py",
    "zeta/a/inner.py",
]


@pytest.fixture
def local(tmp_path: Path) -> Path:
    root = tmp_path / "top"
    for name, content in reversed(FILES.items()):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture
def remote() -> Iterator[str]:
    fs = fsspec.filesystem("memory")
    for name, content in FILES.items():
        fs.pipe_file(f"/collect-test/top/{name}", content)
    yield "memory://collect-test/top"
    fs.rm("/collect-test", recursive=True)


def entries_of(path: Path | str, **fields: object) -> list[Entry]:
    source = Directory.model_validate({"path": str(path), "commit_time": "none", **fields})
    return list(list_entries(source, 0))


def test_files_come_sorted_by_path_with_the_hash_of_their_bytes(local: Path) -> None:
    entries = entries_of(local)
    assert [entry.path for entry in entries] == ORDER
    for entry in entries:
        content = FILES[entry.path]
        assert entry.version == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert (entry.size_bytes, entry.location) == (len(content), entry.path)
        assert (entry.repo, entry.source, entry.license) == ("top", "directory", None)


@pytest.mark.parametrize("repo_depth", [0, 1, 2])
def test_a_url_is_listed_like_a_folder_with_the_same_files(local: Path, remote: str, repo_depth: int) -> None:
    assert entries_of(remote, repo_depth=repo_depth) == entries_of(local, repo_depth=repo_depth)


def test_each_folder_is_a_repository_with_its_own_licence_at_depth_1(local: Path) -> None:
    entries = {entry.location: entry for entry in entries_of(local, repo_depth=1, stars=3)}
    assert (entries["zeta/a/inner.py"].repo, entries["zeta/a/inner.py"].path) == ("zeta", "a/inner.py")
    assert entries["zeta/a.py"].license == "MIT"
    assert (entries["alpha/main.c"].repo, entries["alpha/main.c"].license) == ("alpha", None)
    assert (entries["README.md"].repo, entries["README.md"].path) == ("top", "README.md")
    assert {entry.stars for entry in entries.values()} == {3}


def test_names_and_licences_of_the_config_come_first(local: Path) -> None:
    entries = {e.location: e for e in entries_of(local, repo="owner", repo_depth=1, license="ISC")}
    assert (entries["zeta/a.py"].repo, entries["README.md"].repo) == ("owner/zeta", "owner")
    assert {entry.license for entry in entries.values()} == {"ISC"}


def test_the_list_depends_on_neither_the_place_nor_the_order_of_creation(local: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "top"
    for name, content in FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)
    assert entries_of(copy) == entries_of(local)


def test_the_time_of_change_stands_for_the_commit_time(local: Path) -> None:
    for name in ORDER:
        os.utime(local / name, (1_600_000_000, 1_600_000_000.75))
    entries = list(list_entries(Directory(path=str(local)), 0))
    assert {entry.commit_time for entry in entries} == {1_600_000_000}
    assert {entry.commit_time for entry in entries_of(local)} == {None}


@pytest.mark.parametrize("place", ["local", "remote"])
def test_contents_are_read_back_in_the_order_asked_for(place: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(place)
    entries = entries_of(path)[::-1]
    raws = list(read_files(Directory(path=str(path)), entries, 1000))
    assert [raw.path for raw in raws] == ORDER[::-1]
    assert [raw.content for raw in raws] == [FILES[name] for name in ORDER[::-1]]


def test_a_file_over_the_limit_is_not_read(local: Path) -> None:
    raws = {raw.path: raw for raw in read_files(Directory(path=str(local)), entries_of(local), 10)}
    assert (raws["zeta/LICENSE"].reason, raws["zeta/LICENSE"].content) == ("too_large", b"")
    assert raws["zeta/LICENSE"].size_bytes == len(MIT)
    assert (raws["zeta/a.py"].reason, raws["zeta/a.py"].content) == (None, b"print(1)\n")


def test_links_are_listed_but_never_followed(local: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("secret = 1\n")
    (local / "to_file.py").symlink_to(tmp_path / "secret.py")
    (local / "to_folder").symlink_to(tmp_path)
    (local / "broken.py").symlink_to("nowhere")
    os.mkfifo(local / "pipe.py")
    entries = entries_of(local)
    special = [entry.path for entry in entries if entry.version == "none:not_a_file"]
    assert special == ["broken.py", "pipe.py", "to_file.py", "to_folder"]
    raws = {raw.path: raw for raw in read_files(Directory(path=str(local)), entries, 1000)}
    assert {raws[path].reason for path in special} == {"not_a_file"}
    assert not any(b"secret" in raw.content for raw in raws.values())


def test_a_name_that_is_not_utf8_is_listed_as_unreadable(local: Path) -> None:
    Path(os.fsdecode(os.fsencode(local) + b"/caf\xe9.py")).write_text("x = 1\n")
    (entry,) = [entry for entry in entries_of(local) if "caf" in entry.path]
    assert (entry.path, entry.version) == ("caf\\xe9.py", "none:unreadable")


@pytest.mark.parametrize("place", ["local", "remote"])
def test_a_file_that_changed_or_vanished_since_it_was_listed_is_an_error(
    place: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(place)
    source = Directory(path=str(path))
    entries = entries_of(path)
    fs, root = fsspec.core.url_to_fs(str(path))
    fs.pipe_file(f"{root}/zeta/a.py", b"print(9)\n")
    with pytest.raises(SourceError, match=r"zeta/a\.py changed while being read: run the same command again"):
        list(read_files(source, entries, 1000))
    fs.rm_file(f"{root}/zeta/a.py")
    with pytest.raises(SourceError, match=r"run the same command again"):
        list(read_files(source, entries, 1000))


def test_a_missing_or_empty_folder_is_an_error_that_names_the_field(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"collect\.sources\[4\]\.path: /nowhere/at/all does not exist"):
        list(list_entries(Directory(path="/nowhere/at/all"), 4))
    with pytest.raises(SourceError, match=r"collect\.sources\[0\]\.path: memory://nowhere does not exist"):
        list(list_entries(Directory(path="memory://nowhere"), 0))
    with pytest.raises(SourceError, match=r"collect\.sources\[1\]\.path: tape://x cannot be opened"):
        list(list_entries(Directory(path="tape://x"), 1))
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match=r"is a file, not a folder"):
        list(list_entries(Directory(path=str(tmp_path / "file")), 0))
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"collect\.sources\[2\] \(directory .*empty\) holds no file"):
        list(list_entries(Directory(path=str(tmp_path / "empty")), 2))


def test_a_relative_path_is_made_absolute_and_a_url_is_not(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(local.parent)
    assert resolve(Directory(path="top")) == Directory(path=str(local))
    assert resolve(Directory(path=f"file://{local}")) == Directory(path=str(local))
    assert resolve(Directory(path="s3://bucket/prefix")) == Directory(path="s3://bucket/prefix")
    assert entries_of("top") == entries_of(local)
