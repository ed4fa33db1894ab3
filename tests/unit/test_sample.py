"""sample: one number a document from seed and content, a ratio or cap a language, a hold-out by repository."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sample import SampleConfig
from tasks.sample.choose import is_held_out, is_sampled, keep_ratios, unit_interval

Keys = st.lists(st.text(max_size=8), max_size=30)
IDS = [f"{n:064x}" for n in range(20_000)]


@given(Keys, st.integers(0, 2**31))
def test_a_key_has_its_number_whoever_else_is_asked_for(keys: list[str], seed: int) -> None:
    together = unit_interval(seed, "sample", keys)
    alone = [unit_interval(seed, "sample", [key])[0] for key in keys]
    assert together.tolist() == alone
    assert together.dtype == np.float64
    assert ((together >= 0) & (together < 1)).all()


def test_numbers_are_even_and_differ_by_seed_and_purpose() -> None:
    numbers = unit_interval(0, "sample", IDS)
    assert abs(np.histogram(numbers, bins=10, range=(0, 1))[0] - 2000).max() < 200
    for other in (unit_interval(1, "sample", IDS), unit_interval(0, "holdout", IDS)):
        assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.03


def test_nothing_in_gives_nothing_out() -> None:
    config = SampleConfig()
    assert unit_interval(0, "sample", []).shape == (0,)
    assert is_held_out(config, []).shape == (0,)
    assert is_sampled(config, [], [], {}).shape == (0,)
    assert keep_ratios(config, {}) == {}


def test_ratios_come_from_the_cap_unless_one_is_given() -> None:
    config = SampleConfig(max_bytes={"java": 100, "html": 100, "c": 0}, keep_ratio={"html": 0.9})
    sizes = {"java": 400, "html": 400, "c": 5, "go": 10**12}
    assert keep_ratios(config, sizes) == {"c": 0.0, "go": 1.0, "html": 0.9, "java": 0.25}
    assert keep_ratios(config, {"java": 100}) == {"java": 1.0}


def test_a_ratio_keeps_its_share_and_the_ends_keep_all_or_nothing() -> None:
    config = SampleConfig()
    languages = ["java"] * len(IDS)
    share = is_sampled(config, IDS, languages, {"java": 0.25}).mean()
    assert abs(share - 0.25) < 0.02
    assert is_sampled(config, IDS, languages, {"java": 1.0}).all()
    assert not is_sampled(config, IDS, languages, {"java": 0.0}).any()


def test_a_larger_ratio_keeps_what_a_smaller_one_kept() -> None:
    config = SampleConfig()
    languages = ["java"] * len(IDS)
    small, large = (is_sampled(config, IDS, languages, {"java": ratio}) for ratio in (0.2, 0.6))
    assert (large | ~small).all()


@given(st.lists(st.sampled_from(["a/x", "a/y", "b/x", "c"]), max_size=20), st.integers(0, 50))
def test_files_of_a_repository_share_their_fate(repos: list[str], seed: int) -> None:
    held_out = is_held_out(SampleConfig(seed=seed, holdout_share=0.5), repos)
    fates: dict[str, set[bool]] = {}
    for repo, fate in zip(repos, held_out.tolist(), strict=True):
        fates.setdefault(repo, set()).add(fate)
    assert all(len(fate) == 1 for fate in fates.values())


def test_the_share_of_repositories_is_met_and_none_at_zero() -> None:
    repos = [f"owner/{n}" for n in range(5000)]
    assert abs(is_held_out(SampleConfig(holdout_share=0.1), repos).mean() - 0.1) < 0.015
    assert not is_held_out(SampleConfig(holdout_share=0.0), repos).any()


@pytest.mark.parametrize(
    "fields", [{"keep_ratio": {"java": 1.1}}, {"keep_ratio": {"java": -0.1}}, {"max_bytes": {"java": -1}}]
)
def test_a_ratio_or_cap_that_means_nothing_is_refused(fields: dict[str, dict[str, float]]) -> None:
    with pytest.raises(ValueError, match="java"):
        SampleConfig.model_validate(fields)
