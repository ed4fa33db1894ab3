"""The three phases of exact deduplication, one shard at a time.

    documents --keys--> by id --survivors--> by shard of origin --documents--> kept documents

Contents never move: a key of a few bytes a file does, to the bucket of its hash and back.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.dedup_exact import DedupExactConfig
from tasks.runtime.counts import Counts, add_counts, count_in, count_kept, count_removed
from tasks.runtime.shards import Shard, bucket_of
from tasks.text.survivors import choose

KEY_COLUMNS = ("source", "repo", "path")
"""What names a row before exact deduplication."""

RANKED_COLUMNS = ("id", *KEY_COLUMNS, "stars", "commit_time")

KEYS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("repo", pa.string()),
        ("path", pa.string()),
        ("stars", pa.int64()),
        ("commit_time", pa.int64()),
        ("shard", pa.int64()),
        ("row", pa.int64()),
    ]
)
VERDICT_SCHEMA = pa.schema([("row", pa.int64()), ("occurrences", pa.int64())])


def key_documents(shard: Shard, config: DedupExactConfig) -> Counts:
    """Sends each document's key and rank to the bucket of its id."""
    ranked = shard.read("documents", RANKED_COLUMNS)
    rows = pa.array(np.arange(ranked.num_rows, dtype=np.int64))
    shards = pa.array(np.full(ranked.num_rows, shard.index, dtype=np.int64))
    keys = ranked.append_column("shard", shards).append_column("row", rows).cast(KEYS_SCHEMA)
    n_buckets = shard.params["n_buckets"]
    shard.exchange("keys", keys, bucket_of(keys["id"], n_buckets), n_buckets)
    return {}


def choose_survivors(shard: Shard, config: DedupExactConfig) -> Counts:
    """Picks the survivor of every id, tells its shard, and lists every copy for `why`."""
    keys = shard.read("keys", schema=KEYS_SCHEMA)
    chosen = choose(keys, "id", (*KEY_COLUMNS, "shard", "row"))
    survivors = keys.select(["row"]).append_column("occurrences", pa.array(chosen.group_size))
    mask = pa.array(chosen.is_survivor)
    origin = keys["shard"].to_numpy()[chosen.is_survivor]
    shard.exchange("survivors", survivors.filter(mask), origin, shard.params["n_shards"])
    kept_at = pa.array(chosen.survivor_row)
    copies = (
        keys.select(list(RANKED_COLUMNS))
        .append_column("survivor_repo", keys["repo"].take(kept_at))
        .append_column("survivor_path", keys["path"].take(kept_at))
        .append_column("is_survivor", mask)
        .filter(pa.array(chosen.group_size > 1))
    )
    shard.write("occurrences", copies.sort_by([(name, "ascending") for name in ("id", *KEY_COLUMNS)]))
    group_sizes = chosen.group_size[chosen.is_survivor]
    return {"n_groups": int((group_sizes > 1).sum()), "largest_group": int(group_sizes.max(initial=1))}


def keep_survivors(shard: Shard, config: DedupExactConfig) -> Counts:
    """Writes the surviving documents of one shard in their order, with the number of their copies."""
    documents = shard.read("documents")
    survivors = shard.read("survivors", schema=VERDICT_SCHEMA).sort_by("row")
    kept = documents.take(survivors["row"])
    column = kept.schema.get_field_index("occurrences")
    kept = kept.set_column(column, kept.schema.field("occurrences"), survivors["occurrences"])
    shard.write("documents", kept)
    is_kept = np.isin(np.arange(documents.num_rows), survivors["row"].to_numpy())
    removed = documents.filter(pc.invert(pa.array(is_kept)))
    return add_counts([count_in(documents), count_kept(kept), count_removed(removed)])
