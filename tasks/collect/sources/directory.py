"""All files below a local folder or an object-store prefix: one repository, or a folder for each."""

import posixpath
from collections.abc import Iterable, Iterator
from itertools import groupby

from models.collect import Directory, RejectReason
from tasks.collect.license import is_license_file, license_of_text
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources.open_tree import absolute_path, open_tree
from tasks.collect.sources.tree import Found, Tree
from tasks.runtime.errors import SourceError

LICENSE_MAX_BYTES = 200_000
_FETCH_FILES = 256
_FETCH_BYTES = 64_000_000


def list_entries(source: Directory, index: int, field: str) -> Iterator[Entry]:
    """One entry a file, sorted by path; SourceError when the folder does not exist or cannot be listed."""
    tree = open_tree(source.path, field)
    own_name = source.repo or posixpath.basename(absolute_path(source.path).rstrip("/")) or source.path
    try:
        if tree.is_file():
            raise SourceError(f"{field}.path: {source.path} is a file, not a folder")
        found = tree.find(by_folder=source.repo_depth > 0)
        for folder, files in groupby(found, lambda file: _repo_folder(file.location, source.repo_depth)):
            repo = "/".join(filter(None, (source.repo, folder))) if folder else own_name
            license_id = source.license or license_of_folder(tree, folder)
            for file in files:
                version, problem = _version(tree, file)
                yield Entry(
                    source_index=index,
                    source="directory",
                    repo=repo,
                    path=_printable(file.location[len(folder) + 1 if folder else 0 :]),
                    location=_printable(file.location),
                    size_bytes=file.size_bytes,
                    version=f"none:{problem}" if problem else version,
                    commit_time=file.modified if source.commit_time == "mtime" else None,
                    stars=source.stars,
                    license=license_id,
                )
    except OSError as error:
        raise SourceError(f"{field}.path: {source.path} cannot be listed: {error}") from error


def read_files(source: Directory, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """The file of each entry, in order; SourceError when one is gone or has changed."""
    return read_from_tree(open_tree(source.path, "source"), source.path, entries, max_file_bytes)


def read_from_tree(tree: Tree, name: str, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """The file of each entry, fetched a batch at a time and checked against its version."""
    for batch in _batches(entries, max_file_bytes):
        wanted = [entry for entry in batch if entry.skip_reason(max_file_bytes) is None]
        try:
            contents = iter(tree.read_many([entry.location for entry in wanted]))
            for entry in batch:
                reason = entry.skip_reason(max_file_bytes)
                content = b"" if reason else next(contents)
                if reason is None and not tree.is_version(entry.location, content, entry.version):
                    raise SourceError(
                        f"{name}: {entry.location} changed while being read: run the same command again"
                    )
                yield RawFile.of(entry, content, reason)
        except OSError as error:
            raise SourceError(
                f"{name}: a file listed before cannot be read ({error}): run the same command again"
            ) from error


def license_of_folder(tree: Tree, folder: str) -> str | None:
    """The SPDX identifier that the licence files at the root of a repository tell; None if they do not."""
    for name in filter(is_license_file, tree.names(folder)):
        try:
            content = tree.read(f"{folder}/{name}" if folder else name)
        except PermissionError:
            continue
        license_id = license_of_text(content[:LICENSE_MAX_BYTES].decode("utf-8", "replace"))
        if license_id is not None:
            return license_id
    return None


def _repo_folder(location: str, depth: int) -> str:
    """The folder of the repository a file belongs to: its first `depth` folders, "" for files above."""
    parts = location.split("/", depth)
    return "/".join(parts[:depth]) if len(parts) > depth else ""


def _version(tree: Tree, file: Found) -> tuple[str, RejectReason | None]:
    if not file.is_file:
        return "", "not_a_file"
    if _printable(file.location) != file.location:
        return "", "unreadable"
    try:
        return tree.version(file), None
    except PermissionError:
        return "", "unreadable"


def _printable(location: str) -> str:
    """A path that UTF-8 can hold: bytes of a name that are not UTF-8 become escapes."""
    return location.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _batches(entries: Iterable[Entry], max_file_bytes: int) -> Iterator[list[Entry]]:
    """Entries in runs that are fetched, and held, at once."""
    batch: list[Entry] = []
    size_bytes = 0
    for entry in entries:
        if batch and (len(batch) == _FETCH_FILES or size_bytes + entry.size_bytes > _FETCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += 0 if entry.size_bytes > max_file_bytes else entry.size_bytes
    if batch:
        yield batch
