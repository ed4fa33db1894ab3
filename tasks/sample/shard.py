"""Which documents are trained on, one shard at a time.

    occurrences --exact_copies--> ids --near_copies (with clusters)--> ids
    documents + ids of copies --documents--> documents, holdout, left_out

Deduplication keeps one file of many, perhaps that of another repository: what a held-out repository had a
copy of is not trained on either.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.sample import SampleConfig
from tasks.runtime.counts import Counts, content_bytes, count_in, count_kept
from tasks.runtime.shards import Shard
from tasks.sample.choose import is_held_out, is_sampled

COPIES_SCHEMA = pa.schema([("id", pa.string())])
LEFT_OUT_COLUMNS = ["id", "repo", "path", "language"]
BY_RATIO = "ratio"
BY_COPY = "copy_of_holdout"


def list_exact_copies(shard: Shard, config: SampleConfig) -> Counts:
    """Writes the ids that a held-out repository had, whichever repository's file survived."""
    files = shard.read("occurrences", ["id", "repo"])
    held_out = is_held_out(config, files["repo"].to_pylist())
    shard.write("copies", _distinct(files["id"].filter(pa.array(held_out))))
    return {}


def list_near_copies(shard: Shard, config: SampleConfig) -> Counts:
    """Writes the survivors of clusters with a member of a held-out repository, or a copy of such a file."""
    members = shard.read("clusters", ["id", "repo", "survivor_id"])
    exact = shard.read("exact_copies", schema=COPIES_SCHEMA)["id"]
    held_out = is_held_out(config, members["repo"].to_pylist()) | _is_in(members["id"], exact)
    shard.write("copies", _distinct(members["survivor_id"].filter(pa.array(held_out))))
    return {}


def sample_documents(shard: Shard, config: SampleConfig) -> Counts:
    """Writes `documents` (trained on), `holdout` (never trained on) and `left_out`, with the reason."""
    documents = shard.read("documents")
    copies = shard.read("copies", schema=COPIES_SCHEMA)["id"]
    ids, languages = documents["id"].to_pylist(), documents["language"].to_pylist()
    held_out = is_held_out(config, documents["repo"].to_pylist())
    sampled = is_sampled(config, ids, languages, shard.params["ratios"])
    is_copy = _is_in(documents["id"], copies)
    kept = documents.filter(pa.array(sampled & ~held_out & ~is_copy))
    holdout = documents.filter(pa.array(held_out))
    shard.write("documents", kept)
    shard.write("holdout", holdout)
    reasons = pa.array(np.where(is_copy, BY_COPY, BY_RATIO))
    left_out = documents.select(LEFT_OUT_COLUMNS).append_column("reason", reasons)
    shard.write("left_out", left_out.filter(pa.array(~held_out & (is_copy | ~sampled))))
    return {
        **count_in(documents),
        **count_kept(kept),
        "n_holdout_documents": holdout.num_rows,
        "holdout_size_bytes": sum(content_bytes(holdout).to_pylist()),
        "holdout_repos": dict.fromkeys(holdout["repo"].unique().to_pylist(), 1),
        "n_left_out_copies": int((is_copy & ~held_out).sum()),
    }


def _distinct(ids: pa.ChunkedArray) -> pa.Table:
    return pa.table([ids.unique()], schema=COPIES_SCHEMA).sort_by("id")


def _is_in(ids: pa.ChunkedArray, wanted: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    found = pc.is_in(ids, value_set=wanted.combine_chunks())
    return np.asarray(found.to_numpy(), dtype=np.bool_)
