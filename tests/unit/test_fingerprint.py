"""Identity: equal values hash alike, different ones differ, and nothing that is no JSON slips in."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sample import SampleConfig
from tasks.runtime.fingerprint import LENGTH, canonical_json, content_hash, fingerprint

Json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)


@given(Json)
def test_canonical_json_reads_back_as_the_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text("abcd", max_size=3), Json, max_size=5))
def test_the_order_of_keys_does_not_matter(values: dict[str, object]) -> None:
    assert content_hash(values) == content_hash(dict(reversed(values.items())))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": value})


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object()])
def test_a_value_that_json_lacks_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_every_part_of_the_identity_counts() -> None:
    config = SampleConfig().identity()
    base = fingerprint("sample", 1, config, {"documents": "a" * LENGTH})
    others = [
        fingerprint("other", 1, config, {"documents": "a" * LENGTH}),
        fingerprint("sample", 2, config, {"documents": "a" * LENGTH}),
        fingerprint("sample", 1, SampleConfig(seed=1).identity(), {"documents": "a" * LENGTH}),
        fingerprint("sample", 1, config, {"documents": "b" * LENGTH}),
        fingerprint("sample", 1, config, {"signals": "a" * LENGTH}),
    ]
    assert len({base, *others}) == 6
    assert len(base) == LENGTH == 32
    assert set(base) <= set("0123456789abcdef")


def test_the_fingerprint_of_one_value_is_fixed_for_ever() -> None:
    assert content_hash({"b": [1, 2.5, None], "a": "é"}) == content_hash(
        json.loads('{"a":"é","b":[1,2.5,null]}')
    )
    assert canonical_json({"b": [1, 2.5, None], "a": "é"}) == '{"a":"é","b":[1,2.5,null]}'.encode()
