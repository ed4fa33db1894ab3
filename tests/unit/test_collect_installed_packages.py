import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from models.collect import InstalledPackages
from tasks.collect.snapshot import Entry
from tasks.collect.sources import installed_packages, list_entries, read_files
from tasks.collect.sources.installed_packages import license_of_distribution, run_time_dependencies
from tasks.runtime.errors import SourceError

Install = Callable[..., None]


def put_distribution(
    site: Path, name: str, files: dict[str, bytes], requires: tuple[str, ...] = (), about: str = ""
) -> None:
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{about}{needs}")
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    record = [*files, f"{info.name}/METADATA", f"{info.name}/RECORD", "../../bin/tool.py"]
    (info / "RECORD").write_text("".join(f'"{path}",,\n' for path in record))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def files_of(n: int, package: str) -> dict[str, bytes]:
    return {f"{package}/m{i}.py": f"x = {i}\n".encode() for i in range(n)}


def entries_of(*names: str, **fields: object) -> list[Entry]:
    source = InstalledPackages.model_validate({"distributions": names, "standard_library": False, **fields})
    return list(list_entries(source, 0))


def test_recorded_source_files_are_listed_relative_to_the_installation(site: Path) -> None:
    files = {
        "pkg_a/__init__.py": b"",
        "pkg_a/data/table, one.json": b"{}",
        "pkg_a/core.pyx": b"cdef int x\n",
        "pkg_a/core.so": b"\x7fELF\x00",
        "pkg_a/__pycache__/core.py": b"cached",
        "pkg_a-1.0.data/scripts/run.py": b"x = 1\n",
    }
    put_distribution(site, "Pkg.A", {**files, "Pkg.A-1.0.dist-info/licenses/LICENSE.txt": b"MIT"})
    entries = entries_of("pkg-a")
    assert [entry.path for entry in entries] == [
        "pkg_a/__init__.py",
        "pkg_a/core.pyx",
        "pkg_a/data/table, one.json",
    ]
    assert {(e.source, e.repo, e.commit_time, e.stars) for e in entries} == {("pypi", "pypi/pkg-a", None, 0)}
    source = InstalledPackages(distributions=("pkg-a",))
    assert [raw.content for raw in read_files(source, entries, 100)] == [b"", b"cdef int x\n", b"{}"]


def test_the_list_is_the_same_wherever_the_packages_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = []
    for place in ("one", "two"):
        folder = tmp_path / place
        order = sorted(files_of(9, "pkg_b").items(), reverse=place == "two")
        put_distribution(folder, "pkg-b", dict(order))
        with monkeypatch.context() as patch:
            patch.syspath_prepend(folder)
            lists.append(entries_of("pkg-b", max_files=5))
    assert lists[0] == lists[1]
    assert len(lists[0]) == 5


def test_no_distribution_gives_more_than_its_share(site: Path) -> None:
    put_distribution(site, "pkg-c", files_of(50, "pkg_c"))
    put_distribution(site, "pkg-d", files_of(5, "pkg_d"))
    entries = entries_of("pkg-c", "pkg-d", max_files_per_distribution=10)
    assert [entry.repo for entry in entries] == ["pypi/pkg-c"] * 10 + ["pypi/pkg-d"] * 5
    assert entries == entries_of("pkg-d", "pkg-c", "pkg-c", max_files_per_distribution=10)
    fewer = entries_of("pkg-c", "pkg-d", max_files_per_distribution=10, max_files=7)
    assert len(fewer) == 7
    assert set(fewer) < set(entries)


def test_the_cut_depends_on_the_seed_and_on_names_but_not_on_contents(site: Path) -> None:
    put_distribution(site, "pkg-e", files_of(50, "pkg_e"))
    first = [entry.path for entry in entries_of("pkg-e", max_files=10)]
    assert first != [entry.path for entry in entries_of("pkg-e", max_files=10, seed=1)]
    (site / first[0]).write_bytes(b"y = 1\n")
    assert [entry.path for entry in entries_of("pkg-e", max_files=10)] == first


