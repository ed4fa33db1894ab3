"""A tree of files in an object store, or in any other file system that fsspec opens."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, cast

from tasks.collect.sources.tree import VERSION_CONTROL, Found, sha256_version

_TIME_KEYS = ("LastModified", "last_modified", "updated", "mtime", "created")
_ETAG_KEYS = ("ETag", "etag")


class RemoteTree:
    """A prefix in an object store, or any other file system that fsspec opens."""

    def __init__(self, fs: Any, root: str) -> None:  # noqa: ANN401
        self.fs = fs
        self.root = root

    def is_file(self) -> bool:
        """True when the root is an object."""
        return bool(self.fs.isfile(self.root))

    def find(self, by_folder: bool = False) -> Iterator[Found]:
        """Every object below the root; nothing of version control."""
        if self.is_file():
            yield _found_remotely("", self.fs.info(self.root))
            return
        for prefix in self._prefixes() if by_folder else [self.root]:
            infos = self.fs.find(prefix, detail=True)
            for path, info in sorted(infos.items()):
                location = path[len(self.root) :].lstrip("/")
                if not VERSION_CONTROL.intersection(location.split("/")) and not location.endswith("/"):
                    yield _found_remotely(location, info)

    def stat(self, location: str) -> Found:
        """One object as it is now."""
        return _found_remotely(location, self.fs.info(self._path(location)))

    def names(self, folder: str) -> list[str]:
        """Sorted names of the objects directly under a prefix."""
        infos = self.fs.ls(self._path(folder), detail=True)
        return sorted(i["name"].rsplit("/", 1)[-1] for i in infos if i["type"] == "file")

    def version(self, found: Found) -> str:
        """The entity tag, or the hash of the bytes where the store gives no tags."""
        return f"etag:{found.etag}" if found.etag else sha256_version(self.read(found.location))

    def is_version(self, location: str, content: bytes, version: str) -> bool:
        """True when the bytes are those of the version.

        The tag of an object put in one piece is the MD5 of its bytes; any other tag is asked for again.
        """
        kind, _, tag = version.partition(":")
        if kind == "sha256":
            return sha256_version(content) == version
        if hashlib.md5(content, usedforsecurity=False).hexdigest() == tag:
            return True
        return self.stat(location).etag == tag

    def read(self, location: str) -> bytes:
        """The bytes of one object."""
        return bytes(self.fs.cat_file(self._path(location)))

    def read_many(self, locations: Sequence[str]) -> list[bytes]:
        """The bytes of several objects, fetched at once."""
        paths = [self._path(location) for location in locations]
        contents = self.fs.cat(paths) if len(paths) > 1 else {path: self.fs.cat_file(path) for path in paths}
        return [bytes(contents[path]) for path in paths]

    def open(self, location: str) -> BinaryIO:
        """One object, open for reading and seeking."""
        return cast(BinaryIO, self.fs.open(self._path(location), "rb"))

    def _path(self, location: str) -> str:
        return f"{self.root}/{location}" if location else self.root

    def _prefixes(self) -> list[str]:
        infos = self.fs.ls(self.root, detail=True)
        return sorted(
            (info["name"] for info in infos if info["name"].rstrip("/") != self.root),
            key={i["name"]: i["name"] + "/" * (i["type"] == "directory") for i in infos}.__getitem__,
        )


def _found_remotely(location: str, info: Mapping[str, Any]) -> Found:
    return Found(location, int(info["size"] or 0), _modified(info), etag=_etag(info))


def _etag(info: Mapping[str, Any]) -> str | None:
    tags = (info[key] for key in _ETAG_KEYS if info.get(key))
    return next((str(tag).strip('"') for tag in tags), None)


def _modified(info: Mapping[str, Any]) -> int | None:
    for key in _TIME_KEYS:
        value = info.get(key)
        if isinstance(value, datetime):
            return int(value.timestamp())
        if isinstance(value, int | float):
            return int(value)
    return None
