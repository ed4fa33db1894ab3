"""`opencoder doctor`: everything that is missing on this machine, told at once; `run` starts with it."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from rich.text import Text

from deployments.console import err, out, size
from deployments.presets import load_preset
from flows.overrides import apply_overrides
from models.collect import GitCheckout
from models.execution import Execution
from models.recipe import Recipe
from tasks.collect.sources import list_entries, resolve
from tasks.filter.rules.tables import tables_with
from tasks.runtime.errors import RecipeError
from tasks.runtime.store import open_store
from tasks.sample.choose import check_languages

MIN_MEMORY_BYTES = 2_000_000_000
BYTES_PER_ACTOR = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    message: str


def diagnose(recipe: Recipe, execution: Execution) -> list[Finding]:
    """Every finding, the good ones too, in a fixed order; never stops at the first bad one."""
    return [
        *_store(execution),
        *_space(execution),
        *_memory(execution),
        *_names(recipe),
        *_sources(recipe),
        *_tools(recipe),
        *_cluster(execution),
    ]


def show_problems(findings: list[Finding]) -> bool:
    """Prints what is wrong; True when something is."""
    problems = [finding for finding in findings if not finding.ok]
    for problem in problems:
        err.print(Text(problem.subject, "red") + f": {problem.message}", soft_wrap=True)
    return bool(problems)


def _store(execution: Execution) -> Iterator[Finding]:
    try:
        open_store(execution.store).check()
    except RecipeError as error:
        yield Finding("store", False, str(error))
    else:
        yield Finding("store", True, f"{execution.store} is writable and honours create-only writes")


def _space(execution: Execution) -> Iterator[Finding]:
    if urlsplit(execution.store).scheme not in ("", "file"):
        return
    folder = Path(execution.store.removeprefix("file://")).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    yield Finding(
        "space",
        free >= execution.min_free_bytes,
        f"{size(free)} free at {folder}; execution.min_free_bytes asks for {size(execution.min_free_bytes)}",
    )


def _memory(execution: Execution) -> Iterator[Finding]:
    if execution.ray.address is not None:
        return
    n_actors = execution.ray.actors if execution.ray.actors is not None else (os.cpu_count() or 1)
    needed = MIN_MEMORY_BYTES + n_actors * BYTES_PER_ACTOR
    available = psutil.virtual_memory().available
    yield Finding(
        "memory",
        available >= needed,
        f"{size(available)} available; {n_actors} actors want {size(needed)}: lower execution.ray.actors",
    )


def _names(recipe: Recipe) -> Iterator[Finding]:
    """Rules and languages are names that no schema knows: a misspelt one is told before anything runs."""
    try:
        tables_with(recipe.filter.rules)
        check_languages(recipe.sample)
    except RecipeError as error:
        yield Finding("recipe", False, str(error))
    else:
        yield Finding("recipe", True, f"{recipe.name}: every rule and language it names exists")


def _sources(recipe: Recipe) -> Iterator[Finding]:
    for index, source in enumerate(recipe.collect.sources):
        field = f"collect.sources[{index}]"
        try:
            next(list_entries(resolve(source), index))
        except RecipeError as error:
            yield Finding(field, False, str(error))
        else:
            yield Finding(field, True, f"{source.kind} holds files")


def _tools(recipe: Recipe) -> Iterator[Finding]:
    if any(isinstance(source, GitCheckout) for source in recipe.collect.sources):
        found = shutil.which("git")
        yield Finding("git", found is not None, found or "not found, and a source needs it: install git")


def _cluster(execution: Execution) -> Iterator[Finding]:
    if execution.ray.actors == 0:
        return
    yield Finding("ray", find_spec("ray") is not None, "the package ray: pip install -e . -c constraints.txt")


def show_diagnosis(preset_name: str, overrides: Mapping[str, Any]) -> int:
    """Prints every finding for a preset; 0 when nothing is missing."""
    preset = load_preset(preset_name)
    recipe, execution = apply_overrides(preset.recipe, preset.execution, overrides)
    findings = diagnose(recipe, execution)
    for finding in findings:
        state = Text("ok     ", "green") if finding.ok else Text("missing", "red")
        out.print(state + f" {finding.subject}: {finding.message}", soft_wrap=True)
    return 0 if all(finding.ok for finding in findings) else 1
