"""A tree of files in a folder of this machine; symbolic links and devices are listed, never followed."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tasks.collect.sources.tree import VERSION_CONTROL, Found, sha256_version

_READ_WHOLE_MAX_BYTES = 1 << 20


class LocalTree:
    """A folder on this machine, or one file as the only one of its tree."""

    def __init__(self, root: str) -> None:
        self.root = root

    def is_file(self) -> bool:
        """True when the root is a file."""
        return os.path.isfile(self.root)

    def find(self, by_folder: bool = False) -> Iterator[Found]:
        """Every file below the root, links and devices too; nothing of version control."""
        if self.is_file():
            yield _found_locally("", os.stat(self.root), is_file=True)
            return
        pending = self._children("")
        while pending:
            entry, location = pending.pop()
            if entry.is_dir(follow_symlinks=False):
                try:
                    pending += self._children(f"{location}/")
                except PermissionError:
                    yield _found_locally(location, entry.stat(follow_symlinks=False), is_file=False)
            else:
                stat = entry.stat(follow_symlinks=False)
                yield _found_locally(location, stat, is_file=entry.is_file(follow_symlinks=False))

    def stat(self, location: str) -> Found:
        """One file as it is now."""
        return _found_locally(location, os.stat(self._path(location)), is_file=True)

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files directly in a folder."""
        with os.scandir(os.path.join(self.root, folder)) as entries:
            return sorted(entry.name for entry in entries if entry.is_file())

    def version(self, found: Found) -> str:
        """The hash of the bytes, read once and never held when large."""
        with open(self._path(found.location), "rb", buffering=0) as file:
            if found.size_bytes <= _READ_WHOLE_MAX_BYTES:
                return sha256_version(file.readall())
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"

    def is_version(self, location: str, content: bytes, version: str) -> bool:
        """True when the hash of the bytes is that of the version."""
        return sha256_version(content) == version

    def read(self, location: str) -> bytes:
        """The bytes of one file."""
        with open(self._path(location), "rb", buffering=0) as file:
            return file.readall()

    def read_many(self, locations: Sequence[str]) -> list[bytes]:
        """The bytes of several files, one after the other."""
        return [self.read(location) for location in locations]

    def open(self, location: str) -> BinaryIO:
        """One file, open for reading and seeking."""
        return open(self._path(location), "rb")

    def _path(self, location: str) -> str:
        return os.path.join(self.root, location) if location else self.root

    def _children(self, prefix: str) -> list[tuple[os.DirEntry[str], str]]:
        """Entries of a folder, last first; a folder sorts as if its name ended in a slash."""
        with os.scandir(os.path.join(self.root, prefix)) as entries:
            kept = [
                (entry, prefix + entry.name, entry.name + "/" * entry.is_dir(follow_symlinks=False))
                for entry in entries
                if entry.name not in VERSION_CONTROL
            ]
        return [(entry, location) for entry, location, _ in sorted(kept, key=lambda k: k[2], reverse=True)]


def _found_locally(location: str, stat: os.stat_result, is_file: bool) -> Found:
    return Found(location, stat.st_size, int(stat.st_mtime), is_file=is_file)
