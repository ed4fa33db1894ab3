"""One shard of documents in; the sampled, the held-out and the list of those left out, out."""

import pyarrow as pa

from models.sample import SampleConfig
from tasks.runtime.counts import Counts, content_bytes, count_in, count_kept
from tasks.runtime.shards import Shard
from tasks.sample.choose import is_held_out, is_sampled

LEFT_OUT_COLUMNS = ["id", "repo", "path", "language"]


def sample_documents(shard: Shard, config: SampleConfig) -> Counts:
    """Writes `documents` (trained on), `holdout` (never trained on) and `left_out` (by the ratio)."""
    documents = shard.read("documents")
    languages = documents["language"].to_pylist()
    held_out = is_held_out(config, documents["repo"].to_pylist())
    sampled = is_sampled(config, documents["id"].to_pylist(), languages, shard.params["ratios"])
    kept = documents.filter(pa.array(sampled & ~held_out))
    holdout = documents.filter(pa.array(held_out))
    left_out = documents.select(LEFT_OUT_COLUMNS).filter(pa.array(~sampled & ~held_out))
    shard.write("documents", kept)
    shard.write("holdout", holdout)
    shard.write("left_out", left_out)
    return {
        **count_in(documents),
        **count_kept(kept),
        "n_holdout_documents": holdout.num_rows,
        "holdout_size_bytes": sum(content_bytes(holdout).to_pylist()),
        "holdout_repos": dict.fromkeys(holdout["repo"].unique().to_pylist(), 1),
    }
