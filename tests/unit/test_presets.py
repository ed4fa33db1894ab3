"""Presets: every entry of prefect.yaml is valid, and a wrong one names its deployment and field."""

from typing import Any

import pytest

from deployments import presets
from deployments.presets import load_preset, preset_names
from flows.run import RecipeFlow
from tasks.runtime.errors import ConfigError


def entry(**changes: Any) -> dict[str, Any]:
    parameters = {"recipe": {"collect": {"sources": [{"kind": "installed_packages"}]}}, "execution": {}}
    return {"name": "mine", "entrypoint": "flows.opencoder.opencoder", "parameters": parameters} | changes


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(one: dict[str, Any]) -> None:
        monkeypatch.setattr(presets, "_entries", lambda: [one])

    return use


def test_the_four_presets_are_there_and_valid() -> None:
    assert preset_names() == ["tiny", "opencoder_1b5", "opencoder_8b", "refinecode-refresh"]
    for name in preset_names():
        preset = load_preset(name)
        assert preset.recipe.name == name
        assert isinstance(preset.load_flow(), RecipeFlow)


def test_an_unknown_preset_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match=r"no preset 'tinny'.*it has tiny, opencoder_1b5.*did you mean tiny\?"
    ):
        load_preset("tinny")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"recipe": {"collect": {"sources": [{"kind": "installed_packages"}]}, "sampel": {}}},
            "mine: recipe.sampel: no such field; did you mean sample?",
        ),
        ({"recipe": {}}, "mine: recipe.collect: Field required"),
        (
            {
                "recipe": {"collect": {"sources": [{"kind": "installed_packages"}]}},
                "execution": {"ray": {"actors": "many"}},
            },
            "mine: execution.ray.actors: Input should be a valid integer",
        ),
        ({"recip": {}}, "mine: no such parameters ['recip']"),
    ],
)
def test_a_wrong_field_names_the_deployment_and_the_path(
    only: Any, parameters: dict[str, Any], message: str
) -> None:
    only(entry(parameters=parameters))
    with pytest.raises(ConfigError) as caught:
        load_preset("mine")
    assert message in str(caught.value)


def test_a_template_is_filled_from_the_environment(only: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = entry()
    one["parameters"]["execution"] = {"store": "{{ $MY_STORE }}"}
    only(one)
    monkeypatch.setenv("MY_STORE", "s3://bucket/artifacts")
    assert load_preset("mine").execution.store == "s3://bucket/artifacts"


def test_an_entrypoint_that_cannot_be_imported_is_an_error_and_no_placeholder(only: Any) -> None:
    only(entry(entrypoint="flows.nothing.opencoder"))
    with pytest.raises(ModuleNotFoundError, match=r"flows\.nothing"):
        load_preset("mine").load_flow()


def test_an_entrypoint_that_is_no_recipe_flow_is_named(only: Any) -> None:
    only(entry(entrypoint="flows.run.funnel_rows"))
    with pytest.raises(ConfigError, match=r"mine: flows\.run\.funnel_rows is not a recipe flow"):
        load_preset("mine").load_flow()


def test_a_file_that_is_no_yaml_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def joinpath(self, _: str) -> "Broken":
            return self

        def read_text(self, encoding: str) -> str:
            return "deployments: [unclosed"

    presets._entries.cache_clear()
    monkeypatch.setattr(presets, "files", lambda _: Broken())
    with pytest.raises(ConfigError, match=r"deployments/prefect\.yaml is no YAML"):
        preset_names()
    monkeypatch.undo()
    presets._entries.cache_clear()
