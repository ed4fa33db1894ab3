"""Presets: the entries of prefect.yaml, read and validated as `prefect deploy` reads them."""

import asyncio
import difflib
import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from prefect.exceptions import MissingFlowError
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.templating import apply_values, resolve_block_document_references, resolve_variables

from flows.overrides import validated
from flows.run import RecipeFlow
from models.execution import Execution
from models.recipe import Recipe
from tasks.runtime.errors import ConfigError


@dataclass(frozen=True)
class Preset:
    """One deployment of prefect.yaml."""

    name: str
    description: str
    entrypoint: str
    recipe: Recipe
    execution: Execution

    def load_flow(self) -> RecipeFlow:
        """The flow behind the entrypoint; an import error is raised, never hidden."""
        try:
            loaded: object = load_flow_from_entrypoint(self.entrypoint, use_placeholder_flow=False)
        except MissingFlowError:
            loaded = None
        if not isinstance(loaded, RecipeFlow):
            raise ConfigError(
                f"deployments/prefect.yaml, {self.name}: {self.entrypoint} is not a recipe flow"
            )
        return loaded


def preset_names() -> list[str]:
    """The names of all presets, in the order of the file."""
    return [entry["name"] for entry in _entries()]


def load_preset(name: str) -> Preset:
    """The preset of a name, templates resolved; ConfigError for an unknown name or a wrong field."""
    for entry in _entries():
        if entry["name"] == name:
            return _validate(_resolve(entry))
    near = difflib.get_close_matches(name, preset_names(), n=1)
    hint = f"did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"no preset {name!r} in deployments/prefect.yaml; it has {', '.join(preset_names())}. {hint}"
    )


@cache
def _entries() -> list[dict[str, Any]]:
    try:
        content = yaml.safe_load(files("deployments").joinpath("prefect.yaml").read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"deployments/prefect.yaml is no YAML: {error}") from error
    entries: list[dict[str, Any]] = content["deployments"]
    return entries


def _resolve(entry: dict[str, Any]) -> dict[str, Any]:
    """`{{ $VARIABLE }}`, `{{ prefect.variables.x }}` and blocks filled in, in the order of `prefect deploy`."""
    if "prefect." in yaml.safe_dump(entry["parameters"]):  # only these need a server
        entry = asyncio.run(resolve_block_document_references(entry))
        entry = asyncio.run(resolve_variables(entry))
    resolved = apply_values(entry, dict(os.environ), remove_notset=False)
    assert isinstance(resolved, dict), "a mapping with its templates filled in is a mapping"
    return resolved


def _validate(entry: dict[str, Any]) -> Preset:
    parameters = entry.get("parameters", {})
    unknown = parameters.keys() - {"recipe", "execution", "overrides"}
    if unknown:
        raise ConfigError(f"deployments/prefect.yaml, {entry['name']}: no such parameters {sorted(unknown)}")
    return Preset(
        name=entry["name"],
        description=entry.get("description", ""),
        entrypoint=entry["entrypoint"],
        recipe=validated(Recipe, parameters.get("recipe", {}), prefix=f"{entry['name']}: recipe."),
        execution=validated(
            Execution, parameters.get("execution", {}), prefix=f"{entry['name']}: execution."
        ),
    )
