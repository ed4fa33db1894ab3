"""Source files of installed Python distributions and of the standard library, cut by a seeded hash.

Which files exist comes from the distributions' own records, so generated and foreign files never
count. The order of the cut depends on the seed and the names alone: two machines with the same
versions installed collect the same files.
"""

import csv
import os
import sysconfig
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from importlib import metadata
from itertools import groupby
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from models.collect import InstalledPackages
from tasks.collect.license import is_license_file, license_of_name, license_of_text
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources.directory import read_from_tree
from tasks.collect.sources.local_tree import LocalTree
from tasks.collect.sources.tree import sha256_version
from tasks.runtime.errors import SourceError
from tasks.text.languages import language_of

PROJECT = "opencoder-recipe"
PYPI = "pypi"
STDLIB = "stdlib"
STDLIB_REPO = "python/cpython"
STDLIB_FOLDER = "Lib/"
STDLIB_LICENSE = "PSF-2.0"

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_SKIPPED_STDLIB_FOLDERS = frozenset(
    {"__pycache__", "dist-packages", "idlelib", "lib-dynload", "site-packages", "test", "tests"}
)
_MACHINE_SPECIFIC = ("_sysconfigdata", "config-", "sitecustomize")


class Candidate(NamedTuple):
    """A file that may be collected, before anything of it is read."""

    rank: bytes
    repo: str
    path: str
    root: str
    location: str
    license: str | None


def list_entries(source: InstalledPackages, index: int, field: str) -> Iterator[Entry]:
    """The files of the cut, sorted by repository and path; SourceError names a missing distribution."""
    names = run_time_dependencies(PROJECT, field) if source.distributions is None else source.distributions
    candidates: list[Candidate] = []
    for name in sorted({canonicalize_name(name) for name in names}):
        candidates += _first(source, _of_distribution(_distribution(name, field), name, source.seed))
    if source.standard_library:
        candidates += _first(source, _of_standard_library(source.seed))
    for candidate, size_bytes in sorted(_cut(source, candidates), key=lambda kept: kept[0][1:3]):
        with open(os.path.join(candidate.root, candidate.location), "rb", buffering=0) as file:
            version = sha256_version(file.readall())
        yield Entry(
            source_index=index,
            source=STDLIB if candidate.repo == STDLIB_REPO else PYPI,
            repo=candidate.repo,
            path=candidate.path,
            location=candidate.location,
            size_bytes=size_bytes,
            version=version,
            commit_time=None,  # installation sets it, not the authors
            stars=0,
            license=candidate.license,
        )


def read_files(entries: Iterable[Entry], max_file_bytes: int) -> Iterator[RawFile]:
    """The file of each entry, in order; SourceError when one is gone or has changed."""
    for repo, files in groupby(entries, lambda entry: entry.repo):
        if repo == STDLIB_REPO:
            root = _standard_library_root()
        else:
            name = repo.removeprefix(f"{PYPI}/")
            root = str(_distribution(name, "source").locate_file(""))
        yield from read_from_tree(LocalTree(root), repo, files, max_file_bytes)


def run_time_dependencies(name: str, field: str) -> set[str]:
    """Canonical names of all that a distribution needs to run here, itself and its extras left out.

    Markers are evaluated for this machine; extras that a dependency is asked for are followed.
    Raises SourceError for one that is not installed.
    """
    seen: set[tuple[str, str]] = set()
    pending = [(canonicalize_name(name), "")]
    while pending:
        wanted = pending.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        dependency, extra = wanted
        for line in _distribution(dependency, field).requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                required = canonicalize_name(requirement.name)
                pending += [(required, each) for each in ("", *sorted(requirement.extras))]
    return {dependency for dependency, _ in seen} - {canonicalize_name(name)}


def license_of_distribution(distribution: metadata.Distribution) -> str | None:
    """SPDX identifier or expression: as declared, else by classifier or name, else by the licence's text."""
    about = distribution.metadata
    declared = about.get_all("License-Expression")
    if declared:
        return str(declared[0])
    name = (about.get_all("License") or [""])[0]
    classifiers = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    for candidate in (*(line.rsplit(" :: ", 1)[-1] for line in classifiers), name):
        license_id = license_of_name(candidate)
        if license_id is not None:
            return license_id
    texts = (path.read_text("utf-8") for path in distribution.files or () if is_license_file(path.name))
    return next(filter(None, map(license_of_text, texts)), license_of_text(name))


def _first(source: InstalledPackages, candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates)[: source.max_files_per_distribution]


def _cut(source: InstalledPackages, candidates: list[Candidate]) -> list[tuple[Candidate, int]]:
    """The first files in hash order, with their sizes, up to the first that no longer fits."""
    kept: list[tuple[Candidate, int]] = []
    left_bytes = source.max_bytes
    for candidate in sorted(candidates):
        try:
            size_bytes = os.stat(os.path.join(candidate.root, candidate.location)).st_size
        except FileNotFoundError:
            continue  # recorded, but removed by hand
        if size_bytes > source.max_file_bytes:
            continue
        if len(kept) == source.max_files or size_bytes > left_bytes:
            break
        kept.append((candidate, size_bytes))
        left_bytes -= size_bytes
    return kept


def _of_distribution(distribution: metadata.Distribution, name: str, seed: int) -> Iterator[Candidate]:
    root = str(distribution.locate_file(""))
    repo = f"{PYPI}/{name}"
    license_id = license_of_distribution(distribution)
    for path in _recorded_files(distribution):
        folders = path.split("/")[:-1]
        outside = path.startswith(("../", "/")) or (folders and folders[0].endswith((".dist-info", ".data")))
        if not outside and not _SKIPPED_FOLDERS.intersection(folders) and language_of(path) is not None:
            yield Candidate(_rank(seed, repo, path), repo, path, root, path, license_id)


def _of_standard_library(seed: int) -> Iterator[Candidate]:
    root = _standard_library_root()
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name not in _SKIPPED_STDLIB_FOLDERS and not name.startswith(_MACHINE_SPECIFIC)
        ]
        for name in files:
            full_path = os.path.join(folder, name)
            if name.startswith(_MACHINE_SPECIFIC) or language_of(name) is None or os.path.islink(full_path):
                continue
            location = os.path.relpath(full_path, root).replace(os.sep, "/")
            path = STDLIB_FOLDER + location
            rank = _rank(seed, STDLIB_REPO, path)
            yield Candidate(rank, STDLIB_REPO, path, root, location, STDLIB_LICENSE)


def _recorded_files(distribution: metadata.Distribution) -> list[str]:
    """Paths relative to the installation's root; read from RECORD itself, ten times as fast as `files`."""
    record = distribution.read_text("RECORD")
    if record is None:
        return [path.as_posix() for path in distribution.files or ()]
    return [row[0] for row in csv.reader(record.splitlines()) if row]


def _distribution(name: str, field: str) -> metadata.Distribution:
    """The installed distribution, site-packages first: a library may put copies of others before it.

    Ray's workers, for one, import their own vendored packages from a folder ahead of site-packages.
    """
    site_packages = list(dict.fromkeys(sysconfig.get_path(scheme) for scheme in ("purelib", "platlib")))
    found = next(iter(metadata.distributions(name=name, path=site_packages)), None)
    if found is not None:
        return found
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise SourceError(
            f"{field}.distributions: {name} is not installed in this environment: install it or name others"
        ) from error


def _standard_library_root() -> str:
    return sysconfig.get_path("stdlib")


def _rank(seed: int, repo: str, path: str) -> bytes:
    return blake2b(f"{seed}/{repo}/{path}".encode(), digest_size=16).digest()
