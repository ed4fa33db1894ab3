"""The paper's numbers as defaults, and what the configs refuse."""

import pytest
from pydantic import ValidationError

from models.dedup_exact import DedupExactConfig
from models.dedup_fuzzy import DedupFuzzyConfig


@pytest.mark.parametrize(("field", "value"), [("ngram", 5), ("bands", 16), ("rows", 128)])
def test_fuzzy_defaults_are_the_papers_and_name_their_section(field: str, value: int) -> None:
    info = DedupFuzzyConfig.model_fields[field]
    assert info.default == value
    assert "2.1.1" in str(info.description)


def test_bands_times_rows_is_the_papers_2048_functions() -> None:
    config = DedupFuzzyConfig()
    assert config.permutations == config.bands * config.rows == 2048
    assert "2048" in str(DedupFuzzyConfig.model_fields["bands"].description)
    assert DedupFuzzyConfig(bands=20, rows=13).permutations == 260


def test_exact_digest_is_the_papers() -> None:
    assert DedupExactConfig().digest == "sha256"
    assert "2.1.1" in str(DedupExactConfig.model_fields["digest"].description)


@pytest.mark.parametrize("config", [DedupExactConfig, DedupFuzzyConfig])
def test_every_field_names_its_source(config: type[DedupExactConfig] | type[DedupFuzzyConfig]) -> None:
    for name, info in config.model_fields.items():
        assert "paper" in str(info.description), name


@pytest.mark.parametrize(
    "wrong",
    [{"ngram": 0}, {"bands": 0}, {"rows": 0}, {"scheme": "legacy"}, {"seed": -1}, {"permutations": 64}],
    ids=str,
)
def test_fuzzy_config_refuses_by_field(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        DedupFuzzyConfig.model_validate(wrong)
