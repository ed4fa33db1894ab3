"""One revision of a local git repository, read straight from its object store.

A blob id is the hash of the content, so nothing can change between listing and reading. Git runs
without hooks, filters, pagers or network, and the working tree is never looked at.
"""

import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import urlsplit

from models.collect import GitCheckout
from tasks.collect.license import is_license_file, license_of_text
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources.git_process import blob_reader, run_git, start_git
from tasks.collect.sources.open_tree import local_path
from tasks.runtime.errors import SourceError

LICENSE_MAX_BYTES = 200_000
_COMMIT_MARK = b"\x01"
_FILE_MODES = frozenset({b"100644", b"100755", b"100664"})


class TreeFile(NamedTuple):
    """One line of `git ls-tree`."""

    mode: bytes
    object_id: str
    size_bytes: int
    path: bytes


def list_entries(source: GitCheckout, index: int, field: str) -> Iterator[Entry]:
    """One entry a path of the revision, in git's order; SourceError without git, repository or revision."""
    path = local_path(source.path)
    if not os.path.isdir(path):
        raise SourceError(f"{field}.path: {source.path} does not exist or is not a folder")
    commit = _commit_of(path, source.revision, field)
    repo = source.repo or _name_of_remote(path) or posixpath.basename(os.path.abspath(path).rstrip("/"))
    times = _commit_times(path, commit)
    files = _tree_files(path, commit)
    license_id = source.license or _license_of(path, files)
    for file in files:
        is_file = file.mode in _FILE_MODES
        yield Entry(
            source_index=index,
            source="git",
            repo=repo,
            path=file.path.decode("utf-8", "backslashreplace"),
            location=file.object_id,
            size_bytes=file.size_bytes,
            version=f"git:{file.object_id}" if is_file else "none:not_a_file",
            commit_time=times.get(file.path),
            stars=source.stars,
            license=license_id,
        )


def read_files(source: GitCheckout, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """The file of each entry, in order; SourceError when the repository lacks a blob."""
    path = local_path(source.path)
    with blob_reader(path) as blobs:
        for entry in entries:
            reason = entry.skip_reason(max_file_bytes)
            content = b"" if reason else blobs.read(entry.location)
            yield RawFile.of(entry, content, reason)


def repo_of_remote(url: str) -> str:
    """The path of a remote's URL without `.git`: `owner/name` for the usual hosts; never credentials."""
    if "://" in url:
        path = urlsplit(url).path
    elif ":" in url.split("/", 1)[0]:
        path = url.split(":", 1)[1]  # user@host:owner/name.git
    else:
        path = posixpath.basename(url.rstrip("/"))  # a folder of this machine: only its name is of use
    return path.strip("/").removesuffix(".git")


def _commit_of(path: str, revision: str, field: str) -> str:
    status, output, message = run_git(
        path, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
    )
    if status != 0:
        raise SourceError(f"{field}: {path} is not a git repository with a revision {revision!r}: {message}")
    return os.fsdecode(output).strip()


def _tree_files(path: str, commit: str) -> list[TreeFile]:
    files = []
    status, listing, message = run_git(path, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)
    if status != 0:
        raise SourceError(f"{path}: git ls-tree failed: {message}")
    for line in listing.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, object_id, size = about.split()
        files.append(TreeFile(mode, object_id.decode(), 0 if size == b"-" else int(size), name))
    return files


def _commit_times(path: str, commit: str) -> dict[bytes, int]:
    """Path -> time of the latest commit that changed it, of all in the revision's history, in one pass."""
    times: dict[bytes, int] = {}
    log = ("log", "-z", f"--format=%x{_COMMIT_MARK.hex()}%ct", "--name-only", "--no-renames")
    safe = ("--no-ext-diff", "--no-textconv", "--no-show-signature", "--root")
    with start_git(path, *log, *safe, commit, "--") as process:
        commit_time = 0
        for token in _tokens(cast(BinaryIO, process.stdout)):
            name = token.lstrip(b"\n")
            if name.startswith(_COMMIT_MARK) and name[1:].isdigit():
                commit_time = int(name[1:])
            elif name and commit_time > times.get(name, -1):
                times[name] = commit_time
    if process.returncode != 0:
        raise SourceError(f"{path}: git log failed: check the repository with `git fsck`")
    return times


def _tokens(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces of a stream between NUL bytes."""
    rest = b""
    while chunk := stream.read(1 << 20):
        *tokens, rest = (rest + chunk).split(b"\0")
        yield from tokens
    if rest:
        yield rest


def _license_of(path: str, files: Sequence[TreeFile]) -> str | None:
    names = [f for f in files if b"/" not in f.path and f.mode in _FILE_MODES]
    with blob_reader(path) as blobs:
        for file in names:
            if is_license_file(file.path.decode("utf-8", "replace")) and file.size_bytes < LICENSE_MAX_BYTES:
                content = blobs.read(file.object_id)
                license_id = license_of_text(content.decode("utf-8", "replace"))
                if license_id is not None:
                    return license_id
    return None


def _name_of_remote(path: str) -> str | None:
    _, url, _ = run_git(path, "config", "--get", "remote.origin.url")
    return repo_of_remote(os.fsdecode(url.strip())) or None
