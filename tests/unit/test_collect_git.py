import os
import subprocess
from pathlib import Path

import pytest

from models.collect import GitCheckout
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources import list_entries, read_files
from tasks.collect.sources.git import repo_of_remote
from tasks.runtime.errors import SourceError

MIT = "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
DAY = 86_400
START = 1_600_000_000


def git(folder: Path, *arguments: str, when: int = START) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    date = f"{when} +0000"
    environment = {
        **os.environ,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits a day apart on main: a first state, a change, a merge of a side branch."""
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "LICENSE").write_text(MIT)
    (folder / "src" / "main.py").write_text("print(1)\n")
    (folder / "na me\n.txt").write_bytes("caf\u00e9\n".encode())
    (folder / "crlf.py").write_bytes(b"x = 1\r\n\x00")
    (folder / "link.py").symlink_to("src/main.py")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "src" / "main.py").write_text("print(2)\n")
    git(folder, "commit", "-q", "-a", "-m", "second", when=START + DAY)
    git(folder, "checkout", "-q", "-b", "side", "HEAD~1")
    (folder / "side.py").write_text("side = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "side", when=START + 2 * DAY)
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "-m", "merge", "side", when=START + 3 * DAY)
    return folder


def entries_of(path: Path, **fields: object) -> dict[str, Entry]:
    source = GitCheckout.model_validate({"path": str(path), **fields})
    return {entry.path: entry for entry in list_entries(source, 0)}


def read(path: Path, entries: dict[str, Entry], max_file_bytes: int = 1000) -> dict[str, RawFile]:
    source = GitCheckout(path=str(path))
    return {raw.path: raw for raw in read_files(source, entries.values(), max_file_bytes)}


def test_every_path_of_the_revision_is_listed_with_its_blob_and_licence(repository: Path) -> None:
    entries = entries_of(repository, stars=5)
    assert list(entries) == ["LICENSE", "crlf.py", "link.py", "na me\n.txt", "side.py", "src/main.py"]
    blob = git(repository, "rev-parse", "HEAD:src/main.py")
    assert entries["src/main.py"] == Entry(
        source_index=0,
        source="git",
        repo="project",
        path="src/main.py",
        location=blob,
        size_bytes=9,
        version=f"git:{blob}",
        commit_time=START + DAY,
        stars=5,
        license="MIT",
    )


def test_the_commit_time_is_that_of_the_last_change_of_the_path(repository: Path) -> None:
    times = {path: entry.commit_time for path, entry in entries_of(repository).items()}
    assert times["LICENSE"] == START
    assert times["na me\n.txt"] == START
    assert times["src/main.py"] == START + DAY
    assert times["side.py"] == START + 2 * DAY


def test_contents_come_from_the_revision_and_not_from_the_working_tree(repository: Path) -> None:
    entries = entries_of(repository)
    (repository / "src" / "main.py").write_text("print('not committed')\n")
    (repository / "untracked.py").write_text("x = 1\n")
    raws = read(repository, entries)
    assert raws["src/main.py"].content == b"print(2)\n"
    assert raws["crlf.py"].content == b"x = 1\r\n\x00"
    assert raws["na me\n.txt"].content == "café\n".encode()
    assert entries_of(repository) == entries


def test_an_older_revision_is_collected_as_it_was(repository: Path) -> None:
    entries = entries_of(repository, revision="HEAD~1")
    assert "side.py" not in entries
    assert entries_of(repository, revision=git(repository, "rev-parse", "HEAD~1")) == entries


def test_links_and_submodules_are_listed_but_not_read(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},vendored.py")
    git(repository, "commit", "-q", "-m", "submodule", when=START + 4 * DAY)
    raws = read(repository, entries_of(repository))
    assert {path for path, raw in raws.items() if raw.reason == "not_a_file"} == {"link.py", "vendored.py"}
    assert raws["link.py"].content == b""


def test_a_file_over_the_limit_is_not_read(repository: Path) -> None:
    raws = read(repository, entries_of(repository), max_file_bytes=9)
    assert (raws["LICENSE"].reason, raws["LICENSE"].size_bytes) == ("too_large", len(MIT))
    assert raws["src/main.py"].content == b"print(2)\n"


def test_a_bare_clone_gives_the_same_list_under_the_name_of_its_remote(
    repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "mirror.git")
    mirror = entries_of(tmp_path / "mirror.git")
    assert mirror == entries_of(repository)
    assert {entry.repo for entry in mirror.values()} == {"project"}
    assert {entry.repo for entry in entries_of(repository, repo="owner/name").values()} == {"owner/name"}


@pytest.mark.parametrize(
    ("url", "repo"),
    [
        ("https://github.com/owner/name.git", "owner/name"),
        ("https://user:secret@example.org/owner/name", "owner/name"),
        ("git@github.com:owner/name.git", "owner/name"),
        ("ssh://git@example.org:2222/group/sub/name.git/", "group/sub/name"),
        ("/srv/mirrors/name.git", "name"),
        ("../name", "name"),
        ("", ""),
    ],
)
def test_the_name_of_a_repository_is_the_path_of_its_remote(url: str, repo: str) -> None:
    assert repo_of_remote(url) == repo


def test_a_missing_blob_is_an_error(repository: Path) -> None:
    entries = entries_of(repository)
    blob = entries["src/main.py"].location
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SourceError, match=rf"project: git has no blob {blob}"):
        read(repository, entries)


def test_what_is_no_repository_is_an_error_that_names_the_path(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"collect\.sources\[0\]\.path: /nowhere does not exist"):
        entries_of(Path("/nowhere"))
    with pytest.raises(SourceError, match=r"is not a git repository with a revision 'HEAD'"):
        entries_of(tmp_path)
    # A folder inside a repository is not one itself.
    with pytest.raises(SourceError, match=r"src is not a git repository"):
        entries_of(repository / "src")
    for revision in ("no-such-branch", "--help"):
        with pytest.raises(SourceError, match=rf"revision '{revision}'"):
            entries_of(repository, revision=revision)


def test_a_missing_git_program_is_an_error(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match=r"the program git is needed"):
        entries_of(repository)


def test_variables_of_another_repository_are_ignored(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = entries_of(repository)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    assert entries_of(repository) == expected
