"""What changed between two snapshots: the reason why a corpus is made anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.artifact import Artifact
from tasks.runtime.shards import iter_tables
from tasks.runtime.store import Store

COMPARED = ("source_index", "repo", "path", "version", "commit_time", "stars", "license")


@dataclass(frozen=True)
class SnapshotChanges:
    """Paths as `repo/path`, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def in_words(self, n_shown: int = 3) -> str:
        """`1 file changed (pypi/x/a.py), 2 added (...)`; how the input is cut when no file differs."""
        parts = []
        for name in ("changed", "added", "removed"):
            paths: tuple[str, ...] = getattr(self, name)
            if paths:
                shown = ", ".join(paths[:n_shown]) + (", ..." if len(paths) > n_shown else "")
                parts.append(f"{len(paths)} file{'s' if len(paths) > 1 else ''} {name} ({shown})")
        return ", ".join(parts) or "the same files, cut into other shards"


def compare_snapshots(store: Store, before: Artifact, after: Artifact) -> SnapshotChanges:
    """What the later snapshot adds, changes and removes; holds one row a file of the earlier one."""
    old = dict(_rows(store, before))
    added, changed = [], []
    for key, row in _rows(store, after):
        known = old.pop(key, None)
        if known is None:
            added.append(key)
        elif known != row:
            changed.append(key)
    paths = [sorted({f"{repo}/{path}" for _, repo, path in keys}) for keys in (added, changed, old)]
    return SnapshotChanges(*map(tuple, paths))


def _rows(store: Store, snapshot: Artifact) -> Iterator[tuple[tuple[int, str, str], tuple[object, ...]]]:
    for table in iter_tables(store, snapshot, "entries", COMPARED):
        columns = [table[name].to_pylist() for name in COMPARED]
        for index, repo, path, *rest in zip(*columns, strict=True):
            yield (index, repo, path), tuple(rest)
