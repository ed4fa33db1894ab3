"""The phases of fuzzy deduplication, one shard at a time.

    documents --bands--> by key --edges--> --components--> by shard of origin
              --members--> by cluster --survivors--> by shard of origin --documents--> kept documents

A node is a document's place: shard in the high 32 bits, row in the low. Contents never move.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy.alarms import repository_alarms
from tasks.dedup_fuzzy.bands import document_band_keys
from tasks.dedup_fuzzy.components import connected_components
from tasks.dedup_fuzzy.edges import band_rows, star_edges
from tasks.dedup_fuzzy.signature import signatures
from tasks.dedup_fuzzy.similarity import estimated_jaccards
from tasks.runtime.counts import Counts, add_counts, count_in, count_kept, count_removed
from tasks.runtime.shards import Shard, bucket_of_text
from tasks.text.survivors import choose

BANDS_SCHEMA = pa.schema(
    [("band", pa.uint16()), ("key_low", pa.uint64()), ("key_high", pa.uint64()), ("node", pa.uint64())]
)
EDGES_SCHEMA = pa.schema([("a", pa.uint64()), ("b", pa.uint64())])
COMPONENT_SCHEMA = pa.schema([("row", pa.int64()), ("component", pa.uint64())])
DROPPED_SCHEMA = pa.schema([("row", pa.int64())])
RANKED_COLUMNS = ("id", "repo", "path", "stars", "commit_time")
MEMBERS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("repo", pa.string()),
        ("path", pa.string()),
        ("stars", pa.int64()),
        ("commit_time", pa.int64()),
        ("component", pa.uint64()),
        ("shard", pa.int64()),
        ("row", pa.int64()),
        ("signature", pa.large_binary()),
    ]
)
REPOS_SCHEMA = pa.schema([("repo", pa.string()), ("n_documents", pa.int64()), ("n_removed", pa.int64())])
_ROW_BITS = np.uint64(32)


def band_documents(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Sends the band keys of each document to the bucket of the key; short documents have none."""
    texts = shard.read("documents", ["content"])["content"].to_pylist()
    nodes = (np.uint64(shard.index) << _ROW_BITS) + np.arange(len(texts), dtype=np.uint64)
    hashed = document_band_keys(texts, config)
    bands, keys, owners = band_rows(hashed.keys, hashed.has_keys, nodes)
    table = pa.table([bands, keys[:, 0], keys[:, 1], owners], schema=BANDS_SCHEMA)
    n_buckets = shard.params["n_buckets"]
    buckets = (keys[:, 0] >> _ROW_BITS).astype(np.int64) * n_buckets >> 32
    shard.exchange("bands", table, buckets, n_buckets)
    return {"n_short": int((~hashed.has_keys).sum())}


