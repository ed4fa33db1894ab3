"""Connected components: right, the same in any order, and the same by phases."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup_fuzzy.components import connected_components, join_arrays, join_compiled
from tasks.dedup_fuzzy.edges import star_edges

settings.register_profile("kernels", deadline=None)  # the first call of a kernel compiles it
settings.load_profile("kernels")

nodes = st.integers(0, 30) | st.integers(2**64 - 5, 2**64 - 1)
edge_lists = st.lists(st.tuples(nodes, nodes), max_size=50)


def array(edges: list[tuple[int, int]]) -> np.ndarray:
    return np.array(edges, dtype=np.uint64).reshape(-1, 2)


def as_dict(edges: np.ndarray) -> dict[int, int]:
    found, components = connected_components(edges)
    assert (np.diff(found.astype(object)) > 0).all()
    return dict(zip(found.tolist(), components.tolist(), strict=True))


def slow_components(edges: list[tuple[int, int]]) -> dict[int, int]:
    label = {node: node for edge in edges for node in edge}
    changed = True
    while changed:
        changed = False
        for u, v in edges:
            least = min(label[u], label[v])
            changed |= label[u] != least or label[v] != least
            label[u] = label[v] = least
    return label


@given(edge_lists)
def test_components_are_those_of_a_slow_search(edges: list[tuple[int, int]]) -> None:
    assert as_dict(array(edges)) == slow_components(edges)


@given(edge_lists, st.randoms(use_true_random=False))
def test_components_ignore_order_direction_and_repeats(edges: list[tuple[int, int]], random: object) -> None:
    other = [edge[::-1] if random.random() < 0.5 else edge for edge in edges * 2]
    random.shuffle(other)
    assert as_dict(array(other)) == as_dict(array(edges))


@given(edge_lists, st.integers(1, 5), st.randoms(use_true_random=False))
def test_components_by_phases_equal_those_of_the_whole(
    edges: list[tuple[int, int]], n_parts: int, random: object
) -> None:
    parts: list[list[tuple[int, int]]] = [[] for _ in range(n_parts)]
    for edge in edges:
        parts[random.randrange(n_parts)].append(edge)
    partial = [np.stack(connected_components(array(part)), axis=1) for part in parts]
    assert as_dict(np.concatenate(partial)) == as_dict(array(edges))


@given(st.integers(1, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=60))
def test_both_ways_of_joining_agree(k: int, pairs: list[tuple[int, int]]) -> None:
    indices = np.array(pairs, dtype=np.int64).reshape(-1, 2) % k
    compiled, arrays = np.arange(k), np.arange(k)
    join_compiled(compiled, indices)
    join_arrays(arrays, indices)
    assert (compiled == arrays).all()


rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), nodes), max_size=40)


@given(rows, st.randoms(use_true_random=False))
def test_star_edges_connect_what_all_pairs_connect(
    table: list[tuple[int, int, int, int]], random: object
) -> None:
    def stars(table: list[tuple[int, int, int, int]]) -> np.ndarray:
        band = np.array([row[0] for row in table], dtype=np.uint8)
        return star_edges(
            band, array([row[1:3] for row in table]), array([row[3:] * 2 for row in table])[:, 0]
        )

    pairs = [
        (left[3], right[3])
        for left in table
        for right in table
        if left[:3] == right[:3] and left[3] < right[3]
    ]
    edges = stars(table)
    assert as_dict(edges) == slow_components(pairs)
    assert (edges[:, 0] < edges[:, 1]).all()
    shuffled = list(table)
    random.shuffle(shuffled)
    assert stars(shuffled).tolist() == edges.tolist()
