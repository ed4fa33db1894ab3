"""The artifact store: a folder or any fsspec URL, read and written in whole files.

Two ways to write. `write` may overwrite and is used for names that hold a content hash, so that a
second writer puts the same bytes. `create` never overwrites: exactly one of any number of writers
wins, and the losers use the winner's bytes. Everything that commits work goes through `create`.
"""

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
from botocore.exceptions import BotoCoreError

from tasks.runtime.errors import StoreError

FAILURES = (OSError, BotoCoreError)
"""What a store fails with: s3fs lets botocore's errors through where there was no answer at all."""

LOST_RACE_CODES = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as a listing tells it."""

    size_bytes: int
    modified: float
    """Seconds since 1970 UTC; 0 where the store does not say."""


class Store:
    """An object store behind fsspec. Paths are relative to the root, with forward slashes.

    Instances hold a live file system and must not cross process borders: send `url`, call `open_store`.
    """

    def __init__(self, url: str) -> None:
        """Connects lazily: nothing is read or written before the first call."""
        self.url = url.rstrip("/")
        options: dict[str, Any] = {"use_listings_cache": False} if urlsplit(url).scheme == "s3" else {}
        self.fs, self.root = fsspec.core.url_to_fs(self.url, **options)

    def full_path(self, path: str) -> str:
        """The path as the file system knows it."""
        return f"{self.root}/{path}"

    def uri(self, path: str) -> str:
        """The path as a person would write it."""
        return f"{self.url}/{path}"

    def read(self, path: str, offset: int = 0, size_bytes: int | None = None) -> bytes:
        """The bytes of a file, or of a range of it; FileNotFoundError when there is no such file."""
        end = None if size_bytes is None else offset + size_bytes
        try:
            if offset == 0 and end is None:
                data = self.fs.cat_file(self.full_path(path))
            else:
                data = self.fs.cat_file(self.full_path(path), start=offset, end=end)
        except FileNotFoundError:
            raise
        except FAILURES as error:
            raise StoreError(f"cannot read {self.uri(path)}: {error}") from error
        return bytes(data)

    def read_if_exists(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is none; asks by reading, never by listing."""
        try:
            return self.read(path)
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        """Puts a file whole or not at all; an existing file is replaced."""
        try:
            self.fs.pipe_file(self.full_path(path), data)
        except FAILURES as error:
            raise self._write_error(path, error) from error

    def create(self, path: str, data: bytes) -> bool:
        """True when this call made the file, False when it was there already (its bytes are untouched)."""
        try:
            self.fs.pipe_file(self.full_path(path), data, mode="create")
        except FileExistsError:
            return False
        except FAILURES as error:
            # Real S3 servers answer a lost race with an error that s3fs does not turn into
            # FileExistsError: only the error code of the cause tells it from a failure.
            if _error_code(error) in LOST_RACE_CODES:
                return False
            raise self._write_error(path, error) from error
        return True

    def list_files(self, prefix: str) -> dict[str, StoredFile]:
        """Path -> what the store says of every file below a folder; empty when there is none."""
        try:
            found = self.fs.find(self.full_path(prefix), detail=True)
        except FileNotFoundError:
            return {}
        except FAILURES as error:
            raise StoreError(f"cannot list {self.uri(prefix)}: {error}") from error
        cut = len(self.root) + 1
        return {
            name[cut:]: StoredFile(int(info["size"]), _modified(info)) for name, info in sorted(found.items())
        }

    def list_folders(self, prefix: str = "") -> list[str]:
        """Names of the folders directly below a folder, sorted."""
        try:
            entries = self.fs.ls(self.full_path(prefix).rstrip("/"), detail=True, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except FAILURES as error:
            raise StoreError(f"cannot list {self.uri(prefix)}: {error}") from error
        return sorted(e["name"].rstrip("/").rsplit("/", 1)[-1] for e in entries if e["type"] == "directory")

    def delete(self, path: str) -> None:
        """Removes a file; no error when it is gone already."""
        with self._deleting(path):
            self.fs.rm_file(self.full_path(path))

    def delete_folder(self, prefix: str) -> None:
        """Removes a folder and everything below it."""
        with self._deleting(prefix):
            self.fs.rm(self.full_path(prefix), recursive=True)

    def check(self) -> None:
        """Proves that the store can be written and honours create-only writes; StoreError otherwise.

        A store that ignores the condition would let two runs overwrite each other's commits.
        """
        path = f".probe/{uuid.uuid4().hex}"
        try:
            first = self.create(path, b"first")
            second = self.create(path, b"second")
            kept = self.read(path)
        except FileNotFoundError as error:
            raise StoreError(f"the store {self.url} does not exist: {error}") from error
        finally:
            with contextlib.suppress(StoreError):
                self.delete(path)
        if not first or second or kept != b"first":
            raise StoreError(
                f"the store {self.url} ignores create-only writes (If-None-Match: *), so two runs could "
                "overwrite each other: use an S3 server with conditional writes, on an unversioned bucket"
            )

    @contextlib.contextmanager
    def _deleting(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            pass
        except FAILURES as error:
            raise StoreError(f"cannot delete {self.uri(path)}: {error}") from error

    def _write_error(self, path: str, error: OSError | BotoCoreError) -> StoreError:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreError(
                f"no space left while writing {self.uri(path)}: free some (`opencoder gc`) "
                "and run the same command again; finished shards are kept"
            )
        return StoreError(f"cannot write {self.uri(path)}: {error}")


class LocalStore(Store):
    """A folder on this machine, with writes that survive a crash whole or leave nothing."""

    def write(self, path: str, data: bytes) -> None:
        """Puts a file whole or not at all, by renaming a finished temporary file."""
        try:
            temporary = self._write_temporary(path, data)
            os.replace(temporary, self.full_path(path))
        except OSError as error:
            raise self._write_error(path, error) from error

    def create(self, path: str, data: bytes) -> bool:
        """True when this call made the file; a hard link makes it appear whole and only once.

        O_EXCL alone would leave an empty commit behind when the process dies between open and write.
        """
        target = self.full_path(path)
        if os.path.exists(target):
            return False
        try:
            temporary = self._write_temporary(path, data)
            try:
                os.link(temporary, target)
            except FileExistsError:
                return False
            finally:
                os.unlink(temporary)
        except OSError as error:
            raise self._write_error(path, error) from error
        return True

    def _write_temporary(self, path: str, data: bytes) -> Path:
        target = Path(self.full_path(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return temporary


def open_store(url: str) -> Store:
    """The store at a folder or fsspec URL."""
    scheme = urlsplit(url).scheme
    if scheme in ("", "file"):
        return LocalStore(str(Path(url.removeprefix("file://")).absolute()))
    try:
        return Store(url)
    except (ValueError, ImportError) as error:
        raise StoreError(f"execution.store is {url!r}: {error}") from error


def _modified(info: Mapping[str, Any]) -> float:
    time = info.get("mtime", info.get("LastModified", info.get("created", 0)))
    return time.timestamp() if isinstance(time, datetime) else float(time)


def _error_code(error: BaseException) -> str | None:
    """The server's own error code, where the failure came from an S3 answer."""
    response = getattr(error.__cause__, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None
