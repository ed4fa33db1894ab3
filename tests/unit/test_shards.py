"""Tables on the store: what is read is what was written, or an error that names the file."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from models.artifact import Artifact, Manifest
from models.document import Document
from tasks.runtime import manifest as manifests
from tasks.runtime.errors import ArtifactError
from tasks.runtime.shards import (
    DOCUMENT_SCHEMA,
    ROWS_PER_BUCKET,
    Ref,
    Shard,
    bucket_of,
    bucket_of_text,
    bucket_refs,
    iter_tables,
    n_buckets_for,
    part_ref,
    read_table,
    read_tables,
    table_refs,
)
from tasks.runtime.store import Store, open_store

FINGERPRINT = "0" * 32
FOLDER = f"stage/{FINGERPRINT}"
TABLE = pa.table({"id": ["a", "b", "c"], "language": ["go", "go", "c"], "n": [1, 2, 3]})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


def shard_of(store: Store, **inputs: list[Ref]) -> Shard:
    return Shard(store, FOLDER, "phase", 7, inputs, {})


def written(store: Store) -> Ref:
    shard = shard_of(store)
    shard.write("documents", TABLE)
    return part_ref("stage", FINGERPRINT, shard.parts[0])


def test_a_table_is_read_back_whole_or_by_column(store: Store) -> None:
    ref = written(store)
    assert read_table(store, ref).equals(TABLE)
    assert read_table(store, ref, ["n"]).column_names == ["n"]
    assert ref.rows == 3
    assert ref.size_bytes == len(store.read(ref.path))


def test_the_name_of_a_part_tells_phase_shard_table_and_content(store: Store) -> None:
    ref = written(store)
    digest = hashlib.sha256(store.read(ref.path)).hexdigest()
    assert ref.path == f"{FOLDER}/parts/phase/000007.documents.{digest[:12]}.parquet"
    assert ref.sha256 == digest


def test_equal_tables_give_equal_bytes(store: Store) -> None:
    assert written(store) == written(store)


@pytest.mark.parametrize("kept_bytes", [0, 1, 100])
def test_a_truncated_file_is_named_with_its_sizes(store: Store, kept_bytes: int) -> None:
    ref = written(store)
    store.write(ref.path, store.read(ref.path)[:kept_bytes])
    with pytest.raises(
        ArtifactError, match=f"is truncated: {kept_bytes} bytes where {ref.size_bytes}"
    ) as caught:
        read_table(store, ref)
    assert store.uri(ref.path) in str(caught.value)
    assert f"Delete the folder {store.uri(FOLDER)}" in str(caught.value)


def test_one_flipped_bit_is_an_error_and_never_wrong_data(store: Store) -> None:
    ref = written(store)
    data = bytearray(store.read(ref.path))
    data[len(data) // 2] ^= 1
    store.write(ref.path, bytes(data))
    with pytest.raises(ArtifactError, match="was changed: its sha256 differs"):
        read_table(store, ref)


def test_a_missing_file_is_named(store: Store) -> None:
    ref = written(store)
    store.delete(ref.path)
    with pytest.raises(ArtifactError, match=r"\.parquet is missing\. Delete the folder"):
        read_table(store, ref)


def test_a_truncated_exchange_file_is_named_by_the_bucket_that_suffers(store: Store) -> None:
    shard = shard_of(store)
    shard.exchange("keys", TABLE, np.array([0, 1, 1]), 2)
    path = f"{FOLDER}/{shard.parts[0].file.path}"
    store.write(path, store.read(path)[:-5])
    first, second = bucket_refs("stage", FINGERPRINT, shard.parts)
    assert read_tables(store, first).num_rows == 1
    with pytest.raises(ArtifactError, match="is truncated") as caught:
        read_tables(store, second)
    assert store.uri(path) in str(caught.value)


def test_an_exchange_makes_one_file_a_shard_whatever_the_number_of_buckets(store: Store) -> None:
    shard = shard_of(store)
    shard.exchange("keys", TABLE, np.array([90, 3, 3]), 100)
    assert len(shard.parts) == 1
    pieces = shard.parts[0].buckets
    assert len(pieces) == 100
    assert [index for index, piece in enumerate(pieces) if piece.rows] == [3, 90]
    assert sum(piece.size_bytes for piece in pieces) == shard.parts[0].file.size_bytes


def test_a_shard_that_was_given_nothing_reads_an_empty_table_or_says_so(store: Store) -> None:
    shard = shard_of(store, keys=[])
    assert shard.read("keys", schema=TABLE.schema).equals(TABLE.schema.empty_table())
    with pytest.raises(ArtifactError, match="phase phase, shard 7 was given no keys"):
        shard.read("keys")


def test_tables_of_an_artifact_come_in_shard_order_and_an_unknown_name_lists_the_known(store: Store) -> None:
    parts = []
    for index in (0, 1):
        shard = Shard(store, FOLDER, "phase", index, {}, {})
        shard.write("documents", TABLE.slice(index, 1))
        parts += shard.parts
    manifests.commit(
        store,
        Manifest(
            stage="stage",
            fingerprint=FINGERPRINT,
            revision=1,
            config={},
            inputs={},
            parts=tuple(parts),
            summary={},
            code_version="",
            created="",
        ),
    )
    artifact = Artifact(stage="stage", fingerprint=FINGERPRINT, uri=store.uri(FOLDER))
    assert [table["id"].to_pylist() for table in iter_tables(store, artifact, "documents")] == [["a"], ["b"]]
    with pytest.raises(ArtifactError, match=r"holds no table 'keys'; it has \['documents'\]"):
        table_refs(store, artifact, "keys")


def test_the_number_of_buckets_grows_with_the_rows_alone() -> None:
    def refs(n: int, rows: int) -> list[Ref]:
        return [Ref("path", 1, "", rows)] * n

    assert [n_buckets_for(refs(n, 10)) for n in (1, 2, 4, 100)] == [1, 2, 4, 4]
    assert n_buckets_for(refs(10, ROWS_PER_BUCKET)) == 10
    assert n_buckets_for(refs(1, ROWS_PER_BUCKET), rows_per_document=16) == 16
    assert n_buckets_for(refs(1, 0)) == 1


def test_buckets_of_a_key_are_fixed_for_ever_and_even() -> None:
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(4000)]
    buckets = bucket_of(pa.array(digests), 8)
    assert buckets[:6].tolist() == [int(d[:8], 16) * 8 >> 32 for d in digests[:6]]
    assert np.bincount(buckets, minlength=8).min() > 400
    names = bucket_of_text(pa.chunked_array([["x", "y"], ["x"]]), 1000)
    assert names[0] == names[2] != names[1]
    assert bucket_of_text(pa.array(["x"]), 1000)[0] == names[0]


def test_the_schema_of_documents_is_the_model() -> None:
    assert DOCUMENT_SCHEMA.names == list(Document.model_fields)
