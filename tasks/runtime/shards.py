"""Tables on the store: the only place that knows the file formats.

A result table is a Parquet file a shard (zstd). What moves between phases is an exchange file: one
Arrow stream a bucket, packed end to end, so that N shards make N files whatever the number of
buckets, and a reader fetches just its bucket by a ranged read. Every read is checked against the
sha256 of its record, so a truncated or changed file is an error that names it, never wrong data.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from models.artifact import Artifact, FileRecord, Packed, Part
from tasks.runtime import manifest as manifests
from tasks.runtime.errors import ArtifactError
from tasks.runtime.store import Store

DOCUMENT_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("content", pa.large_string(), nullable=False),
        pa.field("content_sha256", pa.string()),
        pa.field("language", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("repo", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("stars", pa.int64(), nullable=False),
        pa.field("commit_time", pa.int64()),
        pa.field("license", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("occurrences", pa.int64(), nullable=False),
    ]
)
"""models.document.Document as Arrow columns, in its order (a test compares the two)."""

ZSTD_LEVEL = 3
"""Of result tables: 126-142 MB/s a core and 4.3 times smaller on source code."""


@dataclass(frozen=True)
class Ref:
    """Where a table is: a Parquet file, or the byte range of one bucket in an exchange file."""

    path: str
    size_bytes: int
    sha256: str
    rows: int
    offset: int | None = None


Refs = Ref | Sequence[Ref]
"""What one shard reads under one name: one table, or several that are read as one."""


def table_refs(store: Store, artifact: Artifact, name: str) -> list[Ref]:
    """The tables of an artifact under one name, in shard order; ArtifactError when it has none."""
    manifest = manifests.load(store, artifact)
    refs = [
        part_ref(artifact.stage, artifact.fingerprint, part) for part in manifest.parts if part.name == name
    ]
    if not refs:
        names = sorted({part.name for part in manifest.parts})
        raise ArtifactError(f"{artifact.uri} holds no table {name!r}; it has {names}")
    return refs


def part_ref(stage: str, fingerprint: str, part: Part) -> Ref:
    """The place of a whole part, from the root of the store."""
    path = f"{manifests.folder(stage, fingerprint)}/{part.file.path}"
    return Ref(path, part.file.size_bytes, part.file.sha256, part.rows)


def bucket_refs(stage: str, fingerprint: str, parts: Iterable[Part]) -> list[list[Ref]]:
    """For each bucket, the pieces that the shards wrote for it, in shard order; empty pieces are left out."""
    by_bucket: list[list[Ref]] = []
    for part in parts:
        path = f"{manifests.folder(stage, fingerprint)}/{part.file.path}"
        by_bucket = by_bucket or [[] for _ in part.buckets]
        for refs, piece in zip(by_bucket, part.buckets, strict=True):
            if piece.rows:
                refs.append(Ref(path, piece.size_bytes, piece.sha256, piece.rows, piece.offset))
    return by_bucket


def read_table(store: Store, ref: Ref, columns: Sequence[str] | None = None) -> pa.Table:
    """One table, verified; ArtifactError names a file that is missing, truncated or changed."""
    data = _read_verified(store, ref)
    if ref.offset is None:
        return pq.ParquetFile(io.BytesIO(data)).read(columns=None if columns is None else list(columns))
    table = pa.ipc.open_stream(pa.py_buffer(data)).read_all()
    return table if columns is None else table.select(list(columns))


def read_tables(store: Store, refs: Refs, columns: Sequence[str] | None = None) -> pa.Table | None:
    """Several tables as one, in order; None when there is none to read."""
    tables = [read_table(store, ref, columns) for ref in ([refs] if isinstance(refs, Ref) else refs)]
    return pa.concat_tables(tables) if tables else None


def iter_tables(
    store: Store, artifact: Artifact, name: str, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """The tables of an artifact one after the other, for readers outside a phase."""
    for ref in table_refs(store, artifact, name):
        yield read_table(store, ref, columns)


def bucket_of(keys: pa.Array | pa.ChunkedArray, n_buckets: int) -> npt.NDArray[np.int64]:
    """[n] int64 bucket of each hex digest by its first eight digits: even, and the same for ever."""
    prefixes = [int(key[:8], 16) for key in keys.to_pylist()]
    return np.array(prefixes, dtype=np.int64) * n_buckets >> 32


def bucket_of_text(keys: pa.Array | pa.ChunkedArray, n_buckets: int) -> npt.NDArray[np.int64]:
    """[n] int64 bucket of each text by its hash: even, and the same for ever."""
    encoded = pa.chunked_array(keys) if isinstance(keys, pa.Array) else keys
    distinct = encoded.unique().to_pylist()
    bucket = {
        text: int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) for text in distinct
    }
    return np.array([bucket[text] for text in encoded.to_pylist()], dtype=np.int64) * n_buckets >> 32


ROWS_PER_BUCKET = 2_000_000


def n_buckets_for(refs: Sequence[Ref], rows_per_document: int = 1) -> int:
    """How many buckets an exchange gets: enough that one fits a worker's memory, few for a small input.

    Depends on the input alone, never on the number of workers, so that the bytes do not either.
    """
    n_rows = sum(ref.rows for ref in refs) * rows_per_document
    return max(min(4, len(refs)), -(-n_rows // ROWS_PER_BUCKET))


@dataclass
class Shard:
    """One shard at work: reads what its phase was given, keeps what it wrote for its record."""

    store: Store
    folder: str
    phase: str
    index: int
    inputs: Mapping[str, Refs]
    params: Mapping[str, Any]
    parts: list[Part] = field(default_factory=list)

    def read(
        self, name: str, columns: Sequence[str] | None = None, schema: pa.Schema | None = None
    ) -> pa.Table:
        """The table given under a name; with `schema`, an empty table of it when nothing was given."""
        table = read_tables(self.store, self.inputs[name], columns)
        if table is None:
            if schema is None:
                raise ArtifactError(
                    f"{self.folder}: phase {self.phase}, shard {self.index} was given no {name}"
                )
            table = schema.empty_table()
        return table

    def write(self, name: str, table: pa.Table) -> None:
        """Keeps a table of the result as Parquet."""
        sink = io.BytesIO()
        pq.write_table(
            table,
            sink,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=_dictionary_columns(table),
        )
        self._put(name, "parquet", sink.getvalue(), table.num_rows, ())

    def exchange(self, name: str, table: pa.Table, buckets: npt.NDArray[np.int64], n_buckets: int) -> None:
        """Keeps rows for the next phase, each under its bucket, in the order they have here."""
        order = np.argsort(buckets, kind="stable")
        ends = np.searchsorted(buckets[order], np.arange(n_buckets), side="right")
        rows = table.take(pa.array(order)).combine_chunks()
        packed: list[Packed] = []
        blob = bytearray()
        start = 0
        for end in ends.tolist():
            piece = _arrow_stream(rows.slice(start, end - start)) if end > start else b""
            digest = hashlib.sha256(piece).hexdigest() if piece else ""
            packed.append(Packed(offset=len(blob), size_bytes=len(piece), rows=end - start, sha256=digest))
            blob += piece
            start = end
        self._put(name, "arrows", bytes(blob), table.num_rows, tuple(packed))

    def _put(self, name: str, suffix: str, data: bytes, rows: int, buckets: tuple[Packed, ...]) -> None:
        digest = hashlib.sha256(data).hexdigest()
        # The name holds the content's hash: another attempt at this shard can only put the same bytes.
        path = f"parts/{self.phase}/{self.index:06d}.{name}.{digest[:12]}.{suffix}"
        self.store.write(f"{self.folder}/{path}", data)
        record = FileRecord(path=path, size_bytes=len(data), sha256=digest)
        self.parts.append(Part(name=name, file=record, rows=rows, buckets=buckets))


def _read_verified(store: Store, ref: Ref) -> bytes:
    try:
        data = store.read(ref.path, ref.offset or 0, None if ref.offset is None else ref.size_bytes)
    except FileNotFoundError as error:
        raise ArtifactError(f"{store.uri(ref.path)} is missing. {_mend(store, ref)}") from error
    if len(data) != ref.size_bytes:
        raise ArtifactError(
            f"{store.uri(ref.path)} is truncated: {len(data)} bytes where {ref.size_bytes} were written. "
            f"{_mend(store, ref)}"
        )
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise ArtifactError(f"{store.uri(ref.path)} was changed: its sha256 differs. {_mend(store, ref)}")
    return data


def _mend(store: Store, ref: Ref) -> str:
    folder = "/".join(ref.path.split("/")[:2])
    return f"Delete the folder {store.uri(folder)} and run the same command again: what is intact is kept."


def _arrow_stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _dictionary_columns(table: pa.Table) -> list[str]:
    """Columns worth a dictionary: short repeated strings; on contents it costs time and saves nothing."""
    return [
        name
        for name in ("language", "kind", "repo", "license", "source", "reason", "rule")
        if name in table.schema.names
    ]
