"""Connected components of a graph given by its edges; each is named by its smallest node.

The answer depends on the set of edges alone. It can be had by phases: the components of a part are edges
(node, component) that stand for the part, so components of the parts' answers are those of the whole.
"""

import numpy as np
import numpy.typing as npt

from tasks.text.compiled import USE_NUMBA, compiled

UInt64Array = npt.NDArray[np.uint64]
IndexArray = npt.NDArray[np.int64]


def connected_components(edges: UInt64Array) -> tuple[UInt64Array, UInt64Array]:
    """Nodes [k] uint64, sorted, and the component [k] uint64 of each: its smallest node.

    `edges` [m, 2] uint64 in any order and direction, repeats allowed. An edge from a node to itself makes
    the node appear. Memory: about 100 bytes an edge.
    """
    nodes, indices = np.unique(edges, return_inverse=True)
    pairs = indices.reshape(-1, 2)
    parents = np.arange(nodes.size, dtype=np.int64)
    _join(parents, pairs)
    return nodes, nodes[parents]


@compiled
def join_compiled(parents: IndexArray, pairs: IndexArray) -> None:
    """Sets `parents` [k] to the smallest index joined to each by `pairs` [m, 2]: union-find.

    The smaller root always becomes the parent, and paths are halved on the way up.
    """
    for i in range(pairs.shape[0]):
        u, v = pairs[i, 0], pairs[i, 1]
        while parents[u] != u:
            parents[u] = parents[parents[u]]
            u = parents[u]
        while parents[v] != v:
            parents[v] = parents[parents[v]]
            v = parents[v]
        if u < v:
            parents[v] = u
        elif v < u:
            parents[u] = v
    for i in range(parents.size):  # a parent is never larger than its child, so it is final by now
        parents[i] = parents[parents[i]]


def join_arrays(parents: IndexArray, pairs: IndexArray) -> None:
    """The twin of `join_compiled`: labels sink over edges and jump to their label's label until at rest."""
    u, v = pairs[:, 0], pairs[:, 1]
    while True:
        u, v = parents[u], parents[v]
        apart = u != v
        u, v = u[apart], v[apart]
        if u.size == 0:
            return
        np.minimum.at(parents, np.maximum(u, v), np.minimum(u, v))
        while True:
            further = parents[parents]
            if np.array_equal(further, parents):
                break
            parents[:] = further


_join = join_compiled if USE_NUMBA else join_arrays
