"""Manifests: committed once, and every damage told by file with the way to mend it."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from models.artifact import SCHEMA_VERSION, Artifact, FileRecord, Manifest, Part
from tasks.runtime import manifest as manifests
from tasks.runtime.errors import ArtifactError
from tasks.runtime.store import Store, open_store

FINGERPRINT = "0123456789abcdef" * 2
PATH = f"stage/{FINGERPRINT}/manifest.json"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


def a_manifest(**fields: Any) -> Manifest:
    part = Part(name="documents", file=FileRecord(path="parts/0.parquet", size_bytes=3, sha256="x"), rows=1)
    values: dict[str, Any] = {
        "stage": "stage",
        "fingerprint": FINGERPRINT,
        "revision": 1,
        "config": {"seed": 1, "share": 0.25},
        "inputs": {"documents": "f" * 32},
        "parts": (part,),
        "summary": {"n_documents": 1},
        "code_version": "",
        "created": "",
    }
    return Manifest.model_validate(values | fields)


def edit(store: Store, **fields: Any) -> None:
    values = json.loads(store.read(PATH))
    store.write(PATH, json.dumps(values | fields).encode())


def test_what_was_committed_is_found(store: Store) -> None:
    committed = manifests.commit(store, a_manifest())
    assert manifests.find(store, "stage", FINGERPRINT) == committed
    assert committed.created
    assert committed.code_version == manifests.code_version()
    assert committed.checksum == manifests.checksum(committed)
    assert manifests.find(store, "stage", "f" * 32) is None


def test_the_second_to_commit_gets_the_manifest_of_the_first(store: Store) -> None:
    first = manifests.commit(store, a_manifest(timings_s={"a": 1.0}))
    second = manifests.commit(store, a_manifest(timings_s={"a": 2.0}))
    assert second == first
    assert manifests.find(store, "stage", FINGERPRINT) == first


def test_all_of_eight_racing_commits_return_the_same_manifest(store: Store) -> None:
    barrier = threading.Barrier(8)
    results: list[Manifest] = []

    def race(number: int) -> None:
        barrier.wait()
        results.append(manifests.commit(store, a_manifest(timings_s={"a": float(number)})))

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len({manifest.checksum for manifest in results}) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"summary": {"n_documents": 2}},
        {"config": {"seed": 2, "share": 0.25}},
        {"revision": 7},
        {"parts": []},
        {"checksum": "0" * 32},
        {"fingerprint": "f" * 32},
    ],
)
def test_an_edited_manifest_is_refused_by_name(store: Store, fields: dict[str, Any]) -> None:
    manifests.commit(store, a_manifest())
    edit(store, **fields)
    with pytest.raises(ArtifactError, match="was changed after its commit") as caught:
        manifests.find(store, "stage", FINGERPRINT)
    assert store.uri(PATH) in str(caught.value)
    assert f"Delete the folder {store.uri(f'stage/{FINGERPRINT}')}" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"{}"])
def test_a_file_that_is_no_manifest_is_refused_by_name(store: Store, data: bytes) -> None:
    store.write(PATH, data)
    with pytest.raises(ArtifactError) as caught:
        manifests.find(store, "stage", FINGERPRINT)
    assert store.uri(PATH) in str(caught.value)


@pytest.mark.parametrize("extra", [{}, {"field_of_the_future": 1}])
def test_another_schema_version_is_told_before_its_fields(store: Store, extra: dict[str, Any]) -> None:
    manifests.commit(store, a_manifest())
    edit(store, schema_version=SCHEMA_VERSION + 1, **extra)
    with pytest.raises(ArtifactError, match="schema version 2, this code reads 1: use the version"):
        manifests.find(store, "stage", FINGERPRINT)


def test_an_unknown_field_of_this_version_is_an_edit(store: Store) -> None:
    manifests.commit(store, a_manifest())
    edit(store, field_of_somebody=1)
    with pytest.raises(ArtifactError, match=r"not a readable manifest.*Delete the folder"):
        manifests.find(store, "stage", FINGERPRINT)


def test_a_missing_and_a_truncated_part_are_named(store: Store) -> None:
    manifest = manifests.commit(store, a_manifest())
    with pytest.raises(ArtifactError, match=r"parts/0\.parquet is missing\. Delete the folder"):
        manifests.verify_files(store, manifest)
    store.write(f"stage/{FINGERPRINT}/parts/0.parquet", b"ab")
    with pytest.raises(ArtifactError, match=r"parts/0\.parquet has 2 bytes instead of 3\. Delete"):
        manifests.verify_files(store, manifest)
    store.write(f"stage/{FINGERPRINT}/parts/0.parquet", b"abc")
    manifests.verify_files(store, manifest)


def test_an_artifact_without_a_manifest_cannot_be_loaded(store: Store) -> None:
    artifact = Artifact(stage="stage", fingerprint=FINGERPRINT, uri=store.uri(f"stage/{FINGERPRINT}"))
    with pytest.raises(ArtifactError, match=r"has no manifest.*run the recipe again"):
        manifests.load(store, artifact)


def test_differences_are_told_by_dotted_path() -> None:
    before = {"a": {"seed": 1, "same": [1]}, "gone": True, "x": {"y": 1}}
    after = {"a": {"seed": 2, "same": [1]}, "new": None, "x": 3}
    assert manifests.differences(before, after) == [
        "a.seed: 1 -> 2",
        "gone: true -> null",
        'x: {"y": 1} -> 3',
    ]
    assert manifests.differences(after, after) == []
