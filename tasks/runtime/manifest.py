"""Manifests: the commit of an artifact, and the only cache there is.

{store}/{stage}/{fingerprint}/manifest.json      committed last, create-only
{store}/{stage}/{fingerprint}/parts/...          what it names
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pydantic import ValidationError

from models.artifact import SCHEMA_VERSION, Artifact, Manifest
from tasks.runtime.errors import ArtifactError
from tasks.runtime.fingerprint import canonical_json, content_hash
from tasks.runtime.store import Store

FILE_NAME = "manifest.json"


def folder(stage: str, fingerprint: str) -> str:
    """The artifact's folder, relative to the store."""
    return f"{stage}/{fingerprint}"


def artifact_of(store: Store, manifest: Manifest) -> Artifact:
    """The reference that stages pass on."""
    return Artifact(
        stage=manifest.stage,
        fingerprint=manifest.fingerprint,
        uri=store.uri(folder(manifest.stage, manifest.fingerprint)),
    )


def find(store: Store, stage: str, fingerprint: str) -> Manifest | None:
    """The manifest of a committed artifact, None when there is none.

    Raises ArtifactError when the file is not what was committed, or names another artifact.
    """
    path = f"{folder(stage, fingerprint)}/{FILE_NAME}"
    data = store.read_if_exists(path)
    if data is None:
        return None
    uri = store.uri(path)
    try:
        values = json.loads(data)
        # Asked before the fields are: those of another version may be others.
        if isinstance(values, dict) and values.get("schema_version") != SCHEMA_VERSION:
            raise ArtifactError(
                f"{uri} has schema version {values.get('schema_version')}, this code reads {SCHEMA_VERSION}: "
                "use the version of the code that wrote it, or another store"
            )
        manifest = Manifest.model_validate(values)
    except ValueError as error:  # ValidationError is one
        raise ArtifactError(
            f"{uri} is not a readable manifest ({_in_a_line(error)}). {_mend(store, stage, fingerprint)}"
        ) from error
    if manifest.checksum != checksum(manifest) or (manifest.stage, manifest.fingerprint) != (
        stage,
        fingerprint,
    ):
        raise ArtifactError(
            f"{uri} was changed after its commit (the checksum differs). {_mend(store, stage, fingerprint)}"
        )
    return manifest


def load(store: Store, artifact: Artifact) -> Manifest:
    """The manifest of an artifact that must exist; ArtifactError when it does not."""
    manifest = find(store, artifact.stage, artifact.fingerprint)
    if manifest is None:
        raise ArtifactError(
            f"{artifact.uri} has no manifest: it was deleted or never finished; run the recipe again"
        )
    return manifest


def verify_files(store: Store, manifest: Manifest) -> None:
    """Raises ArtifactError when a file of the artifact is missing or has another size.

    One listing an artifact; contents are checked against their sha256 when they are read.
    """
    prefix = folder(manifest.stage, manifest.fingerprint)
    present = store.list_files(prefix)
    for record in [*(part.file for part in manifest.parts), *manifest.files]:
        found = present.get(f"{prefix}/{record.path}")
        if found is not None and found.size_bytes == record.size_bytes:
            continue
        state = f"has {found.size_bytes} bytes instead of {record.size_bytes}" if found else "is missing"
        raise ArtifactError(
            f"{store.uri(prefix)}/{record.path} {state}. {_mend(store, manifest.stage, manifest.fingerprint)}"
        )


def commit(store: Store, manifest: Manifest) -> Manifest:
    """The manifest that stands after this call: ours, or that of the run which was first."""
    stamped = manifest.model_copy(
        update={"created": datetime.now(UTC).isoformat(timespec="seconds"), "code_version": code_version()}
    )
    stamped = stamped.model_copy(update={"checksum": checksum(stamped)})
    path = f"{folder(manifest.stage, manifest.fingerprint)}/{FILE_NAME}"
    if store.create(path, stamped.model_dump_json(indent=1).encode()):
        return stamped
    winner = find(store, manifest.stage, manifest.fingerprint)
    if winner is None:
        raise ArtifactError(f"{store.uri(path)} was committed by another run and then deleted: run again")
    return winner


def checksum(manifest: Manifest) -> str:
    """[32 hex digits] over everything in a manifest but the checksum itself."""
    return content_hash(json.loads(canonical_json(manifest.model_dump(mode="json", exclude={"checksum"}))))


def code_version() -> str:
    """The installed version of this project."""
    return version("opencoder-recipe")


def list_manifests(store: Store, stages: list[str]) -> list[Manifest]:
    """Every committed artifact of the given stages, in order of stage and commit time."""
    found: list[Manifest] = []
    for stage in stages:
        manifests = [find(store, stage, name) for name in store.list_folders(stage)]
        found += sorted((m for m in manifests if m is not None), key=lambda m: (m.created, m.fingerprint))
    return found


def differences(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> list[str]:
    """One line for each field that differs: `seed: 1 -> 2`, nested fields by dotted path."""
    lines: list[str] = []
    for key in sorted(before.keys() | after.keys()):
        path, old, new = f"{prefix}{key}", before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            lines += differences(old, new, f"{path}.")
        elif old != new:
            lines.append(f"{path}: {json.dumps(old)} -> {json.dumps(new)}")
    return lines


def _in_a_line(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problems = ((".".join(map(str, p["loc"])), p["msg"]) for p in error.errors())
    return "; ".join(f"{path}: {message}" if path else message for path, message in problems)


def _mend(store: Store, stage: str, fingerprint: str) -> str:
    return (
        f"Delete the folder {store.uri(folder(stage, fingerprint))} and run the same command again: "
        "only this artifact is made anew, with the same bytes."
    )
