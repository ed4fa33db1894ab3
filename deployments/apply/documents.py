"""The user's rows as an artifact that the data stages can read.

documents   DOCUMENT_SCHEMA; `repo` is the row's id, since the stages break ties by it and name files
            with it; for `sample` `path` is, because the hold-out goes by the user's own `repo`
input       every row as given, with its id
excluded    the rows that a filter cannot judge, and why; they are not among the documents
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from deployments.apply import columns
from deployments.apply.read_input import Input, read_shards
from models.artifact import Artifact
from models.base import StageConfig
from models.execution import Execution
from models.summary import FunnelSummary
from tasks.runtime.counts import add_counts, count_in, count_kept
from tasks.runtime.errors import SourceError
from tasks.runtime.shards import DOCUMENT_SCHEMA, Shard
from tasks.runtime.stage import Result, StageRun, run_stage

REVISION = 1
STAGE = "documents"
EXCLUDED_SCHEMA = pa.schema([("input_id", pa.string()), ("rule", pa.string())])

ApplyStage = Literal["dedup", "filter", "redact", "sample"]
SHOWN_ROWS = 5


class InputConfig(StageConfig):
    """How rows become documents."""

    stage: ApplyStage = Field(description="decides which columns are read")
    is_base64: bool = Field(description="`content` is base64 of the bytes, not text")
    shard_bytes: int = Field(ge=1, description="input bytes of a shard, as Input.shard_bytes")


class InputSummary(FunnelSummary):
    """What the input holds; excluded rows are the difference between rows in and documents."""

    is_numbered: bool = Field(description="the ids are row numbers, zero-padded inside")


def make_documents(config: InputConfig, source: Input, execution: Execution) -> Artifact:
    """The artifact of the input's bytes; SourceError names the file and line, or the row, that is wrong."""

    def build(run: StageRun[InputConfig]) -> Result:
        return _build(run, source)

    return run_stage(STAGE, REVISION, config, {}, execution, build, {"input": source.sha256})


def _build(run: StageRun[InputConfig], source: Input) -> Result:
    counts, parts = [], []
    hashes: list[npt.NDArray[np.uint64]] = []
    first_row = 0
    is_numbered: bool | None = None
    for index, rows in enumerate(read_shards(source)):
        ids = columns.given_ids(rows, first_row)
        if is_numbered not in (None, ids is None):
            raise SourceError(
                f"row {first_row} (from 0) and others before it: some have an `id` and some none"
            )
        is_numbered = ids is None
        if ids is None:
            ids = columns.numbered_ids(first_row, rows.num_rows)
        else:
            hashes.append(_hashes(ids))
        shard = Shard(run.store, f"{STAGE}/{run.fingerprint}", "input", index, {}, {})
        counts.append(_write_shard(shard, run.config, rows, ids, first_row))
        parts += shard.parts
        first_row += rows.num_rows
    if is_numbered is None:
        raise SourceError(f"{source.path} holds no rows")
    _check_unique(hashes, source)
    return Result(parts, InputSummary(**add_counts(counts), is_numbered=is_numbered))


def _write_shard(
    shard: Shard, config: InputConfig, rows: pa.Table, ids: pa.ChunkedArray, first_row: int
) -> dict[str, object]:
    documents, excluded = _documents(rows, ids, config, first_row)
    is_document = pa.array([rule is None for rule in excluded])
    kept = documents.filter(is_document) if config.stage == "filter" else documents
    shard.write("documents", kept)
    shard.write("input", with_ids(rows, ids))
    rules = pa.table([ids, pa.array(excluded, pa.string())], schema=EXCLUDED_SCHEMA)
    shard.write("excluded", rules.filter(pc.invert(is_document)))
    return {**count_in(documents), **count_kept(kept)}


