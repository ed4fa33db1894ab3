"""Overrides: one field changed by dotted path, and every mistake told by its path."""

from typing import Any

import pytest

from flows.overrides import apply_overrides, validated
from models.execution import Execution
from models.recipe import Recipe
from tasks.runtime.errors import ConfigError

RECIPE = Recipe.model_validate(
    {
        "collect": {"sources": [{"kind": "directory", "path": "/a"}, {"kind": "documents", "path": "/b"}]},
        "sample": {"max_bytes": {"java": 1000}},
        "filter": {"rules": {"qsc_code_num_lines": {"low": 5}}},
    }
)


def overridden(overrides: dict[str, Any]) -> tuple[Recipe, Execution]:
    return apply_overrides(RECIPE, Execution(), overrides)


def test_no_override_changes_nothing() -> None:
    assert overridden({}) == (RECIPE, Execution())


def test_one_field_is_replaced_and_the_rest_stays() -> None:
    recipe, execution = overridden({"sample.seed": 2})
    assert recipe == RECIPE.model_copy(update={"sample": RECIPE.sample.model_copy(update={"seed": 2})})
    assert execution == Execution()


def test_execution_is_reached_by_its_prefix_and_is_no_part_of_the_recipe() -> None:
    recipe, execution = overridden({"execution.ray.actors": 1, "execution.store": "s3://x/y"})
    assert recipe == RECIPE
    assert (execution.ray.actors, execution.store) == (1, "s3://x/y")


def test_a_number_in_the_path_indexes_a_list() -> None:
    recipe, _ = overridden({"collect.sources.1.path": "/c"})
    assert [source.path for source in recipe.collect.sources] == ["/a", "/c"]  # type: ignore[union-attr]


def test_a_list_is_replaced_whole() -> None:
    recipe, _ = overridden({"collect.sources": [{"kind": "git", "path": "/g"}]})
    assert [source.kind for source in recipe.collect.sources] == ["git"]


def test_a_mapping_is_merged_and_its_entries_are_reached_by_key() -> None:
    recipe, _ = overridden(
        {
            "sample.max_bytes": {"html": 7},
            "filter.rules": {"qsc_code_num_chars": {"low": 9}},
            "filter.rules.qsc_code_num_lines.high": 50,
        }
    )
    assert recipe.sample.max_bytes == {"java": 1000, "html": 7}
    lines = recipe.filter.rules["qsc_code_num_lines"]
    assert (lines.low, lines.high) == (5, 50)
    assert recipe.filter.rules["qsc_code_num_chars"].low == 9


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sampel.seed", 2, "sampel: no such field; did you mean sample?"),
        ("sample.sed", 2, "sample.sed: no such field; did you mean seed?"),
        ("sample.zzz", 2, "sample.zzz: no such field"),
        ("sample.seed", "two", "sample.seed: Input should be a valid integer"),
        ("sample", 5, "sample: Input should be"),
        ("sample.seed.deeper", 1, "sample.seed.deeper: sample.seed is a single value and has no fields"),
        ("sample.holdout_share", 1.5, "sample.holdout_share: Input should be less than 1"),
        ("sample.keep_ratio.java", 3, "keep_ratio.java is 3.0; it must lie between 0 and 1"),
        (
            "collect.sources.2.path",
            "/c",
            "collect.sources.2.path: collect.sources has 2 elements, and '2' is",
        ),
        ("collect.sources.-1.path", "/c", "collect.sources has 2 elements, and '-1' is none of them"),
        ("collect.sources.²", {}, "has 2 elements, and '²' is none of them"),
        ("collect.sources", [], "collect.sources: Value error, name at least one source"),
        ("collect.sources.0.kind", "ftp", "collect.sources.0"),
        ("collect.sources.0.pth", "/c", "pth: no such field"),
        ("execution.ray.actor", 1, "execution.ray.actor: no such field; did you mean actors?"),
        ("execution.ray.actors", -1, "execution.ray.actors: Input should be greater than or equal to 0"),
        ("filter.rules.qsc_code_num_lines.lo", 1, "qsc_code_num_lines.lo: no such field"),
        ("", 1, "no such field"),
    ],
)
def test_a_mistake_is_told_by_its_dotted_path(path: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        overridden({path: value})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(
        ConfigError, match=r"sample\.sed: .*; dedup_fuzzy\.bandz: |dedup_fuzzy\.bandz: .*; sample\.sed: "
    ):
        overridden({"sample.sed": 1, "dedup_fuzzy.bandz": 2})


def test_the_prefix_of_a_preset_leads_the_path() -> None:
    with pytest.raises(ConfigError, match=r"^tiny: execution\.stor: no such field; did you mean store\?$"):
        validated(Execution, {"stor": "x"}, prefix="tiny: execution.")
