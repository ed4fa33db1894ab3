"""`opencoder gc`: removes what no recorded run is made of, and what finished phases left behind.

Nothing younger than `keep_hours` goes, nor anything of an unfinished artifact that is still written to, so
that a run at work on the same store loses nothing.
"""

import time
from collections.abc import Iterator

from deployments.catalog import existing_store, run_names, stages_of
from deployments.console import out, size
from tasks.runtime import manifest as manifests
from tasks.runtime.runs import last_run
from tasks.runtime.store import Store


def collect_garbage(store_url: str, keep_hours: float, *, dry_run: bool) -> int:
    """Deletes unused files, or only lists them; prints how much that is."""
    store = existing_store(store_url)
    oldest_kept = time.time() - keep_hours * 3600
    n_files = size_bytes = 0
    for path, file_bytes in _unused(store, oldest_kept):
        n_files, size_bytes = n_files + 1, size_bytes + file_bytes
        if dry_run:
            out.print(path, soft_wrap=True, markup=False)
        else:
            store.delete(path)
    verb = "would be removed" if dry_run else "removed"
    out.print(f"{n_files} files, {size(size_bytes)} {verb} from {store.url}", soft_wrap=True)
    return 0


def _unused(store: Store, oldest_kept: float) -> Iterator[tuple[str, int]]:
    """Path and size of each file that may go."""
    used = _used_artifacts(store)
    for stage in stages_of(store):
        for fingerprint in store.list_folders(stage):
            folder = manifests.folder(stage, fingerprint)
            needed = _files_of(store, stage, fingerprint) if (stage, fingerprint) in used else set()
            files = store.list_files(folder)
            if not needed and any(file.modified >= oldest_kept for file in files.values()):
                continue  # Somebody is at work here, and needs the old shards too.
            # Commits and records go first: one that is left never names a file that is gone.
            for path in sorted(files.keys() - needed, key=lambda path: (not path.endswith(".json"), path)):
                if files[path].modified < oldest_kept:
                    yield path, files[path].size_bytes


def _used_artifacts(store: Store) -> set[tuple[str, str]]:
    """(stage, fingerprint) of every artifact of every recorded run, with all it was made from."""
    by_fingerprint = {name: stage for stage in stages_of(store) for name in store.list_folders(stage)}
    waiting = [
        (stage, fingerprint)
        for name in run_names(store)
        if (record := last_run(store, name)) is not None
        for stages in (record.stages, record.last_completed)
        for stage, fingerprint in stages.items()
    ]
    used: set[tuple[str, str]] = set()
    while waiting:
        stage, fingerprint = waiting.pop()
        if (stage, fingerprint) in used:
            continue
        used.add((stage, fingerprint))
        manifest = manifests.find(store, stage, fingerprint)
        inputs = manifest.inputs.values() if manifest else ()
        waiting += [(by_fingerprint[name], name) for name in inputs if name in by_fingerprint]
    return used


def _files_of(store: Store, stage: str, fingerprint: str) -> set[str]:
    """What a committed artifact names; an unfinished one keeps nothing, for its age protects it."""
    manifest = manifests.find(store, stage, fingerprint)
    if manifest is None:
        return set()
    folder = manifests.folder(stage, fingerprint)
    named = {f"{folder}/{record.path}" for record in (*(p.file for p in manifest.parts), *manifest.files)}
    return named | {f"{folder}/{manifests.FILE_NAME}"}
