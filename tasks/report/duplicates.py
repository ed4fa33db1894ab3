"""What deduplication removed: exact copies, clusters of near-duplicates, alarms, and the largest clusters."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from models.dedup_exact import DedupExactSummary
from models.dedup_fuzzy import DedupFuzzySummary
from tasks.report.figures import count, share, size
from tasks.report.html import Child, Column, Html, block, element, join, note, table
from tasks.report.run_view import RunView

N_CLUSTERS = 5
N_MEMBERS = 8
CLUSTER_COLUMNS = ("cluster", "repo", "path", "is_survivor", "estimated_jaccard")

COLUMNS = (
    Column("duplicates"),
    Column("groups", "number"),
    Column("largest", "number"),
    Column("removed", "number"),
    Column("of documents in", "number"),
    Column("bytes removed", "number"),
    Column("of bytes in", "number"),
)
MEMBER_COLUMNS = (
    Column("cluster", "number"),
    Column("file", "code"),
    Column("verdict"),
    Column("estimated Jaccard", "number"),
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster of the table `clusters`: its size, and its first members, the survivor before all."""

    name: str
    n_documents: int
    members: tuple[dict[str, object], ...]


def section(run: RunView) -> Html | None:
    """Both kinds of duplicates in one table; near-duplicates with alarms and samples."""
    exact = run.summary("dedup_exact", DedupExactSummary)
    fuzzy = run.summary("dedup_fuzzy", DedupFuzzySummary)
    if exact is None and fuzzy is None:
        return None
    rows = []
    if exact is not None:
        rows.append(_row("exact", exact, exact.n_groups, exact.largest_group))
    if fuzzy is not None:
        rows.append(_row("near", fuzzy, fuzzy.n_clusters, fuzzy.largest_cluster))
    return block(
        "duplicates",
        "Duplicates",
        _alarms(fuzzy) if fuzzy is not None else None,
        table("Removed as duplicates", COLUMNS, rows),
        _fuzzy(run, fuzzy) if fuzzy is not None else None,
    )


def _row(
    kind: str, summary: DedupExactSummary | DedupFuzzySummary, n_groups: int, largest: int
) -> list[Child]:
    n_removed = summary.n_documents_in - summary.n_documents
    removed_bytes = summary.size_bytes_in - summary.size_bytes
    return [
        kind,
        count(n_groups),
        count(largest),
        count(n_removed),
        share(n_removed, summary.n_documents_in),
        size(removed_bytes),
        share(removed_bytes, summary.size_bytes_in),
    ]


def _alarms(summary: DedupFuzzySummary) -> Html | None:
    if not summary.alarms:
        return None
    return element(
        "div",
        element("strong", "Alarms: clusters or repositories over their thresholds"),
        element("ul", [element("li", alarm) for alarm in summary.alarms]),
        class_="alert",
        role="alert",
    )


def _fuzzy(run: RunView, summary: DedupFuzzySummary) -> Html:
    facts = note(
        f"{count(summary.n_clustered)} documents lie in clusters of near-duplicates, survivors included. "
        f"{count(summary.n_short)} are shorter than a shingle and were never compared."
    )
    samples = run.samples("dedup_fuzzy", "clusters", CLUSTER_COLUMNS)
    clusters = largest_clusters(samples)
    rows = [row for cluster in clusters for row in _member_rows(cluster)]
    return join(facts, table("The largest clusters", MEMBER_COLUMNS, rows) if rows else None, samples.remark)


def _member_rows(cluster: Cluster) -> Iterable[list[Child]]:
    title = f"{count(cluster.n_documents)} documents"
    for index, member in enumerate(cluster.members):
        jaccard = member["estimated_jaccard"]
        assert isinstance(jaccard, float), "the column is a float64"
        yield [
            title if index == 0 else None,
            f"{member['repo']}/{member['path']}",
            "kept" if member["is_survivor"] else "removed",
            f"{jaccard:.3f}",
        ]
    n_more = cluster.n_documents - len(cluster.members)
    if n_more:
        yield [None, f"and {count(n_more)} more", None, None]


def largest_clusters(tables: Iterable[pa.Table]) -> list[Cluster]:
    """At most `N_CLUSTERS`, the largest first; a cluster never spans two tables, so one is kept a time."""
    found: list[Cluster] = []
    for one in tables:
        sizes = one["cluster"].value_counts().to_pylist()
        ranked = sorted(sizes, key=lambda entry: (-entry["counts"], entry["values"]))[:N_CLUSTERS]
        found += [_cluster(one, entry["values"], entry["counts"]) for entry in ranked]
        found = sorted(found, key=lambda cluster: (-cluster.n_documents, cluster.name))[:N_CLUSTERS]
    return found


def _cluster(clusters: pa.Table, name: str, n_documents: int) -> Cluster:
    order = [
        ("is_survivor", "descending"),
        ("estimated_jaccard", "descending"),
        ("repo", "ascending"),
        ("path", "ascending"),
    ]
    members = clusters.filter(pc.equal(clusters["cluster"], name)).sort_by(order)
    return Cluster(name, n_documents, tuple(members.slice(0, N_MEMBERS).to_pylist()))
