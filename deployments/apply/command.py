"""`opencoder apply`: one data stage on the user's own files, without a flow or a server.

    input --documents--> artifact --the recipe's stages--> artifacts --results--> OUT/*.parquet, summary.json

The artifacts live in OUT/.work, which a success removes and a failure leaves, so that the same command goes on.
"""

import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, cast, get_args

from rich.table import Table

from deployments.apply.documents import ApplyStage, InputConfig, make_documents
from deployments.apply.read_input import Input, open_input
from deployments.apply.results import Results
from deployments.apply.stages import APPLIED, NO_TRANSFORM, Applied
from deployments.apply.work import Work, open_work
from deployments.console import RunView, count, out
from flows.overrides import apply_overrides
from models.collect import CollectConfig, Documents
from models.execution import Execution, RayConfig
from models.filter import FilterConfig
from models.recipe import Recipe
from tasks.filter.rules.tables import tables_with
from tasks.runtime.errors import ConfigError, SourceError, StoreError
from tasks.runtime.events import Recorder, recording
from tasks.runtime.manifest import artifact_of
from tasks.runtime.pool import pool_session
from tasks.runtime.run_log import listening
from tasks.runtime.store import open_store


def apply(
    stage: str, input_path: str, output: str, overrides: dict[str, Any], n_workers: int, *, is_base64: bool
) -> int:
    """0 when OUT holds the results; what went wrong is raised as a RecipeError.

    `n_workers` Ray actors do the work, 0 = this process; the results are the same.
    """
    if stage not in get_args(ApplyStage):
        raise ConfigError(f"apply {stage}: no such stage; there are {', '.join(get_args(ApplyStage))}")
    if n_workers < 0:
        raise ConfigError(f"--workers {n_workers}: give 0 or more")
    name = cast(ApplyStage, stage)
    started = time.monotonic()
    recipe = configure(name, input_path, overrides)
    config = section_values(recipe, APPLIED[name])
    source = open_input(input_path)
    call = {"stage": stage, "input": source.sha256, "is_base64": is_base64, "config": config}
    work = open_work(output, call)
    try:
        results, summaries = _run(name, recipe, source, work, n_workers, is_base64=is_base64)
    except SourceError:
        work.discard()  # Another input follows, and nothing here is of use to it.
        raise
    summary = call | {
        "input": {
            "path": source.path,
            "sha256": source.sha256,
            "n_files": len(source.files),
            "size_bytes": source.size_bytes,
        },
        "rows": results.n_rows,
        "stages": summaries,
        "versions": versions(),
        "seconds": round(time.monotonic() - started, 2),
    }
    work.finish(results.n_rows, summary)
    _show(name, results, summaries["documents"]["n_documents_in"], output)
    return 0


def configure(stage: ApplyStage, input_path: str, overrides: Mapping[str, Any]) -> Recipe:
    """The recipe with the fields replaced; ConfigError for one that the stage does not read."""
    sections = APPLIED[stage].sections
    for path in overrides:
        if not any(path == section or path.startswith(f"{section}.") for section in sections):
            fields = " and ".join(f"{section}.*" for section in sections)
            raise ConfigError(f"{path}: `apply {stage}` does not read it; it reads {fields}")
    transform = NO_TRANSFORM if stage == "filter" else FilterConfig().transform
    recipe = Recipe(
        collect=CollectConfig(sources=(Documents(path=input_path),)), filter=FilterConfig(transform=transform)
    )
    recipe, _ = apply_overrides(recipe, Execution(), overrides)
    tables_with(recipe.filter.rules)  # a misspelt rule is told before anything is read
    return recipe


def section_values(recipe: Recipe, applied: Applied) -> dict[str, Any]:
    """The fields of the stages at work, by the dotted path of their section."""
    values = recipe.model_dump(mode="json")
    found = {}
    for section in applied.sections:
        node = values
        for part in section.split("."):
            node = node[part]
        found[section] = node
    return found


def versions() -> dict[str, str]:
    """What the results were made with."""
    names = ("opencoder-recipe", "pyarrow", "numpy", "numba", "ray")
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def _run(
    stage: ApplyStage, recipe: Recipe, source: Input, work: Work, n_workers: int, *, is_base64: bool
) -> tuple[Results, dict[str, Any]]:
    """The results, still in the work folder, and the summary of every stage that made them."""
    execution = Execution(store=work.store_url, ray=RayConfig(actors=n_workers))
    config = InputConfig(stage=stage, is_base64=is_base64, shard_bytes=source.shard_bytes)
    recorder = Recorder()
    with RunView() as view, listening(view), pool_session(), recording(recorder):
        documents = make_documents(config, source, execution)
        APPLIED[stage].run(recipe, documents, execution)
    store = open_store(execution.store)
    manifests = {event.stage: event.manifest for event in recorder.events if event.manifest is not None}
    results = Results(store, documents, work.results)
    try:
        APPLIED[stage].write(results, {name: artifact_of(store, one) for name, one in manifests.items()})
    except OSError as error:
        raise StoreError(f"{work.results} cannot be written: {error}") from error
    return results, {name: one.summary for name, one in manifests.items()}


def _show(stage: ApplyStage, results: Results, n_input: int, output: str) -> None:
    table = Table("file", title=f"{stage}: {count(n_input)} rows in", title_justify="left")
    table.add_column("rows", justify="right")
    for file, n_rows in results.n_rows.items():
        table.add_row(file, count(n_rows))
    out.print(table)
    out.print(output, markup=False, soft_wrap=True)
