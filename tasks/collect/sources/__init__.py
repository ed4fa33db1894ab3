"""Where files come from: each kind of source lists its entries and reads them back.

`list_entries` never holds contents, and its order depends on names alone. `read_files` gives each
entry's file in the order asked for, and raises SourceError when the source no longer holds what was
listed, so that a document is always what the snapshot says it is.
"""

from collections.abc import Iterable, Iterator

from botocore.exceptions import BotoCoreError

from models.collect import Directory, Documents, GitCheckout, InstalledPackages, Source
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources import directory, documents, git, installed_packages
from tasks.collect.sources.open_tree import absolute_path
from tasks.runtime.errors import SourceError


def resolve(source: Source) -> Source:
    """The source with an absolute path, so that workers in another working folder find it too."""
    if isinstance(source, InstalledPackages):
        return source
    return source.model_copy(update={"path": absolute_path(source.path)})


def list_entries(source: Source, index: int) -> Iterator[Entry]:
    """All entries of a source, in an order that depends on names alone.

    Raises SourceError, which names `collect.sources[index]`, for a source that is missing, cannot be
    listed or holds no file.
    """
    field = f"collect.sources[{index}]"
    n_entries = 0
    try:
        for n_entries, entry in enumerate(_list(source, index, field), start=1):  # noqa: B007
            yield entry
    except BotoCoreError as error:  # no credentials, no connection: s3fs lets these through
        raise SourceError(f"{field} ({describe(source)}): {error}") from error
    if n_entries == 0:
        raise SourceError(f"{field} ({describe(source)}) holds no file: correct its path or remove it")


def read_files(source: Source, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """The files of entries of this source, in order; one each, or many from a table of documents.

    A file over `max_file_bytes` is not read and comes with the reason too_large. Raises SourceError for a
    file that is gone or has changed since it was listed.
    """
    try:
        yield from _read(source, entries, max_file_bytes)
    except BotoCoreError as error:
        raise SourceError(f"{describe(source)}: {error}") from error


def describe(source: Source) -> str:
    """A source in words, for messages."""
    return source.kind if isinstance(source, InstalledPackages) else f"{source.kind} {source.path}"


def _list(source: Source, index: int, field: str) -> Iterator[Entry]:
    match source:
        case InstalledPackages():
            return installed_packages.list_entries(source, index, field)
        case Directory():
            return directory.list_entries(source, index, field)
        case GitCheckout():
            return git.list_entries(source, index, field)
        case Documents():
            return documents.list_entries(source, index, field)


def _read(source: Source, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    match source:
        case InstalledPackages():
            return installed_packages.read_files(entries, max_file_bytes)
        case Directory():
            return directory.read_files(source, entries, max_file_bytes)
        case GitCheckout():
            return git.read_files(source, entries, max_file_bytes)
        case Documents():
            return documents.read_files(source, entries, max_file_bytes)
