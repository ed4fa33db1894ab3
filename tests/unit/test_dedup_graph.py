"""Equal band keys to edges, edges to components, counts to alarms."""

import numpy as np
import pytest

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy.alarms import cluster_alarms, repository_alarms
from tasks.dedup_fuzzy.components import connected_components
from tasks.dedup_fuzzy.edges import band_rows, distinct_edges, star_edges


def u64(values: object) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_star_edges_join_each_group_to_its_smallest_node() -> None:
    bands = np.array([0, 0, 0, 0, 1, 1, 1], dtype=np.uint8)
    keys = u64([[5, 5], [5, 5], [5, 6], [5, 5], [5, 5], [9, 9], [9, 9]])
    nodes = u64([30, 10, 20, 40, 50, 10, 30])
    assert star_edges(bands, keys, nodes).tolist() == [[10, 30], [10, 40]]


def test_equal_keys_of_different_bands_do_not_match() -> None:
    assert star_edges(np.array([0, 1], dtype=np.uint16), u64([[5, 5]] * 2), u64([1, 2])).shape == (0, 2)


def test_a_node_met_twice_in_a_group_makes_no_edge_to_itself() -> None:
    assert star_edges(np.zeros(2, dtype=np.uint16), u64([[5, 5]] * 2), u64([1, 1])).shape == (0, 2)


def test_no_rows_make_no_edges_and_no_components() -> None:
    edges = star_edges(np.empty(0, dtype=np.uint16), u64([]).reshape(0, 2), u64([]))
    assert edges.shape == (0, 2)
    nodes, components = connected_components(edges)
    assert nodes.size == components.size == 0


def test_band_rows_leave_out_documents_without_keys() -> None:
    keys = u64(range(12)).reshape(3, 2, 2)
    bands, flat, nodes = band_rows(keys, np.array([True, False, True]), u64([7, 8, 9]))
    assert bands.tolist() == [0, 1, 0, 1]
    assert flat.tolist() == [[0, 1], [2, 3], [8, 9], [10, 11]]
    assert nodes.tolist() == [7, 7, 9, 9]


def test_distinct_edges_are_sorted_and_once() -> None:
    assert distinct_edges(u64([[3, 4], [1, 9], [3, 4], [1, 2]])).tolist() == [[1, 2], [1, 9], [3, 4]]


def test_components_are_named_by_their_smallest_node() -> None:
    nodes, components = connected_components(u64([[9, 4], [4, 2], [7, 8], [2**63 + 1, 7], [5, 5]]))
    assert nodes.tolist() == [2, 4, 5, 7, 8, 9, 2**63 + 1]
    assert components.tolist() == [2, 2, 5, 7, 7, 2, 7]


CONFIG = DedupFuzzyConfig(alarm_min_documents=10)


def test_cluster_over_its_share_raises_an_alarm() -> None:
    (alarm,) = cluster_alarms(CONFIG, 20, 1105)
    assert "20 of 1105 documents" in alarm
    assert "dedup_fuzzy.alarm_cluster_share = 0.01" in alarm


@pytest.mark.parametrize(("largest", "n_documents"), [(0, 0), (9, 100), (10, 1000)])
def test_small_clusters_raise_no_alarm(largest: int, n_documents: int) -> None:
    assert cluster_alarms(CONFIG, largest, n_documents) == []


def test_only_repositories_over_their_share_raise_alarms() -> None:
    repos = [("a", 1000, 900), ("b", 100, 91), ("c", 9, 9)]
    (alarm,) = repository_alarms(CONFIG, repos)
    assert "repository b loses 91 of 100 documents" in alarm
