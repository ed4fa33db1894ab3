"""The user's own files, read as tables: JSON lines (gzip or not) and Parquet, one file or a folder.

Rows are read in pieces of bounded size, in the order of the files' names, and keep every column.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from deployments.apply.tables import as_one_table, column_of, is_text, plain_column
from tasks.runtime.errors import SourceError

PARQUET = (".parquet",)
JSON_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
MAX_ROWS = 100_000
"""Of one piece, however small the rows."""

_HASH_BYTES = 1 << 20
_DAMAGED = (OSError, EOFError, zlib.error, pa.ArrowException)


@dataclass(frozen=True)
class Input:
    """What is read, and the hash that names its bytes."""

    path: str
    files: tuple[Path, ...]
    size_bytes: int
    sha256: str
    """Of the file; for a folder of the lines `SHA256  NAME` of its files, as `sha256sum` writes them."""

    @property
    def shard_bytes(self) -> int:
        """Bytes of a shard: some sixteen shards, of 4 to 32 MB; the same whatever the number of workers."""
        return min(max(self.size_bytes // 16, 4_000_000), 32_000_000)


def open_input(path: str) -> Input:
    """The files behind a path, hashed. SourceError where it is missing, unreadable or holds no table."""
    try:
        files = _list_files(Path(path))
        hashes = [_hash_file(file) for file in files]
        size_bytes = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error}") from error
    if Path(path).is_file():
        return Input(path, files, size_bytes, hashes[0])
    lines = [
        f"{digest}  {file.relative_to(path).as_posix()}\n" for digest, file in zip(hashes, files, strict=True)
    ]
    return Input(path, files, size_bytes, hashlib.sha256("".join(lines).encode()).hexdigest())


def read_shards(source: Input) -> Iterator[pa.Table]:
    """The rows in tables of about `shard_bytes`, none of them empty; every one has a text column `content`.

    Raises SourceError that names the file, and the line or row, for what cannot be read.
    """
    waiting: list[pa.Table] = []
    for file in source.files:
        for piece in _read_file(file, source.shard_bytes):
            waiting.append(piece)
            if _is_full(waiting, source.shard_bytes):
                yield as_one_table(waiting)
                waiting = []
    if waiting:
        yield as_one_table(waiting)


def _list_files(path: Path) -> tuple[Path, ...]:
    kinds = ", ".join((*JSON_LINES, *PARQUET))
    if path.is_file():
        if not path.name.endswith((*JSON_LINES, *PARQUET)):
            raise SourceError(f"{path} is none of {kinds}: rename or convert it")
        return (path,)
    if not path.is_dir():
        raise SourceError(f"{path} does not exist")
    files = [file for file in path.rglob("*") if file.name.endswith((*JSON_LINES, *PARQUET))]
    visible = [
        file
        for file in files
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not visible:
        raise SourceError(f"{path} holds no file that is one of {kinds}")
    return tuple(sorted(visible, key=lambda file: file.relative_to(path).as_posix()))


def _hash_file(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _is_full(tables: Sequence[pa.Table], shard_bytes: int) -> bool:
    n_rows = sum(table.num_rows for table in tables)
    return bool(n_rows >= MAX_ROWS or sum(table.nbytes for table in tables) >= shard_bytes)


def _read_file(file: Path, shard_bytes: int) -> Iterator[pa.Table]:
    """The pieces of one file, none of them empty."""
    try:
        if file.name.endswith(PARQUET):
            yield from _read_parquet(file, shard_bytes)
        else:
            yield from _read_json_lines(file, shard_bytes)
    except _DAMAGED as error:
        raise SourceError(f"{file} is damaged or cut short: {error}") from error


def _read_parquet(file: Path, shard_bytes: int) -> Iterator[pa.Table]:
    with pq.ParquetFile(file) as parquet:
        names = parquet.schema_arrow.names
        if "content" not in names:
            raise SourceError(f"{file} has no column `content`; it has {', '.join(names)}")
        if len(set(names)) < len(names):
            raise SourceError(f"{file} has two columns of one name among {', '.join(names)}: rename one")
        n_read = 0
        for i in range(parquet.num_row_groups):
            group = parquet.metadata.row_group(i)
            rows = max(1, min(MAX_ROWS, shard_bytes * group.num_rows // max(1, group.total_byte_size)))
            for batch in parquet.iter_batches(rows, row_groups=[i]):
                table = pa.Table.from_batches([batch]).replace_schema_metadata()
                plain = pa.table([plain_column(column) for column in table.columns], table.column_names)
                _check_content(plain["content"], file, n_read)
                n_read += plain.num_rows
                if plain.num_rows:
                    yield plain


def _check_content(content: pa.ChunkedArray, file: Path, n_before: int) -> None:
    if not is_text(content.type):
        raise SourceError(f"{file}: the column `content` is {content.type}, not text")
    if content.null_count:
        row = n_before + content.is_null().to_pylist().index(True)
        raise SourceError(f"{file}: row {row} (from 0) has no `content`")


def _read_json_lines(file: Path, shard_bytes: int) -> Iterator[pa.Table]:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    size_bytes = 0
    with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as lines:
        for number, line in enumerate(cast(Iterable[bytes], lines), start=1):
            if line.isspace():
                continue
            rows.append(_row_of_line(line, f"{file}:{number}"))
            numbers.append(number)
            size_bytes += len(line)
            if size_bytes >= shard_bytes or len(rows) >= MAX_ROWS:
                yield _table_of_rows(rows, numbers, file)
                rows, numbers, size_bytes = [], [], 0
    if rows:
        yield _table_of_rows(rows, numbers, file)


def _row_of_line(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise SourceError(f"{where} is not a JSON object with a field `content`")
    if "content" not in row:
        raise SourceError(f"{where} has no field `content`; it has {', '.join(row) or 'none'}")
    if not isinstance(row["content"], str):
        raise SourceError(f"{where}: `content` is {type(row['content']).__name__}, not text")
    return row


def _table_of_rows(rows: Sequence[dict[str, Any]], numbers: Sequence[int], file: Path) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        return pa.table({name: column_of([row.get(name) for row in rows]) for name in names})
    except UnicodeEncodeError as error:
        number = next(n for row, n in zip(rows, numbers, strict=True) if not _is_unicode(row))
        raise SourceError(
            f"{file}:{number} holds half of a surrogate pair, which is no text: give the bytes with --base64"
        ) from error


def _is_unicode(row: dict[str, Any]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
