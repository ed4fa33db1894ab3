"""From equal band keys to the edges of a graph of near-duplicates.

A group of n equal keys becomes n - 1 edges, a star around its smallest node: as connected as all pairs,
and never quadratic.
"""

import numpy as np
import numpy.typing as npt

UInt64Array = npt.NDArray[np.uint64]
BandArray = npt.NDArray[np.uint16]


def band_rows(
    keys: UInt64Array, has_keys: npt.NDArray[np.bool_], nodes: UInt64Array
) -> tuple[BandArray, UInt64Array, UInt64Array]:
    """Band [m] uint16, key [m, 2] and node [m] uint64: one row a band of each document that has keys.

    `keys` [n, bands, 2] and `has_keys` [n] as in `bands.BandKeys`, `nodes` [n] uint64.
    """
    n_bands = keys.shape[1]
    hashed = keys[has_keys]
    bands = np.tile(np.arange(n_bands, dtype=np.uint16), hashed.shape[0])
    return bands, hashed.reshape(-1, 2), np.repeat(nodes[has_keys], n_bands)


def star_edges(
    bands: npt.NDArray[np.uint8] | BandArray, keys: UInt64Array, nodes: UInt64Array
) -> UInt64Array:
    """[e, 2] uint64 edges (smallest node of a group, other node), each once, sorted.

    Rows with equal band [m] and equal key [m, 2] form a group of their nodes [m]. The result does not
    depend on the order of the rows. Groups of one node make no edge.
    """
    repeated = _rows_with_repeated(keys[:, 0])
    bands, keys, nodes = bands[repeated], keys[repeated], nodes[repeated]
    order = np.lexsort((nodes, keys[:, 1], keys[:, 0], bands))
    bands, keys, nodes = bands[order], keys[order], nodes[order]
    is_first = np.ones(nodes.size, dtype=np.bool_)
    is_first[1:] = (bands[1:] != bands[:-1]) | (keys[1:] != keys[:-1]).any(axis=1)
    centers = nodes[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
    edges = np.stack((centers, nodes), axis=1)[centers != nodes]
    return distinct_edges(edges)


def distinct_edges(edges: UInt64Array) -> UInt64Array:
    """[e, 2] uint64: every row once, sorted by both columns."""
    edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
    is_new = np.ones(edges.shape[0], dtype=np.bool_)
    is_new[1:] = (edges[1:] != edges[:-1]).any(axis=1)
    return edges[is_new]


def _rows_with_repeated(values: UInt64Array) -> npt.NDArray[np.int64]:
    """Indices of the rows whose value is not alone: few, so that only few need the full sort."""
    order = np.argsort(values)
    is_equal = values[order[1:]] == values[order[:-1]]
    is_repeated = np.zeros(values.size, dtype=np.bool_)
    is_repeated[1:] = is_equal
    is_repeated[:-1] |= is_equal
    return order[is_repeated]
