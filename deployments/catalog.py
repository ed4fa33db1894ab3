"""`opencoder list`, `show` and `diff`: what a store holds, for people."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from deployments.console import count, out, size
from models.artifact import Manifest
from models.recipe import RunRecord
from tasks.runtime import manifest as manifests
from tasks.runtime.errors import ConfigError
from tasks.runtime.runs import last_run, report_path
from tasks.runtime.stage import summary_rows
from tasks.runtime.store import LocalStore, Store, open_store

NOT_STAGES = frozenset({"runs", "tags", ".probe"})


def stages_of(store: Store) -> list[str]:
    """The stages that have a folder in the store."""
    return [name for name in store.list_folders() if name not in NOT_STAGES]


def run_names(store: Store) -> list[str]:
    """The names of the recorded runs, sorted."""
    paths = store.list_files("runs")
    return [path.removeprefix("runs/").removesuffix(".json") for path in paths if path.endswith(".json")]


def existing_store(url: str) -> Store:
    """The store at a URL; ConfigError for a folder that is not there, which would look like an empty store."""
    store = open_store(url)
    if isinstance(store, LocalStore) and not Path(store.root).is_dir():
        raise ConfigError(f"no store at {store.url}: give --store URL, or run a recipe first")
    return store


def show_list(store_url: str, stage: str | None) -> int:
    """Prints runs and artifacts, oldest first within a stage."""
    store = existing_store(store_url)
    if stage is None:
        runs = Table("run", "state", "finished", "stages", title="Runs", title_justify="left")
        for name in run_names(store):
            record = last_run(store, name)
            assert record is not None, "it was listed"
            runs.add_row(name, record.state, record.finished, str(len(record.stages)))
        out.print(runs)
    stages = stages_of(store)
    if stage is not None and stage not in stages:
        raise ConfigError(f"no stage {stage!r} in {store.url}; it has {', '.join(stages) or 'none'}")
    found = manifests.list_manifests(store, [stage] if stage else stages)
    table = Table("artifact", "committed", title="Artifacts", title_justify="left")
    for name in ("documents", "bytes", "files"):
        table.add_column(name, justify="right")
    for manifest in found:
        table.add_row(
            f"{manifest.stage}/{manifest.fingerprint[:12]}",
            manifest.created,
            count(manifest.summary.get("n_documents")),
            size(manifest.summary.get("size_bytes")),
            str(len(manifest.parts) + len(manifest.files)),
        )
    out.print(table)
    return 0


def show_one(store_url: str, reference: str) -> int:
    """Prints a run's stages, or an artifact's inputs, summary and config."""
    store = existing_store(store_url)
    record = last_run(store, reference)
    if record is not None:
        out.print(f"{record.name}: {record.state}, {record.started} to {record.finished}")
        for stage, fingerprint in record.stages.items():
            out.print(f"  {stage:16} {store.uri(manifests.folder(stage, fingerprint))}", soft_wrap=True)
        out.print(f"  {'report':16} {store.uri(report_path(record.name))}", soft_wrap=True)
        return 0
    manifest = find_artifact(store, reference)
    out.print(store.uri(manifests.folder(manifest.stage, manifest.fingerprint)), soft_wrap=True)
    out.print(
        f"committed {manifest.created} by version {manifest.code_version}, revision {manifest.revision}"
    )
    for name, fingerprint in manifest.inputs.items():
        out.print(f"input {name}: {fingerprint[:12]}")
    table = Table("field", "value")
    for row in summary_rows(manifest.summary):
        table.add_row(row["field"], str(row["value"]))
    out.print(table)
    out.print(json.dumps(manifest.config, indent=1, ensure_ascii=False), soft_wrap=True, markup=False)
    return 0


def show_diff(store_url: str, before: str, after: str) -> int:
    """Prints what differs in config and summary; 0 when nothing does, 1 otherwise, as `diff` does."""
    store = existing_store(store_url)
    lines = manifests.differences(_comparable(store, before), _comparable(store, after))
    for line in lines:
        out.print(line, soft_wrap=True, markup=False)
    return 1 if lines else 0


def find_artifact(store: Store, reference: str) -> Manifest:
    """The one artifact that `STAGE/DIGITS` means; ConfigError when there is none, or more than one."""
    stage, _, digits = reference.partition("/")
    names = [name for name in store.list_folders(stage) if digits and name.startswith(digits)]
    found = [m for name in names if (m := manifests.find(store, stage, name)) is not None]
    if len(found) != 1:
        known = ", ".join(run_names(store)) or "none"
        raise ConfigError(
            f"{reference!r} is no run of {store.url} (its runs: {known}) and names {len(found)} artifacts: "
            "give a run's name or STAGE/FINGERPRINT, as `opencoder list` prints them"
        )
    return found[0]


def _comparable(store: Store, reference: str) -> dict[str, Any]:
    record = last_run(store, reference)
    if record is None:
        return _of_manifest(find_artifact(store, reference))
    return {"recipe": record.recipe, "stages": _stages(store, record)}


def _stages(store: Store, record: RunRecord) -> Mapping[str, Any]:
    stages = {}
    for stage, fingerprint in record.stages.items():
        manifest = manifests.find(store, stage, fingerprint)
        stages[stage] = {"fingerprint": fingerprint} | ({"summary": manifest.summary} if manifest else {})
    return stages


def _of_manifest(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(
        mode="json", include={"stage", "fingerprint", "revision", "config", "inputs", "summary"}
    )
