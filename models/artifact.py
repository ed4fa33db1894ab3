"""What a stage leaves behind: an address, and the manifest that commits it."""

from typing import Any

from pydantic import Field

from models.base import Frozen

SCHEMA_VERSION = 1


class FileRecord(Frozen):
    """One file of an artifact."""

    path: str = Field(description="relative to the artifact's folder")
    size_bytes: int = Field(ge=0)
    sha256: str


class Packed(Frozen):
    """One bucket inside an exchange file: a complete Arrow stream at [offset, offset + size_bytes)."""

    offset: int
    size_bytes: int
    rows: int
    sha256: str


class Part(Frozen):
    """One finished output of one shard: a Parquet table, or an exchange file cut into buckets."""

    name: str = Field(description="what it holds: documents, rejected, keys, ...")
    file: FileRecord
    rows: int = Field(ge=0)
    buckets: tuple[Packed, ...] = Field((), description="empty for a Parquet table")


class ShardRecord(Frozen):
    """The create-only record that makes a shard finished; any attempt may use what it names."""

    phase: str
    index: int
    parts: tuple[Part, ...]
    counts: dict[str, Any] = Field({}, description="what the shard counted, folded into the summary")


class Artifact(Frozen):
    """A committed, immutable result: all that stages pass to each other."""

    stage: str
    fingerprint: str = Field(description="hash of config, inputs and revision; the address")
    uri: str = Field(description="folder: {store}/{stage}/{fingerprint}")


class Manifest(Frozen):
    """`manifest.json`: committed last and create-only, so an artifact exists exactly when this does."""

    schema_version: int = SCHEMA_VERSION
    stage: str
    fingerprint: str
    revision: int = Field(description="bumped when the stage's code gives other bytes")
    config: dict[str, Any] = Field(description="the stage's full config")
    inputs: dict[str, str] = Field(description="input stage (or `snapshot`) -> fingerprint")
    parts: tuple[Part, ...] = Field((), description="tables of the result, in shard order")
    files: tuple[FileRecord, ...] = Field((), description="files of the result that are not tables")
    summary: dict[str, Any] = Field(description="the stage's typed summary")
    code_version: str
    timings_s: dict[str, float] = Field({}, description="wall seconds by phase")
    created: str = Field(description="UTC time of the commit")
    checksum: str = Field("", description="sha256 of this manifest's canonical JSON without this field")
