"""Which document of a group survives: the one order that exact and fuzzy deduplication share.

Most stars, then latest commit time, an unknown time being the oldest (paper 2.1.1: "highest star count as
well as the latest commit time"), then the smallest key, so that the answer never depends on the order in
which documents arrive. It stands here because stages do not import each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.runtime.errors import ArtifactError


@dataclass(frozen=True)
class Survivors:
    """The outcome for each row of a table, in the table's order.

    is_survivor: [rows] bool, True for one row of every group.
    survivor_row: [rows] int64, the row that stands for this one; its own index where it survives.
    group_size: [rows] int64, rows in this row's group, itself included.
    """

    is_survivor: npt.NDArray[np.bool_]
    survivor_row: npt.NDArray[np.int64]
    group_size: npt.NDArray[np.int64]


def choose(table: pa.Table, group: str, key_columns: Sequence[str]) -> Survivors:
    """The survivor of every group of equal values in the column `group`; a null is a group of its own.

    The table needs the columns `stars` and `commit_time`, where null ranks last, and `key_columns`, which
    together name a row. Strings are compared as UTF-8 bytes. Raises ArtifactError where two rows of a group
    are equal in all of these, because then the order of arrival would decide.
    """
    rows = np.arange(table.num_rows, dtype=np.int64)
    codes = _codes(table[group])
    is_alone = table[group].is_null().to_numpy()
    codes[is_alone] = codes.max(initial=0) + 1 + np.arange(np.count_nonzero(is_alone))
    sizes = np.bincount(codes)[codes] if codes.size else np.empty(0, dtype=np.int64)
    survivor_row = rows.copy()
    contested = rows[sizes > 1]
    if contested.size:
        order = _best_first(table.take(pa.array(contested)), codes[contested], key_columns)
        ranked = contested[order]
        is_first = np.ones(ranked.size, dtype=np.bool_)
        is_first[1:] = codes[ranked[1:]] != codes[ranked[:-1]]
        survivor_row[ranked] = ranked[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
    return Survivors(survivor_row == rows, survivor_row, sizes.astype(np.int64))


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """[rows] int64: equal numbers for equal values; nulls count as equal."""
    encoded = pc.dictionary_encode(column, null_encoding="encode").unify_dictionaries()
    chunks = [chunk.indices.to_numpy().astype(np.int64) for chunk in encoded.chunks]
    return np.concatenate([np.empty(0, dtype=np.int64), *chunks])


def _best_first(
    contested: pa.Table, codes: npt.NDArray[np.int64], key_columns: Sequence[str]
) -> npt.NDArray[np.int64]:
    """The order that sorts rows by group, and within a group from the best to the worst."""
    columns = ["stars", "commit_time", *key_columns]
    ranking = pa.table([pa.array(codes), *(contested[name] for name in columns)], names=["", *columns])
    directions = ["ascending", "descending", "descending", *("ascending" for _ in key_columns)]
    sort_keys = [(name, way, "at_end") for name, way in zip(ranking.column_names, directions, strict=True)]
    order = pc.sort_indices(ranking, sort_keys=sort_keys)
    _refuse_ties(ranking.take(order))
    return np.asarray(order.to_numpy().astype(np.int64))


def _refuse_ties(ranked: pa.Table) -> None:
    """Raises ArtifactError where two neighbours are equal in every column."""
    is_tie = np.ones(max(0, ranked.num_rows - 1), dtype=np.bool_)
    for column in ranked.columns:
        codes = _codes(column)
        is_tie &= codes[1:] == codes[:-1]
    if is_tie.any():
        row = ranked.slice(int(np.flatnonzero(is_tie)[0]), 1).to_pylist()[0]
        what = ", ".join(f"{name} {value!r}" for name, value in row.items() if name)
        raise ArtifactError(
            f"two documents of one group cannot be told apart, both have {what}: "
            "remove one of them from the input"
        )