def test_the_bytes_in_all_and_of_one_file_are_limited(site: Path) -> None:
    put_distribution(site, "pkg-f", {**files_of(20, "pkg_f"), "pkg_f/large.json": b"1" * 500})
    entries = entries_of("pkg-f", max_bytes=60, max_file_bytes=400)
    assert 50 < sum(entry.size_bytes for entry in entries) <= 60
    assert "pkg_f/large.json" not in {entry.path for entry in entries_of("pkg-f", max_file_bytes=400)}
    assert "pkg_f/large.json" in {entry.path for entry in entries_of("pkg-f")}


def test_a_file_that_changed_since_it_was_listed_is_an_error(site: Path) -> None:
    put_distribution(site, "pkg-g", files_of(3, "pkg_g"))
    entries = entries_of("pkg-g")
    (site / "pkg_g" / "m1.py").write_bytes(b"x = 9\n")
    with pytest.raises(SourceError, match=r"pypi/pkg-g: pkg_g/m1\.py changed while being read"):
        list(read_files(InstalledPackages(), entries, 100))


def test_dependencies_are_followed_with_markers_and_requested_extras(site: Path) -> None:
    put_distribution(
        site,
        "top-h",
        {},
        ('mid_h[fast]>=1; python_version >= "3"', 'old-h; python_version < "3"', 'dev-h; extra == "dev"'),
    )
    put_distribution(site, "mid-h", {}, ("Leaf.H", 'fast-h; extra == "fast"', 'slow-h; extra == "slow"'))
    put_distribution(site, "leaf-h", {}, ("top-h",))
    put_distribution(site, "fast-h", {})
    assert run_time_dependencies("top-h", "field") == {"mid-h", "leaf-h", "fast-h"}


def test_this_projects_dependencies_are_the_default(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_distribution(site, "project-i", files_of(1, "project_i"), ("needed-i",))
    put_distribution(site, "needed-i", files_of(2, "needed_i"))
    monkeypatch.setattr(installed_packages, "PROJECT", "project-i")
    source = InstalledPackages(standard_library=False)
    assert {entry.repo for entry in list_entries(source, 0)} == {"pypi/needed-i"}


def test_a_distribution_that_is_not_installed_is_named(site: Path) -> None:
    with pytest.raises(
        SourceError, match=r"collect\.sources\[0\]\.distributions: no-such-j is not installed"
    ):
        entries_of("no-such-j")
    put_distribution(site, "broken-j", {}, ("absent-j",))
    with pytest.raises(SourceError, match=r"absent-j is not installed"):
        run_time_dependencies("broken-j", "field")
    with pytest.raises(SourceError, match=r"holds no file"):
        entries_of("broken-j")


@pytest.mark.parametrize(
    ("about", "files", "license_id"),
    [
        ("License-Expression: MIT AND Zlib\nLicense: whatever\n", {}, "MIT AND Zlib"),
        ("Classifier: License :: OSI Approved :: MIT License\n", {}, "MIT"),
        ("License: Apache 2.0\n", {}, "Apache-2.0"),
        (
            "Classifier: License :: OSI Approved :: BSD License\n",
            {"LICENSE": b"Redistribution and use in source and binary forms"},
            "BSD-2-Clause",
        ),
        ("", {}, None),
    ],
)
def test_the_licence_is_what_the_metadata_or_its_text_says(
    site: Path, about: str, files: dict[str, bytes], license_id: str | None
) -> None:
    put_distribution(site, "pkg-k", {f"pkg_k-1.0.dist-info/{k}": v for k, v in files.items()}, about=about)
    assert license_of_distribution(metadata.distribution("pkg-k")) == license_id


def test_the_standard_library_comes_without_its_tests() -> None:
    source = InstalledPackages(distributions=(), max_files_per_distribution=10_000, max_files=10_000)
    entries = list(list_entries(source, 0))
    paths = [entry.path for entry in entries]
    assert {"Lib/json/decoder.py", "Lib/ast.py"} <= set(paths)
    assert not [p for p in paths if {"test", "tests", "site-packages", "idlelib"}.intersection(p.split("/"))]
    assert not any(str(Path(sys.prefix)) in path or path.startswith("Lib/_sysconfigdata") for path in paths)
    assert {(e.source, e.repo, e.license) for e in entries} == {("stdlib", "python/cpython", "PSF-2.0")}
    (raw,) = read_files(source, [entry for entry in entries if entry.path == "Lib/ast.py"], 10**7)
    assert b"def parse(" in raw.content
