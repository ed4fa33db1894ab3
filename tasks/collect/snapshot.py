"""What a source held when it was listed, and a file as it is read back.

A snapshot is the list of all entries of all sources. Its rows hold what the result depends on and
nothing of the machine: no absolute path, no time of listing, no time of installation. Its hash is
therefore the input fingerprint of collect: equal bytes give an equal snapshot anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

import pyarrow as pa

from models.collect import RejectReason


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source; for tables of documents, one row group of Parquet or one file of JSONL."""

    source_index: int
    """Place of the source in the config."""
    source: str
    """pypi, stdlib, directory, git or documents."""
    repo: str
    path: str
    """Inside the repository, with forward slashes."""
    location: str
    """How the source finds it again, relative to the source."""
    size_bytes: int
    version: str
    """`sha256:<hex>`, `etag:<tag>` or `git:<blob id>`; `none:<reason>` where there is nothing to read."""
    commit_time: int | None
    """Seconds since 1970 UTC."""
    stars: int
    license: str | None

    def skip_reason(self, max_file_bytes: int) -> RejectReason | None:
        """Why the file is not read at all, None when it is to be read."""
        kind, _, reason = self.version.partition(":")
        if kind == "none":
            return cast(RejectReason, reason)
        return "too_large" if self.size_bytes > max_file_bytes else None


SNAPSHOT_SCHEMA = pa.schema(
    [
        pa.field("source_index", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("repo", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("location", pa.string(), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("version", pa.string(), nullable=False),
        pa.field("commit_time", pa.int64()),
        pa.field("stars", pa.int64(), nullable=False),
        pa.field("license", pa.string()),
    ]
)
"""`Entry` as Arrow columns, in its order."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file with its provenance and its bytes, or with the reason why it has none."""

    source: str
    repo: str
    path: str
    size_bytes: int
    commit_time: int | None
    stars: int
    license: str | None
    content: bytes
    reason: RejectReason | None = None
    """Set when the file cannot or must not be read; `content` is then empty."""

    @classmethod
    def of(cls, entry: Entry, content: bytes, reason: RejectReason | None = None) -> "RawFile":
        """The file of an entry that stands for one file."""
        return cls(
            source=entry.source,
            repo=entry.repo,
            path=entry.path,
            size_bytes=entry.size_bytes,
            commit_time=entry.commit_time,
            stars=entry.stars,
            license=entry.license,
            content=content,
            reason=reason,
        )


def entries_to_table(entries: Iterable[Entry]) -> pa.Table:
    """[n rows] of SNAPSHOT_SCHEMA, in the order given."""
    row = attrgetter(*SNAPSHOT_SCHEMA.names)
    columns = list(zip(*map(row, entries), strict=True)) or [()] * len(SNAPSHOT_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SNAPSHOT_SCHEMA, strict=True)]
    return pa.table(arrays, schema=SNAPSHOT_SCHEMA)


def entries_from_table(table: pa.Table) -> list[Entry]:
    """The entries of a table of SNAPSHOT_SCHEMA, in its order."""
    columns = [table[name].to_pylist() for name in SNAPSHOT_SCHEMA.names]
    return [Entry(*row) for row in zip(*columns, strict=True)]