def with_ids(rows: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """The rows with `input_id` first, in place of a column of that name."""
    others = [name for name in rows.column_names if name != "input_id"]
    return pa.table([ids, *(rows[name] for name in others)], ["input_id", *others])


def _documents(
    rows: pa.Table, ids: pa.ChunkedArray, config: InputConfig, first_row: int
) -> tuple[pa.Table, list[columns.Excluded | None]]:
    """The rows under DOCUMENT_SCHEMA, and for each the rule that excludes it from a filter."""
    raw, contents = _contents(rows["content"], first_row, is_base64=config.is_base64)
    paths = columns.names(rows)
    languages, kinds, excluded = columns.classes(rows, paths, raw)
    sizes = pa.array([len(content) for content in raw], pa.int64())
    unknown_times = pa.nulls(rows.num_rows, pa.int64())
    values: dict[str, object] = {
        "id": [hashlib.sha256(content).hexdigest() for content in raw],
        "content": contents,
        "content_sha256": pa.nulls(rows.num_rows, pa.string()),
        "language": languages,
        "kind": kinds,
        "repo": ids,
        "path": paths,
        "stars": columns.stars(rows) if config.stage == "dedup" else [0] * rows.num_rows,
        "commit_time": columns.commit_times(rows, first_row) if config.stage == "dedup" else unknown_times,
        "license": pa.nulls(rows.num_rows, pa.string()),
        "source": [STAGE] * rows.num_rows,
        "size_bytes": sizes,
        "occurrences": [1] * rows.num_rows,
    }
    if config.stage == "filter" and not config.is_base64:
        values["size_bytes"] = pc.coalesce(columns.sizes(rows), pa.chunked_array([sizes]))
    if config.stage == "sample":
        given = columns.texts(rows, "repo")
        values |= {
            "path": ids,
            "repo": [repo or own for repo, own in zip(given, ids.to_pylist(), strict=True)],
        }
    return pa.table(values, schema=DOCUMENT_SCHEMA), excluded


def _contents(
    column: pa.ChunkedArray, first_row: int, *, is_base64: bool
) -> tuple[Sequence[bytes], pa.ChunkedArray]:
    """The bytes of each row, and their text: bytes that are no UTF-8 become U+FFFD, nothing else is changed."""
    raw = column.cast(pa.large_binary()).to_pylist()
    if not is_base64:
        return raw, column
    decoded = list(_decoded(raw, first_row))
    texts = [content.decode("utf-8", "replace") for content in decoded]
    return decoded, pa.chunked_array([pa.array(texts, pa.large_string())])


def _decoded(encoded: Sequence[bytes], first_row: int) -> Iterator[bytes]:
    for row, text in enumerate(encoded, start=first_row):
        try:
            yield base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise SourceError(f"row {row} (from 0): `content` is not base64: {error}") from error


def _hashes(ids: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """[rows] uint64: eight bytes a row stay in memory, not the ids."""
    digests = (hashlib.blake2b(key, digest_size=8).digest() for key in ids.cast(pa.binary()).to_pylist())
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def _check_unique(hashes: Sequence[npt.NDArray[np.uint64]], source: Input) -> None:
    """Raises SourceError that names the first id found twice, with its rows."""
    if not hashes:
        return
    every = np.concatenate(hashes)
    distinct, counts = np.unique(every, return_counts=True)
    if distinct.size == every.size:
        return
    suspects = np.flatnonzero(np.isin(every, distinct[counts > 1]))
    rows_by_id: dict[str, list[int]] = {}
    for row, key in _ids_of_rows(source, suspects):
        rows_by_id.setdefault(key, []).append(row)
    for key, rows in rows_by_id.items():
        if len(rows) > 1:
            shown = ", ".join(map(str, rows[:SHOWN_ROWS])) + (", ..." if len(rows) > SHOWN_ROWS else "")
            raise SourceError(f"{source.path}: the id {key!r} is not unique: rows {shown} (from 0) have it")


def _ids_of_rows(source: Input, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, str]]:
    """The ids of some rows, sorted by row; reads the input again."""
    first_row = 0
    for rows in read_shards(source):
        here = wanted[(wanted >= first_row) & (wanted < first_row + rows.num_rows)]
        ids = columns.given_ids(rows, first_row)
        if here.size and ids is not None:
            yield from zip(here.tolist(), ids.take(pa.array(here - first_row)).to_pylist(), strict=True)
        first_row += rows.num_rows
