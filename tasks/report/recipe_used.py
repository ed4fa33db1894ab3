"""The recipe as it ran: what differs from the paper's numbers, and the whole of it folded away."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from models.recipe import Recipe
from tasks.report.figures import MISSING
from tasks.report.html import Child, Column, Html, block, element, note, table
from tasks.report.run_view import RunView

MAX_VALUE_CHARACTERS = 240

COLUMNS = (
    Column("field", "code"),
    Column("this run", "code"),
    Column("default", "code"),
    Column("what it is"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose value is not the default; `default` is None where the field has none."""

    path: str
    value: str
    default: str | None
    description: str


def section(run: RunView) -> Html:
    """Fields that differ from the class defaults with what they mean; all fields as JSON."""
    whole = json.dumps(run.record.recipe, indent=2, ensure_ascii=False)
    folded = element("details", element("summary", "The whole recipe as JSON"), element("pre", whole))
    return block("recipe", "Recipe", _differences(run.record.recipe), folded)


def _differences(values: dict[str, Any]) -> Html:
    try:
        found = list(differences(Recipe.model_validate(values)))
    except ValidationError:
        return note("This recipe was written for another version of the code, so only its JSON is shown.")
    rows: list[list[Child]] = [
        [
            one.path,
            _short(one.value),
            MISSING if one.default is None else _short(one.default),
            one.description,
        ]
        for one in found
    ]
    return table("Fields that differ from the defaults, which are the paper's numbers", COLUMNS, rows)


def differences(
    model: BaseModel, defaults: BaseModel | None = None, prefix: str = ""
) -> Iterator[Difference]:
    """The fields that differ, nested ones by dotted path, in the order of the classes.

    `defaults` is the default value of the model's own field, where that is not the plain class.
    """
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        has_default = defaults is not None or not field.is_required()
        default = (
            getattr(defaults, name) if defaults is not None else field.get_default(call_default_factory=True)
        )
        yield from _compare(f"{prefix}{name}", field, value, default, has_default)


def _compare(
    path: str, field: FieldInfo, value: object, default: object, has_default: bool
) -> Iterator[Difference]:
    if has_default and value == default:
        return
    if isinstance(value, BaseModel):
        yield from differences(value, default if type(default) is type(value) else None, f"{path}.")
    elif isinstance(value, tuple) and value and all(isinstance(one, BaseModel) for one in value):
        for index, one in enumerate(value):
            kind = getattr(one, "kind", type(one).__name__)
            yield Difference(f"{path}.{index}", str(kind), None, field.description or "")
            yield from differences(one, None, f"{path}.{index}.")
    else:
        shown_default = _json(default) if has_default else None
        yield Difference(path, _json(value), shown_default, field.description or "")


def _json(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value


def _short(text: str) -> str:
    """The text, cut where it is long: the JSON below has the whole of it."""
    return text if len(text) <= MAX_VALUE_CHARACTERS else f"{text[:MAX_VALUE_CHARACTERS]} …"
