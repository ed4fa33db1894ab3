"""Tables of different columns and types as one.

JSON has no columns of one type, and files of one folder may differ. A column whose types have nothing in
common becomes text, in which what was no text stands as JSON. Texts are large_string, which no table overflows.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from tasks.runtime.errors import SourceError

NO_COMMON_TYPE = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)


def as_one_table(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all tables under the union of their columns, each of a type that fits all of its values."""
    schema = common_schema([table.schema for table in tables])
    return pa.concat_tables([with_schema(table, schema) for table in tables])


def common_schema(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """The union of the columns, in the order of their first appearance, each with a type for all its values."""
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for field in schema:
            known = fields.get(field.name)
            fields[field.name] = pa.field(field.name, _common_type(known.type if known else None, field.type))
    return pa.schema(list(fields.values()))


def with_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns and types of a `common_schema` that it was part of."""
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table[field.name]
        if column.type == field.type:
            columns.append(column)
        elif is_text(field.type) and not is_text(column.type) and not pa.types.is_null(column.type):
            columns.append(_as_json(column.to_pylist()).cast(field.type))
        else:
            columns.append(_promoted(column, field))
    return pa.table(columns, schema=schema)


def column_of(values: list[Any]) -> pa.Array:
    """The values of one field; UnicodeEncodeError where a text is no Unicode."""
    try:
        column = pa.array(values)
    except NO_COMMON_TYPE:
        return _as_json(values)
    if pa.types.is_string(column.type):
        return column.cast(pa.large_string())
    return _as_json(values) if _has_empty_struct(column.type) else column


def plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without dictionary, and its texts as large_string, which no piece can overflow."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.large_string()) if is_text(column.type) else column


def _promoted(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """The column as a wider type; unlike a cast, this fills up the fields that a struct lacks."""
    whole = pa.schema([field]).empty_table()
    try:
        tables = [whole, pa.table({field.name: column})]
        return pa.concat_tables(tables, promote_options="permissive")[field.name]
    except NO_COMMON_TYPE as error:
        raise SourceError(
            f"the column {field.name!r} holds {column.type} in one place and what needs {field.type} in "
            f"another, which does not fit all of its values: {error}"
        ) from error


def _as_json(values: Iterable[Any]) -> pa.Array:
    texts = [
        value
        if value is None or isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
        for value in values
    ]
    return pa.array(texts, pa.large_string())


def _common_type(one: pa.DataType | None, other: pa.DataType) -> pa.DataType:
    if one is None or one == other:
        return other
    if {one, other} == {pa.int64(), pa.uint64()}:  # Arrow would take int64, which large ones do not fit
        return pa.large_string()
    try:
        merged = pa.unify_schemas(
            [pa.schema([("", one)]), pa.schema([("", other)])], promote_options="permissive"
        )
    except NO_COMMON_TYPE:
        return pa.large_string()
    return merged.field(0).type


def is_text(kind: pa.DataType) -> bool:
    """Whether the type is one of the three that Arrow has for text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _has_empty_struct(kind: pa.DataType) -> bool:
    """Whether Parquet cannot hold the type: a struct of no fields, at any depth."""
    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return True
    return any(_has_empty_struct(kind.field(i).type) for i in range(kind.num_fields))
