"""Changes single fields of a preset: `{"sample.seed": 2}`, `{"execution.ray.actors": 1}`."""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models.execution import Execution
from models.recipe import Recipe
from tasks.runtime.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


def apply_overrides(
    recipe: Recipe, execution: Execution, overrides: Mapping[str, Any]
) -> tuple[Recipe, Execution]:
    """Recipe and execution with fields replaced by dotted path; a number in the path indexes a list.

    A path that starts with `execution.` changes the execution, any other the recipe. Raises ConfigError
    that names the path, and the nearest field where there is no such one.
    """
    values = recipe.model_dump(mode="json") | {"execution": execution.model_dump(mode="json")}
    for path, value in overrides.items():
        _set(values, path, value)
    changed_execution = values.pop("execution")
    return validated(Recipe, values), validated(Execution, changed_execution, prefix="execution.")


def validated(model: type[M], values: object, prefix: str = "") -> M:
    """The model of these values; ConfigError lists every wrong field by its dotted path."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            path = prefix + ".".join(str(part) for part in problem["loc"])
            message = "no such field" if problem["type"] == "extra_forbidden" else problem["msg"]
            lines.append(f"{path}: {message}{_nearest(model, problem['loc'])}")
        raise ConfigError("; ".join(lines)) from error


def _set(values: dict[str, Any], path: str, value: object) -> None:
    """Puts a value at a path; a field that is missing is made, and refused later if no model has it."""
    *parents, last = path.split(".")
    node: Any = values
    for depth, key in enumerate(parents):
        if isinstance(node, dict) and node.get(key) is None:
            node[key] = {}
        node = node[_key(node, key, ".".join(parents[:depth]), path)]
    key_or_index = _key(node, last, ".".join(parents), path)
    old = node.get(last) if isinstance(node, dict) else None
    # A mapping is merged, never replaced.
    node[key_or_index] = old | value if isinstance(old, dict) and isinstance(value, dict) else value


def _key(node: object, key: str, so_far: str, path: str) -> str | int:
    if isinstance(node, dict):
        return key
    if isinstance(node, list):
        if key.isdecimal() and int(key) < len(node):
            return int(key)
        raise ConfigError(f"{path}: {so_far} has {len(node)} elements, and {key!r} is none of them")
    raise ConfigError(f"{path}: {so_far} is a single value and has no fields")


def _nearest(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """`; did you mean X?` for a misspelt field, found by walking the models along the path."""
    *parents, last = location
    current: Any = model
    for part in parents:
        field = getattr(current, "model_fields", {}).get(part)
        current = field.annotation if field is not None else None
    names = getattr(current, "model_fields", {})
    near = difflib.get_close_matches(str(last), names, n=1) if str(last) not in names else []
    return f"; did you mean {near[0]}?" if near else ""
