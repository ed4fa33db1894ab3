"""Tables of files that somebody else collected: Parquet, JSONL or JSONL.gz, local or behind a URL.

An entry is what can be read on its own: a row group of a Parquet file, or a whole file of JSON
lines. In a store with entity tags, listing reads footers only, so a table of any size is listed in
seconds; elsewhere an entry's version is the hash of the bytes it covers.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate, groupby
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.collect import Documents, RejectReason
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources.open_tree import open_tree
from tasks.collect.sources.tree import Found, Tree
from tasks.runtime.errors import SourceError

REQUIRED_COLUMNS = ("content", "repo", "path")
OPTIONAL_COLUMNS = ("stars", "commit_time", "license", "source")
PARQUET = (".parquet",)
JSON_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_TEXT_FIELDS = ("repo", "path", "source")
_INT64_MAX = 2**63 - 1
_BATCH_ROWS = 512
_HASH_BYTES = 1 << 20
_DAMAGED = (OSError, EOFError, zlib.error, pa.ArrowException)


def list_entries(source: Documents, index: int, field: str) -> Iterator[Entry]:
    """One entry a Parquet row group or JSONL file, sorted by path; files of other types are left out.

    Raises SourceError for a missing path, a damaged Parquet file or one without the required columns.
    """
    tree = open_tree(source.path, field)
    try:
        for file in tree.find(by_folder=False):
            name = file.location or source.path.rstrip("/").rsplit("/", 1)[-1]
            if name.endswith(PARQUET):
                found = _row_groups(tree, file, f"{field}.path: {name}")
            elif name.endswith(JSON_LINES):
                found = iter([(file.location, file.size_bytes, tree.version(file))])
            else:
                continue
            for location, size_bytes, version in found:
                yield Entry(
                    source_index=index,
                    source="documents",
                    repo="",
                    path=name,
                    location=location,
                    size_bytes=size_bytes,
                    version=version,
                    commit_time=None,
                    stars=0,
                    license=None,
                )
    except OSError as error:
        raise SourceError(f"{field}.path: {source.path} cannot be listed: {error}") from error


def read_files(source: Documents, entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """Every row of each entry, in the order of the table.

    Raises SourceError for a table that is gone, has changed, is damaged or lacks a required column.
    """
    tree = open_tree(source.path, "source")
    for path, group in groupby(entries, lambda entry: entry.path):
        where = f"{source.path}: {path}"
        try:
            read = _read_parquet if path.endswith(PARQUET) else _read_json_lines
            yield from read(tree, where, list(group), max_file_bytes)
        except _DAMAGED as error:
            raise SourceError(f"{where} cannot be read: {error}") from error


def _row_groups(tree: Tree, file: Found, where: str) -> Iterator[tuple[str, int, str]]:
    """Location, size in memory and version of each row group of a Parquet file."""
    try:
        with tree.open(file.location) as stream:
            parquet = pq.ParquetFile(stream)
            missing = [name for name in REQUIRED_COLUMNS if name not in parquet.schema_arrow.names]
            if missing:
                raise SourceError(
                    f"{where} has no column {missing[0]!r}; it has {parquet.schema_arrow.names}"
                )
            for i in range(parquet.num_row_groups):
                group = parquet.metadata.row_group(i)
                version = f"etag:{file.etag}" if file.etag else _range_version(stream, *_byte_range(group))
                yield f"{file.location}#{i}", group.total_byte_size, version
    except (pa.ArrowException, EOFError) as error:
        raise SourceError(f"{where} is not a whole Parquet file: {error}") from error


def _read_parquet(tree: Tree, where: str, entries: list[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    location = entries[0].location.rpartition("#")[0]
    etag = tree.stat(location).etag
    with tree.open(location) as stream:
        parquet = pq.ParquetFile(stream)
        columns = [name for name in REQUIRED_COLUMNS + OPTIONAL_COLUMNS if name in parquet.schema_arrow.names]
        sizes = (parquet.metadata.row_group(i).num_rows for i in range(parquet.num_row_groups))
        first_rows = list(accumulate(sizes, initial=0))
        for entry in entries:
            i = int(entry.location.rpartition("#")[2])
            if i >= parquet.num_row_groups:
                raise _changed(where)
            version = (
                f"etag:{etag}"
                if etag
                else _range_version(stream, *_byte_range(parquet.metadata.row_group(i)))
            )
            if version != entry.version:
                raise _changed(where)
            row = first_rows[i]
            for batch in parquet.iter_batches(_BATCH_ROWS, row_groups=[i], columns=columns):
                yield from _rows_of_batch(batch, where, row, max_file_bytes)
                row += batch.num_rows


def _rows_of_batch(
    batch: pa.RecordBatch, where: str, first_row: int, max_file_bytes: int
) -> Iterator[RawFile]:
    """The rows of one Arrow batch; an error names a row by its place in the file."""
    columns = [_values(name, array) for name, array in zip(batch.schema.names, batch.columns, strict=True)]
    for row, values in enumerate(zip(*columns, strict=True), start=first_row):
        fields = dict(zip(batch.schema.names, values, strict=True))
        place = f"{where}: row {row} (from 0)"
        if not isinstance(fields["content"], bytes | None):
            raise _refused(place, "content", fields["content"], "neither text nor bytes")
        yield _raw_file(fields, place, max_file_bytes)


def _values(name: str, array: pa.Array) -> list[Any]:
    """The values of a column: contents as bytes, other bytes as text where they are, times as seconds."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if name == "commit_time" and pa.types.is_timestamp(kind):
        array = pc.cast(array, pa.timestamp("s", kind.tz), safe=False).cast(pa.int64())
    elif name == "content" and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        array = array.cast(pa.large_binary())
    elif name != "content" and (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        with suppress(pa.ArrowInvalid):  # no UTF-8 somewhere: the row that holds it is refused by name
            array = array.cast(pa.large_string())
    values: list[Any] = array.to_pylist()
    return values


def _read_json_lines(tree: Tree, where: str, entries: list[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    for entry in entries:
        if tree.version(tree.stat(entry.location)) != entry.version:
            raise _changed(where)
        with tree.open(entry.location) as stream:
            lines = gzip.GzipFile(fileobj=stream) if where.endswith(".gz") else stream
            for number, line in enumerate(lines, start=1):
                if not line.isspace():
                    yield _row_of_line(line, f"{where}:{number}", max_file_bytes)


def _row_of_line(line: bytes, where: str, max_file_bytes: int) -> RawFile:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise SourceError(f"{where} is not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("content"), str | None):
        raise SourceError(f"{where} is not an object whose `content` is text")
    missing = [name for name in REQUIRED_COLUMNS if name not in row]
    if missing:
        raise SourceError(f"{where} has no field {missing[0]!r}; it has {sorted(row)}")
    if row["content"] is not None:
        # A lone surrogate is no text: it stays in as bytes that are rejected as undecodable.
        row["content"] = row["content"].encode("utf-8", "surrogatepass")
    return _raw_file(row, where, max_file_bytes)


def _raw_file(row: Mapping[str, Any], where: str, max_file_bytes: int) -> RawFile:
    """The file that a row holds; SourceError names the row and the field whose type does not fit."""
    content = row["content"]
    repo, path, source = (_text(row.get(name), where, name) for name in _TEXT_FIELDS)
    reason: RejectReason | None = None
    if content is None or repo is None or path is None:
        reason = "unreadable"
    elif len(content) > max_file_bytes:
        reason = "too_large"
    return RawFile(
        source=source or "documents",
        repo=repo or "",
        path=path or "",
        size_bytes=len(content or b""),
        commit_time=_epoch_seconds(row.get("commit_time"), where),
        stars=_stars(row.get("stars"), where),
        license=_license(row.get("license"), where),
        content=b"" if reason else content,
        reason=reason,
    )


def _text(value: object, where: str, field: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refused(where, field, value, "not text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _refused(where, field, value, "not text: it holds half of a surrogate pair") from error
    return value


def _license(value: object, where: str) -> str | None:
    """The licence as one text: those of a list all apply."""
    if not isinstance(value, list):
        return _text(value, where, "license")
    names = [name for name in (_text(item, where, "license") for item in value) if name]
    if len(names) < len(value):
        raise _refused(where, "license", value, "neither text nor a list of texts")
    if len(names) > 1:  # AND binds tighter than OR
        names = [f"({name})" if " or " in name.lower() else name for name in names]
    return " AND ".join(names) or None


def _stars(value: object, where: str) -> int:
    if value is None:
        return 0
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value != value // 1
        or not 0 <= value <= _INT64_MAX
    ):
        raise _refused(where, "stars", value, "not a whole number from 0")
    return int(value)


def _epoch_seconds(value: object, where: str) -> int | None:
    """Seconds since 1970 UTC from a number or an ISO 8601 text, which is UTC where it names no zone."""
    if value is None:
        return None
    problem = "neither seconds nor an ISO 8601 time"
    if isinstance(value, int | float):
        if isinstance(value, bool) or not abs(value) <= _INT64_MAX:  # NaN is not below anything
            raise _refused(where, "commit_time", value, problem)
        return int(value)
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise _refused(where, "commit_time", value, problem) from error
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def _refused(where: str, field: str, value: object, problem: str) -> SourceError:
    return SourceError(f"{where}: {field} {value!r:.80} is {problem}")


def _byte_range(group: pq.RowGroupMetaData) -> tuple[int, int]:
    """Start and end of a row group in its file."""
    starts, ends = [], []
    for i in range(group.num_columns):
        column = group.column(i)
        start = min(filter(None, (column.dictionary_page_offset, column.data_page_offset)))
        starts.append(start)
        ends.append(start + column.total_compressed_size)
    return min(starts), max(ends)


def _range_version(stream: BinaryIO, start: int, end: int) -> str:
    digest = hashlib.sha256()
    stream.seek(start)
    while start < end and (chunk := stream.read(min(_HASH_BYTES, end - start))):
        digest.update(chunk)
        start += len(chunk)
    return f"sha256:{digest.hexdigest()}"


def _changed(where: str) -> SourceError:
    return SourceError(f"{where} changed while being read: run the same command again")
