"""One shard of the snapshot in; its documents, and its rejected files with the reason, out."""

import hashlib
from itertools import groupby

import pyarrow as pa

from models.collect import CollectConfig
from tasks.collect.inspect_file import Accepted, inspect_file
from tasks.collect.snapshot import RawFile, entries_from_table
from tasks.collect.sources import read_files
from tasks.runtime.counts import Counts, count_kept
from tasks.runtime.shards import DOCUMENT_SCHEMA, Shard

REJECTED_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("repo", pa.string()),
        ("path", pa.string()),
        ("size_bytes", pa.int64()),
        ("reason", pa.string()),
    ]
)


def collect_files(shard: Shard, config: CollectConfig) -> Counts:
    """Reads the listed files, in the order of the list, and keeps those that are text we know."""
    documents: list[dict[str, object]] = []
    rejected: list[dict[str, object]] = []
    entries = entries_from_table(shard.read("entries"))
    size_bytes_in = 0
    for index, group in groupby(entries, key=lambda entry: entry.source_index):
        for raw in read_files(config.sources[index], group, config.max_file_bytes):
            size_bytes_in += raw.size_bytes
            accepted, reason = _inspect(raw, config)
            if accepted is not None:
                documents.append(_document(raw, accepted))
            else:
                rejected.append(_provenance(raw) | {"size_bytes": raw.size_bytes, "reason": reason})
    table = pa.Table.from_pylist(documents, DOCUMENT_SCHEMA)
    shard.write("documents", table)
    shard.write("rejected", pa.Table.from_pylist(rejected, REJECTED_SCHEMA))
    return {
        "n_documents_in": len(documents) + len(rejected),
        "size_bytes_in": size_bytes_in,
        **count_kept(table),
        "rejected": _tally(rejected, "reason"),
        "rejected_bytes": _tally(rejected, "reason", "size_bytes"),
        "documents_by_source": _tally(documents, "source"),
    }


def _inspect(raw: RawFile, config: CollectConfig) -> tuple[Accepted | None, str | None]:
    if raw.reason is not None:
        return None, raw.reason
    verdict = inspect_file(raw.content, raw.path, config)
    return (verdict, None) if isinstance(verdict, Accepted) else (None, verdict.reason)


def _provenance(raw: RawFile) -> dict[str, object]:
    return {"source": raw.source, "repo": raw.repo, "path": raw.path}


def _document(raw: RawFile, accepted: Accepted) -> dict[str, object]:
    return _provenance(raw) | {
        "id": hashlib.sha256(raw.content).hexdigest(),
        "content": accepted.text,
        "language": accepted.language,
        "kind": accepted.kind,
        "stars": raw.stars,
        "commit_time": raw.commit_time,
        "license": raw.license,
        "size_bytes": len(raw.content),
        "occurrences": 1,
    }


def _tally(rows: list[dict[str, object]], key: str, weight: str | None = None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        amount = 1 if weight is None else int(str(row[weight]))
        counts[str(row[key])] = counts.get(str(row[key]), 0) + amount
    return dict(sorted(counts.items()))
