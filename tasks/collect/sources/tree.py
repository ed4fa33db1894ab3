"""A tree of files in a local folder or behind an fsspec URL, seen in the same way.

Paths are relative to the root, with forward slashes, and come in the order of their code points, so
that the same files are listed alike wherever they lie.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})
"""Names that are never listed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file as its folder or store lists it."""

    location: str
    size_bytes: int
    modified: int | None
    """Seconds since 1970 UTC."""
    etag: str | None = None
    is_file: bool = True
    """False for a symbolic link, a device, or a folder that cannot be listed."""


class Tree(Protocol):
    """What a source needs of a tree; every method may raise OSError."""

    def is_file(self) -> bool:
        """True when the root is one file, which is then the only one of the tree, under the name ""."""

    def find(self, by_folder: bool) -> Iterator[Found]:
        """Every file; `by_folder` lists the folders of the root one by one, to hold no more than one."""

    def stat(self, location: str) -> Found:
        """One file as it is now."""

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files directly in a folder ("" = the root)."""

    def version(self, found: Found) -> str:
        """`etag:...` where the store gives one, else `sha256:...` of the bytes."""

    def is_version(self, location: str, content: bytes, version: str) -> bool:
        """True when bytes just read from a location are those of the version."""

    def read(self, location: str) -> bytes:
        """The bytes of one file."""

    def read_many(self, locations: Sequence[str]) -> list[bytes]:
        """The bytes of several files, fetched at once where the store gains by it."""

    def open(self, location: str) -> BinaryIO:
        """One file, open for reading and seeking."""


def sha256_version(content: bytes) -> str:
    """The version of a file whose bytes are known."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
