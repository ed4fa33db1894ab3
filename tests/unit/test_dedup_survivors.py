"""The order of survivors that exact and fuzzy deduplication share."""

import numpy as np
import pyarrow as pa
import pytest

from tasks.runtime.errors import ArtifactError
from tasks.text.survivors import choose


def table(rows: list[tuple[str | None, int | None, int | None, str]]) -> pa.Table:
    group, stars, commit_time, key = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "group": pa.array(group, pa.string()),
            "stars": pa.array(stars, pa.int64()),
            "commit_time": pa.array(commit_time, pa.int64()),
            "key": pa.array(key, pa.string()),
        }
    )


@pytest.mark.parametrize(
    ("rows", "survivor"),
    [
        ([("g", 1, 9, "a"), ("g", 2, 1, "b")], 1),
        ([("g", 2, 1, "a"), ("g", 2, 5, "b")], 1),
        ([("g", 2, None, "a"), ("g", 2, -5, "b")], 1),
        ([("g", None, 7, "a"), ("g", 0, 1, "b")], 1),
        ([("g", 2, 5, "b"), ("g", 2, 5, "a")], 1),
        ([("g", 2, 5, "Z"), ("g", 2, 5, "a")], 0),
        ([("g", 2, 5, "é"), ("g", 2, 5, "z")], 1),
        ([("g", 2, None, "b"), ("g", 2, None, "a")], 1),
    ],
    ids=[
        "more stars before later commit",
        "later commit before smaller key",
        "unknown time is the oldest",
        "unknown stars are the fewest",
        "smallest key",
        "keys by code point",
        "keys beyond ASCII",
        "both times unknown",
    ],
)
def test_survivor_order(rows: list[tuple[str | None, int | None, int | None, str]], survivor: int) -> None:
    chosen = choose(table(rows), "group", ("key",))
    assert chosen.is_survivor.tolist() == [i == survivor for i in range(2)]
    assert chosen.survivor_row.tolist() == [survivor, survivor]
    assert chosen.group_size.tolist() == [2, 2]


def test_rows_without_a_group_survive_alone() -> None:
    chosen = choose(table([(None, 1, 1, "a"), ("g", 1, 1, "b"), (None, 1, 1, "a")]), "group", ("key",))
    assert chosen.is_survivor.all()
    assert chosen.group_size.tolist() == [1, 1, 1]


def test_no_rows_have_no_survivors() -> None:
    chosen = choose(table([]), "group", ("key",))
    assert chosen.is_survivor.size == chosen.survivor_row.size == chosen.group_size.size == 0


def test_rows_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ArtifactError, match="key 'same'"):
        choose(table([("g", 1, None, "same"), ("h", 1, 1, "x"), ("g", 1, None, "same")]), "group", ("key",))


def test_survivors_do_not_depend_on_order_or_chunks() -> None:
    random = np.random.default_rng(1)
    n = 500
    rows = table(
        [
            (f"g{random.integers(120)}", int(random.integers(3)), int(random.integers(3)), f"k{i:03d}")
            for i in range(n)
        ]
    )
    expected = set(rows.filter(pa.array(choose(rows, "group", ("key",)).is_survivor))["key"].to_pylist())
    for _ in range(5):
        order = random.permutation(n)
        shuffled = rows.take(pa.array(order))
        shuffled = pa.concat_tables([shuffled.slice(0, 77), shuffled.slice(77, 3), shuffled.slice(80)])
        chosen = choose(shuffled, "group", ("key",))
        assert set(shuffled.filter(pa.array(chosen.is_survivor))["key"].to_pylist()) == expected
        keys = np.array(shuffled["key"].to_pylist())
        groups = np.array(shuffled["group"].to_pylist())
        assert set(keys[chosen.survivor_row]) == expected
        assert (groups[chosen.survivor_row] == groups).all()
        assert sorted(chosen.survivor_row[chosen.is_survivor]) == np.flatnonzero(chosen.is_survivor).tolist()
