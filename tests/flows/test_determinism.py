"""Equal bytes on any number of workers, and on no workers at all."""

from pathlib import Path

import pyarrow as pa
import pytest
from whole_runs import run_inline

from tasks.runtime.shards import Shard


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_inline(tmp_path_factory.mktemp("inline"))


@pytest.mark.usefixtures("ray_session")
@pytest.mark.parametrize("actors", [1, 2, 3])
def test_bytes_do_not_depend_on_the_number_of_workers(
    actors: int, expected: dict[str, str], tmp_path: Path
) -> None:
    assert run_inline(tmp_path, actors) == expected


def test_a_shard_written_out_of_order_is_noticed(
    expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Shard.write

    def write_reversed(shard: Shard, name: str, table: pa.Table) -> None:
        backwards = table.take(pa.array(range(table.num_rows)[::-1], pa.int64()))
        write(shard, name, backwards if shard.index == 2 else table)

    monkeypatch.setattr(Shard, "write", write_reversed)
    assert run_inline(tmp_path) != expected


def test_a_second_run_builds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_inline(tmp_path)
    monkeypatch.setattr(Shard, "_put", None)  # any attempt to write a part would fail
    assert run_inline(tmp_path) == first
