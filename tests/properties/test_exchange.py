"""Laws of the exchange: a bucket holds exactly its rows, in order, whatever the shards."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.runtime.shards import Shard, bucket_refs, read_table, read_tables
from tasks.runtime.store import open_store

SCHEMA = pa.schema([("key", pa.int64()), ("text", pa.string())])
Rows = list[tuple[int, str]]


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[int, list[Rows]]:
    """A number of buckets, and the rows (bucket, text) of each shard; shards may be empty."""
    n_buckets = draw(st.integers(1, 9))
    row = st.tuples(st.integers(0, n_buckets - 1), st.text("añ本 ", max_size=6))
    return n_buckets, draw(st.lists(st.lists(row, max_size=20), min_size=1, max_size=4))


def exchanged(folder: str, n_buckets: int, shards: list[Rows]) -> list[Shard]:
    store = open_store(folder)
    done = []
    for index, rows in enumerate(shards):
        shard = Shard(store, "stage/0", "phase", index, {}, {})
        keys = np.array([key for key, _ in rows], dtype=np.int64)
        table = pa.table([pa.array(keys), pa.array([text for _, text in rows], pa.string())], schema=SCHEMA)
        shard.exchange("rows", table, keys, n_buckets)
        done.append(shard)
    return done


@settings(max_examples=60)
@given(exchanges())
def test_each_bucket_holds_its_rows_in_the_order_of_shards_and_rows(drawn: tuple[int, list[Rows]]) -> None:
    n_buckets, shards = drawn
    with TemporaryDirectory() as folder:
        done = exchanged(folder, n_buckets, shards)
        refs = bucket_refs("stage", "0", [part for shard in done for part in shard.parts])
        assert len(refs) == n_buckets
        for bucket, pieces in enumerate(refs):
            expected = [(key, text) for rows in shards for key, text in rows if key == bucket]
            table = read_tables(done[0].store, pieces)
            found = [] if table is None else list(zip(*table.to_pydict().values(), strict=True))
            assert found == expected
            assert sum(ref.rows for ref in pieces) == len(expected)


@settings(max_examples=30)
@given(exchanges())
def test_pieces_fill_their_file_without_gap_or_overlap(drawn: tuple[int, list[Rows]]) -> None:
    n_buckets, shards = drawn
    with TemporaryDirectory() as folder:
        for shard, rows in zip(exchanged(folder, n_buckets, shards), shards, strict=True):
            (part,) = shard.parts
            assert part.rows == len(rows) == sum(piece.rows for piece in part.buckets)
            end = 0
            for piece in part.buckets:
                assert piece.offset == end
                end += piece.size_bytes
            assert end == part.file.size_bytes == Path(folder, "stage/0", part.file.path).stat().st_size


@settings(max_examples=20)
@given(exchanges())
def test_an_exchange_repeated_gives_the_same_bytes(drawn: tuple[int, list[Rows]]) -> None:
    n_buckets, shards = drawn
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        one, two = (exchanged(folder, n_buckets, shards) for folder in (first, second))
        assert [shard.parts for shard in one] == [shard.parts for shard in two]


@settings(max_examples=30)
@given(exchanges(), st.data())
def test_columns_of_a_bucket_are_the_columns_of_its_rows(
    drawn: tuple[int, list[Rows]], data: st.DataObject
) -> None:
    n_buckets, shards = drawn
    columns = data.draw(st.permutations(SCHEMA.names))[: data.draw(st.integers(1, 2))]
    with TemporaryDirectory() as folder:
        done = exchanged(folder, n_buckets, shards)
        for pieces in bucket_refs("stage", "0", [part for shard in done for part in shard.parts]):
            for ref in pieces:
                whole = read_table(done[0].store, ref)
                assert read_table(done[0].store, ref, columns).equals(whole.select(columns))