def join_bands(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Writes the edges between documents that share a band key."""
    rows = shard.read("bands", schema=BANDS_SCHEMA)
    keys = np.stack([rows["key_low"].to_numpy(), rows["key_high"].to_numpy()], axis=1)
    edges = star_edges(rows["band"].to_numpy(), keys, rows["node"].to_numpy())
    shard.write("edges", pa.table([edges[:, 0], edges[:, 1]], schema=EDGES_SCHEMA))
    return {}


def label_components(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Tells each shard of documents which of its rows belong to which component."""
    edges = shard.read("edges", schema=EDGES_SCHEMA)
    nodes, components = connected_components(np.stack([edges["a"].to_numpy(), edges["b"].to_numpy()], axis=1))
    rows = (nodes & np.uint64(0xFFFFFFFF)).astype(np.int64)
    table = pa.table([rows, components], schema=COMPONENT_SCHEMA)
    origin = (nodes >> _ROW_BITS).astype(np.int64)
    shard.exchange("components", table, origin, shard.params["n_shards"])
    return {}


def sign_members(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Sends the members of components, with rank and signature, to the bucket of their component."""
    labels = shard.read("components", schema=COMPONENT_SCHEMA).sort_by("row")
    documents = shard.read("documents", [*RANKED_COLUMNS, "content"]).take(labels["row"])
    signed = signatures(documents["content"].to_pylist(), config)
    members = (
        documents.select(list(RANKED_COLUMNS))
        .append_column("component", labels["component"])
        .append_column("shard", pa.array(np.full(labels.num_rows, shard.index, dtype=np.int64)))
        .append_column("row", labels["row"])
        .append_column("signature", pa.array([row.tobytes() for row in signed], pa.large_binary()))
        .cast(MEMBERS_SCHEMA)
    )
    n_buckets = shard.params["n_buckets"]
    buckets = (labels["component"].to_numpy() % np.uint64(n_buckets)).astype(np.int64)
    shard.exchange("members", members, buckets, n_buckets)
    return {}


def choose_survivors(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Picks the survivor of every component, tells the shards what to drop, writes the cluster table."""
    members = shard.read("members", schema=MEMBERS_SCHEMA)
    chosen = choose(members, "component", ("repo", "path", "id"))
    signed = np.frombuffer(b"".join(members["signature"].to_pylist()), dtype=np.uint32)
    signed = signed.reshape(members.num_rows, config.permutations)
    jaccard = estimated_jaccards(signed, signed[chosen.survivor_row])
    dropped = pa.array(~chosen.is_survivor)
    shard.exchange(
        "dropped",
        members.select(["row"]).filter(dropped),
        members["shard"].to_numpy()[~chosen.is_survivor],
        shard.params["n_shards"],
    )
    survivors = members.select(["id", "repo", "path"]).take(pa.array(chosen.survivor_row))
    clusters = pa.table(
        {
            "cluster": survivors["id"],
            **{name: members[name] for name in ("id", "repo", "path")},
            "survivor_id": survivors["id"],
            "survivor_repo": survivors["repo"],
            "survivor_path": survivors["path"],
            "is_survivor": pa.array(chosen.is_survivor),
            "estimated_jaccard": pa.array(jaccard),
        }
    )
    shard.write("clusters", clusters.sort_by([("cluster", "ascending"), ("id", "ascending")]))
    sizes = chosen.group_size[chosen.is_survivor]
    return {
        "n_clusters": int(sizes.size),
        "n_clustered": int(sizes.sum()),
        "largest_cluster": int(sizes.max(initial=0)),
    }


def keep_survivors(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Writes the documents of one shard without the dropped ones, and its share of each repository's loss."""
    documents = shard.read("documents")
    dropped = shard.read("dropped", schema=DROPPED_SCHEMA)["row"].to_numpy()
    is_dropped = np.isin(np.arange(documents.num_rows), dropped)
    kept = documents.filter(pa.array(~is_dropped))
    shard.write("documents", kept)
    repos = _count_repositories(documents["repo"], is_dropped)
    n_buckets = shard.params["n_buckets"]
    shard.exchange("repositories", repos, bucket_of_text(repos["repo"], n_buckets), n_buckets)
    return add_counts(
        [count_in(documents), count_kept(kept), count_removed(documents.filter(pa.array(is_dropped)))]
    )


def sum_repositories(shard: Shard, config: DedupFuzzyConfig) -> Counts:
    """Writes how many documents each repository had and lost, and names those that lost too many."""
    rows = shard.read("repositories", schema=REPOS_SCHEMA)
    summed = rows.group_by("repo").aggregate([("n_documents", "sum"), ("n_removed", "sum")])
    table = summed.rename_columns(REPOS_SCHEMA.names).sort_by("repo")
    shard.write("repositories", table)
    columns = [table[name].to_pylist() for name in REPOS_SCHEMA.names]
    return {"alarms": repository_alarms(config, zip(*columns, strict=True))}


def _count_repositories(repos: pa.ChunkedArray, is_dropped: npt.NDArray[np.bool_]) -> pa.Table:
    flags = pa.table({"repo": repos, "dropped": pa.array(is_dropped.astype(np.int64))})
    counted = flags.group_by("repo").aggregate([("dropped", "count"), ("dropped", "sum")])
    return counted.rename_columns(REPOS_SCHEMA.names).cast(REPOS_SCHEMA)
