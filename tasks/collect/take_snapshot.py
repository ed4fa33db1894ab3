"""Takes the snapshot: lists every source once and commits the list as an artifact of its own.

The list is cut into shards here, by bytes of input, so that the shards of collect, and of every stage
after it, depend on the recipe and the input alone. Listing never holds more than one shard of names.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path

import pyarrow.parquet as pq

from models.artifact import Artifact, Manifest
from models.collect import CollectConfig
from tasks.collect.snapshot import Entry, entries_to_table
from tasks.collect.sources import list_entries
from tasks.runtime import manifest as manifests
from tasks.runtime.errors import StoreError
from tasks.runtime.fingerprint import LENGTH
from tasks.runtime.shards import Shard
from tasks.runtime.store import Store

STAGE = "snapshot"
REVISION = 1
MAX_ENTRIES_PER_SHARD = 100_000
SUMMARY_FIELDS = ("n_files", "size_bytes")


def take_snapshot(config: CollectConfig, store: Store) -> Artifact:
    """The artifact `snapshot/{hash}` with the table `entries`; its hash covers every entry and the cut.

    Raises SourceError for a source that is missing, unreadable or empty.
    """
    digest = hashlib.sha256(f"{REVISION}:{config.shard_bytes}".encode())
    n_files = size_bytes = n_shards = 0
    with tempfile.TemporaryDirectory(prefix="opencoder-snapshot-") as folder:
        for n_shards, entries in enumerate(_cut(_entries(config), config.shard_bytes), start=1):
            for entry in entries:
                digest.update(repr(astuple(entry)).encode())
                size_bytes += entry.size_bytes
            n_files += len(entries)
            _keep(entries, Path(folder, f"{n_shards - 1}.parquet"))
        fingerprint = digest.hexdigest()[:LENGTH]
        manifest = manifests.find(store, STAGE, fingerprint)
        if manifest is not None:
            manifests.verify_files(store, manifest)
        else:
            summary = dict(zip(SUMMARY_FIELDS, (n_files, size_bytes), strict=True))
            manifest = _commit(store, fingerprint, Path(folder), n_shards, config, summary)
    return manifests.artifact_of(store, manifest)


def _keep(entries: list[Entry], path: Path) -> None:
    try:
        pq.write_table(entries_to_table(entries), path)
    except OSError as error:
        raise StoreError(
            f"cannot write the list of sources to {path}: {error}; set TMPDIR to a larger disk"
        ) from error


def _entries(config: CollectConfig) -> Iterator[Entry]:
    for index, source in enumerate(config.sources):
        yield from list_entries(source, index)


def _cut(entries: Iterable[Entry], shard_bytes: int) -> Iterator[list[Entry]]:
    """The entries in runs of about `shard_bytes`; a larger file makes a shard of its own."""
    run: list[Entry] = []
    run_bytes = 0
    for entry in entries:
        is_full = run_bytes + entry.size_bytes > shard_bytes or len(run) == MAX_ENTRIES_PER_SHARD
        if run and is_full:
            yield run
            run, run_bytes = [], 0
        run.append(entry)
        run_bytes += entry.size_bytes
    if run:
        yield run


def _commit(
    store: Store,
    fingerprint: str,
    folder: Path,
    n_shards: int,
    config: CollectConfig,
    summary: dict[str, int],
) -> Manifest:
    parts = []
    for index in range(n_shards):
        shard = Shard(store, manifests.folder(STAGE, fingerprint), "entries", index, {}, {})
        shard.write("entries", pq.read_table(folder / f"{index}.parquet"))
        parts += shard.parts
    return manifests.commit(
        store,
        Manifest(
            stage=STAGE,
            fingerprint=fingerprint,
            revision=REVISION,
            config=config.model_dump(mode="json"),
            inputs={},
            parts=tuple(parts),
            summary=summary,
            code_version="",
            created="",
        ),
    )
