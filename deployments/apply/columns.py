"""The user's columns as those of a document: identity, language, kind, rank.

Every function takes a table of rows and gives one value a row. A column that is given decides, a value that
is missing in it is derived; a column of the wrong type is a SourceError that names it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, cast, get_args

import pyarrow as pa
import pyarrow.compute as pc

from models.document import Kind
from tasks.runtime.errors import SourceError
from tasks.text.languages import EXCLUDED, kind_of, language_of, language_of_shebang, load_table

ID_COLUMNS = ("id", "input_id")
"""The second is what an earlier `apply` wrote, so that an id survives a chain of them."""

NUMBER_DIGITS = 15
"""Of a row number inside, zero-padded, so that the order of texts is that of numbers."""

SPELLINGS = {"c++": "cpp", "c#": "csharp"}
"""Names of languages as GitHub writes them, where lower case alone does not make them ours."""

Excluded = Literal["unknown_language", "excluded_language"]
"""The rules that drop a file before any signal is measured."""

_FIRST_LINE_BYTES = 256
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_NO_NUMBER = re.compile(r"NaN|-?Infinity")  # as JSON writes them, null in a column of numbers too


class Classes(NamedTuple):
    """[rows] each: language and kind, and the rule that says why a row is neither code, data nor text."""

    languages: list[str]
    kinds: list[Kind]
    excluded: list[Excluded | None]


def given_ids(rows: pa.Table, first_row: int) -> pa.ChunkedArray | None:
    """[rows] string ids as the user gave them, None where there are none.

    Raises SourceError where some rows have one and others do not, or where it is neither text nor integer.
    """
    for name in ID_COLUMNS:
        if name not in rows.column_names or rows[name].null_count == rows.num_rows:
            continue
        column = rows[name]
        if not (pa.types.is_integer(column.type) or pa.types.is_large_string(column.type)):
            raise SourceError(f"the column {name!r} is {column.type}, neither text nor whole numbers")
        if column.null_count:
            row = first_row + column.is_null().to_pylist().index(True)
            raise SourceError(
                f"row {row} (from 0) has no {name!r}, but others have: give all rows one, or none"
            )
        return column.cast(pa.string())
    return None


def numbered_ids(first_row: int, n_rows: int) -> pa.ChunkedArray:
    """[rows] string, row numbers of equal width; `plain_ids` undoes the padding."""
    numbers = range(first_row, first_row + n_rows)
    return pa.chunked_array([pa.array([f"{number:0{NUMBER_DIGITS}}" for number in numbers], pa.string())])


def plain_ids(ids: pa.ChunkedArray, *, is_numbered: bool) -> pa.ChunkedArray:
    """[rows] string, the ids as the user knows them."""
    return ids.cast(pa.int64()).cast(pa.string()) if is_numbered else ids


def names(rows: pa.Table) -> list[str]:
    """[rows] what stands for the path: `path`, else `filename`, else `.ext`, else empty."""
    paths, filenames, extensions = (texts(rows, name) for name in ("path", "filename", "ext"))
    return [
        path or filename or (f".{extension.lstrip('.')}" if extension else "")
        for path, filename, extension in zip(paths, filenames, extensions, strict=True)
    ]


def classes(rows: pa.Table, paths: Sequence[str], contents: Sequence[bytes]) -> Classes:
    """Language and kind of every row, as given, else told by its name or its first line."""
    languages = _first_given(rows, ("language", "program_lang"))
    kinds = _first_given(rows, ("kind", "doc_type"))
    told = [
        _class(language, kind, path, content)
        for language, kind, path, content in zip(languages, kinds, paths, contents, strict=True)
    ]
    return Classes([t[0] for t in told], [t[1] for t in told], [t[2] for t in told])


def stars(rows: pa.Table) -> pa.ChunkedArray:
    """[rows] int64; 0 where none are given."""
    return pc.fill_null(_whole_numbers(rows, "stars"), 0)


def sizes(rows: pa.Table) -> pa.ChunkedArray:
    """[rows] int64 `size`, null where none is given."""
    return _whole_numbers(rows, "size")


def commit_times(rows: pa.Table, first_row: int) -> pa.ChunkedArray:
    """[rows] int64 seconds since 1970 UTC from numbers, times or ISO 8601 texts (UTC where they name no zone).

    A text of a number is that number, as a column of numbers and texts comes as text; so how the rows are cut
    into shards changes nothing.
    """
    if "commit_time" not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.int64())])
    column = rows["commit_time"]
    if pa.types.is_boolean(column.type):
        raise SourceError("the column 'commit_time' is bool, neither seconds nor times")
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    if pa.types.is_large_string(column.type):
        values = [_seconds(text, first_row + i) for i, text in enumerate(column.to_pylist())]
        return pa.chunked_array([pa.array(values, pa.int64())])
    return _whole_numbers(rows, "commit_time")


def texts(rows: pa.Table, name: str) -> list[str | None]:
    """[rows] the values of a text column; None where it lacks one, or where there is no such column."""
    if name not in rows.column_names:
        return [None] * rows.num_rows
    try:
        return cast(list[str | None], rows[name].cast(pa.large_string()).to_pylist())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SourceError(f"the column {name!r} is {rows[name].type}, not text: rename or drop it") from error


def _first_given(rows: pa.Table, columns: Sequence[str]) -> Iterator[str | None]:
    """[rows] the first value that is not empty, in lower case."""
    for values in zip(*(texts(rows, name) for name in columns), strict=True):
        yield next((value.lower() for value in values if value), None)


def _class(
    language: str | None, kind: str | None, path: str, content: bytes
) -> tuple[str, Kind, Excluded | None]:
    language = SPELLINGS.get(language, language) if language else _told_language(path, content)
    if kind in get_args(Kind):
        return language or "unknown", cast(Kind, kind), None
    if kind == "excluded" or (kind != "unknown" and language in EXCLUDED):
        return language or "unknown", "data", "excluded_language"
    if kind == "unknown" or language not in load_table().kinds:
        return language or "unknown", "data", "unknown_language"
    return language, kind_of(language), None


def _told_language(path: str, content: bytes) -> str | None:
    language = language_of(path)
    if language is None and content.startswith(b"#!"):
        return language_of_shebang(content[:_FIRST_LINE_BYTES].decode("utf-8", "replace"))
    return language


def _whole_numbers(rows: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.int64())])
    column = rows[name]
    if pa.types.is_floating(column.type):  # a table with gaps often holds its integers as floats
        column = pc.if_else(pc.is_finite(column), pc.trunc(column), None)
    try:
        return column.cast(pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SourceError(f"the column {name!r} is no whole number everywhere: {error}") from error


def _seconds(value: Any, row: int) -> int | None:  # noqa: ANN401
    if value is None or _NO_NUMBER.fullmatch(value):
        return None
    if _NUMBER.fullmatch(value):
        seconds = int(Decimal(value))
        if abs(seconds) < 2**63:
            return seconds
        raise SourceError(f"row {row} (from 0): commit_time {value!r} is too large for seconds")
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise SourceError(
            f"row {row} (from 0): commit_time {value!r} is neither seconds nor an ISO 8601 time"
        ) from error
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
