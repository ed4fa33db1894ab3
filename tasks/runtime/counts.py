"""Counts that shards report and stages add up."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Counts = dict[str, Any]
"""Numbers by name; a nested mapping counts by language, rule, reason ..."""


def add_counts(counts: Iterable[Mapping[str, Any]]) -> Counts:
    """The sum of many counts, nested ones key by key, keys sorted."""
    total: Counts = {}
    for one in counts:
        for key, value in one.items():
            if isinstance(value, Mapping):
                total[key] = add_counts([total.get(key, {}), value])
            else:
                total[key] = total.get(key, 0) + value
    return dict(sorted(total.items()))


def content_bytes(table: pa.Table) -> pa.ChunkedArray:
    """[n] int64 UTF-8 size of each content."""
    return pc.cast(pc.binary_length(table["content"]), pa.int64())


def count_in(table: pa.Table) -> Counts:
    """The funnel's view of what a shard read."""
    return {"n_documents_in": table.num_rows, "size_bytes_in": pc.sum(content_bytes(table)).as_py() or 0}


def count_kept(table: pa.Table) -> Counts:
    """The funnel's view of what a shard kept: documents and bytes, in all and by language."""
    n_by_language, bytes_by_language = _by_language(table)
    return {
        "n_documents": table.num_rows,
        "size_bytes": sum(bytes_by_language.values()),
        "documents_by_language": n_by_language,
        "bytes_by_language": bytes_by_language,
    }


def count_removed(table: pa.Table) -> Counts:
    """What a shard removed, by language."""
    n_by_language, bytes_by_language = _by_language(table)
    return {"removed_by_language": n_by_language, "removed_bytes_by_language": bytes_by_language}


def _by_language(table: pa.Table) -> tuple[dict[str, int], dict[str, int]]:
    sizes = pa.table({"language": table["language"], "size": content_bytes(table)})
    grouped = sizes.group_by("language").aggregate([("size", "sum"), ("size", "count")]).to_pydict()
    languages = grouped["language"]
    return (
        dict(sorted(zip(languages, grouped["size_count"], strict=True))),
        dict(sorted(zip(languages, grouped["size_sum"], strict=True))),
    )
