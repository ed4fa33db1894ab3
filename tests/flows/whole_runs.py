"""Whole runs for tests: a small input, the command line in a process of its own, hashes of the result."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from deployments.presets import load_preset
from flows.refinecode import refinecode
from models.recipe import RunRecord
from tasks.runtime import manifest as manifests
from tasks.runtime.store import Store, open_store

SMALL_INPUT: dict[str, Any] = {
    "collect.sources": [{"kind": "installed_packages", "max_files": 90, "max_bytes": 800_000}],
    "collect.shard_bytes": 80_000,
}
"""About ten shards: enough that their order could matter, few enough for seconds."""

STAGES = ("collect", "dedup_exact", "filter_signals", "filter", "dedup_fuzzy", "sample")


def environment(home: Path, **extra: str) -> dict[str, str]:
    """The environment of a run whose Prefect database lies in `home`."""
    return os.environ | {"PREFECT_HOME": str(home), "PREFECT_API_URL": ""} | extra


def run_inline(store: Path, actors: int = 0) -> dict[str, str]:
    """The chain in this process, without the Prefect engine; the hashes of all its files."""
    preset = load_preset("tiny")
    overrides = {**SMALL_INPUT, "execution.store": str(store), "execution.ray.actors": actors}
    refinecode.fn(preset.recipe, preset.execution, overrides)
    return hashes_at(str(store))


def start_run(store: str, env: dict[str, str], *more: str, actors: int = 2) -> subprocess.Popen[str]:
    """`opencoder run tiny` on the small input, started in a session of its own."""
    overrides = {**SMALL_INPUT, "execution.ray.actors": actors}
    sets = [part for path, value in overrides.items() for part in ("--set", f"{path}={json.dumps(value)}")]
    command = [sys.executable, "-m", "deployments.cli", "run", "tiny", "--store", store, *sets, *more]
    return subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def finish(process: subprocess.Popen[str], timeout_s: float = 240) -> str:
    """The output of a run that must succeed."""
    output, _ = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, output
    return output


def file_hashes(store: Store, name: str = "tiny") -> dict[str, str]:
    """Path -> sha256 of every file of every artifact of a run, computed from the bytes as they lie there."""
    record = RunRecord.model_validate_json(store.read(f"runs/{name}.json"))
    assert record.state == "completed"
    assert tuple(record.stages) == STAGES
    hashes: dict[str, str] = {}
    for stage, fingerprint in record.stages.items():
        manifest = manifests.find(store, stage, fingerprint)
        assert manifest is not None, f"{stage} has no manifest"
        for part in manifest.parts:
            path = f"{manifests.folder(stage, fingerprint)}/{part.file.path}"
            hashes[path] = hashlib.sha256(store.read(path)).hexdigest()
            assert hashes[path] == part.file.sha256, f"{path} is not what its manifest says"
    return hashes


def hashes_at(url: str) -> dict[str, str]:
    """As `file_hashes`, for a store at a URL or folder."""
    return file_hashes(open_store(url))
