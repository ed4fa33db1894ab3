"""The commit times of a user's rows, in all notations."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.apply.columns import commit_times
from deployments.apply.tables import column_of, plain_column
from tasks.runtime.errors import SourceError


@given(st.data())
def test_mixed_times_are_the_same_however_the_rows_are_cut(data: st.DataObject) -> None:
    times = [
        1577836800,
        "2020-01-01",
        "2020-01-01T01:00:00+01:00",
        1577836800.5,
        "1577836800",
        None,
        20200101,
    ]
    seconds = [1577836800] * 5 + [None, 20200101]
    order = data.draw(st.permutations(range(len(times))))
    cut = data.draw(st.integers(1, len(times) - 1))
    found = []
    for piece in (order[:cut], order[cut:]):
        table = pa.table(
            {"commit_time": plain_column(pa.chunked_array([column_of([times[i] for i in piece])]))}
        )
        found += commit_times(table, 0).to_pylist()
    assert found == [seconds[i] for i in order]


def test_a_commit_time_that_is_no_time_is_named_by_its_row() -> None:
    for text in ("yesterday", "1" * 25, "true"):
        with pytest.raises(SourceError, match=rf"row 8 .*commit_time '{text}'"):
            commit_times(pa.table({"commit_time": pa.array(["1", text], pa.large_string())}), 7)
