import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.collect import Documents
from tasks.collect.snapshot import Entry, RawFile
from tasks.collect.sources import list_entries, read_files
from tasks.runtime.errors import SourceError

ROWS = [
    {
        "content": f"x = {i}  # ä\n",
        "repo": "owner/name",
        "path": f"src/{i}.py",
        "stars": i,
        "commit_time": 1_600_000_000 + i,
        "license": "MIT",
        "source": "heritage",
    }
    for i in range(7)
]
EXPECTED = [
    RawFile(
        source="heritage",
        repo="owner/name",
        path=f"src/{i}.py",
        size_bytes=len(f"x = {i}  # ä\n".encode()),
        commit_time=1_600_000_000 + i,
        stars=i,
        license="MIT",
        content=f"x = {i}  # ä\n".encode(),
    )
    for i in range(7)
]


def entries_of(path: Path | str) -> list[Entry]:
    return list(list_entries(Documents(path=str(path)), 0))


def read(path: Path | str, entries: list[Entry] | None = None, max_file_bytes: int = 1000) -> list[RawFile]:
    listed = entries_of(path) if entries is None else entries
    return list(read_files(Documents(path=str(path)), listed, max_file_bytes))


def write_parquet(path: Path, rows: list[dict[str, Any]], row_group_size: int = 3) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=row_group_size)
    return path


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["rows.parquet", "rows.jsonl", "rows.jsonl.gz"])
def test_each_row_is_a_file_with_its_provenance(tmp_path: Path, name: str) -> None:
    write = write_parquet if name.endswith(".parquet") else write_lines
    assert read(write(tmp_path / name, ROWS)) == EXPECTED


def test_a_row_group_of_parquet_is_an_entry_of_its_own(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "rows.parquet", ROWS)
    entries = entries_of(path)
    assert [entry.location for entry in entries] == ["#0", "#1", "#2"]
    assert len({entry.version for entry in entries}) == 3
    assert read(path, entries[1:2]) == EXPECTED[3:6]
    assert read(path, [entries[2], entries[0]]) == EXPECTED[6:] + EXPECTED[:3]


def test_a_folder_and_a_url_are_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write_parquet(tmp_path / "b" / "rows#1.parquet", ROWS[:4])
    write_lines(tmp_path / "c.jsonl.gz", ROWS[4:])
    (tmp_path / "README.md").write_text("not a table")
    assert [entry.path for entry in entries_of(tmp_path)] == ["b/rows#1.parquet"] * 2 + ["c.jsonl.gz"]
    assert read(tmp_path) == EXPECTED

    fs = fsspec.filesystem("memory")
    fs.put(str(tmp_path), "/documents-test", recursive=True)
    try:
        url = "memory://documents-test"
        assert entries_of(url) == entries_of(tmp_path)
        assert read(url) == EXPECTED
        assert read(f"{url}/c.jsonl.gz") == EXPECTED[4:]
    finally:
        fs.rm("/documents-test", recursive=True)


def test_only_content_repo_and_path_are_needed(tmp_path: Path) -> None:
    bare = [{name: row[name] for name in ("content", "repo", "path")} for row in ROWS[:1]]
    for path in (write_parquet(tmp_path / "rows.parquet", bare), write_lines(tmp_path / "rows.jsonl", bare)):
        (raw,) = read(path)
        assert (raw.source, raw.stars, raw.commit_time, raw.license) == ("documents", 0, None, None)
        assert raw.content == EXPECTED[0].content


def test_rows_without_content_or_over_the_limit_come_with_a_reason(tmp_path: Path) -> None:
    rows = [
        {"content": None, "repo": "r", "path": "none.py"},
        {"content": "x" * 11, "repo": "r", "path": "large.py"},
        {"content": "x", "repo": None, "path": "lost.py"},
        {"content": "x" * 10, "repo": "r", "path": "fits.py"},
    ]
    for path in (write_parquet(tmp_path / "rows.parquet", rows), write_lines(tmp_path / "rows.jsonl", rows)):
        raws = read(path, max_file_bytes=10)
        assert [raw.reason for raw in raws] == ["unreadable", "too_large", "unreadable", None]
        assert [raw.size_bytes for raw in raws] == [0, 11, 1, 10]
        assert [raw.content for raw in raws] == [b"", b"", b"", b"x" * 10]


@pytest.mark.parametrize(
    "content",
    [
        pa.array([b"\xc3\xa4"], pa.binary()),
        pa.array([b"\xc3\xa4"], pa.large_binary()),
        pa.array(["ä"], pa.large_string()),
        pa.array(["ä"]).dictionary_encode(),
    ],
)
def test_contents_may_be_bytes_and_any_string_type(tmp_path: Path, content: pa.Array) -> None:
    table = pa.table({"content": content, "repo": ["r"], "path": ["p.py"]})
    pq.write_table(table, tmp_path / "rows.parquet")
    assert [raw.content for raw in read(tmp_path / "rows.parquet")] == [b"\xc3\xa4"]


@pytest.mark.parametrize(
    "value",
    [
        1_600_000_000,
        1_600_000_000.5,
        "2020-09-13T12:26:40+00:00",
        "2020-09-13T14:26:40+02:00",
        "2020-09-13 12:26:40",
    ],
)
def test_a_commit_time_is_a_number_or_an_iso_text(tmp_path: Path, value: object) -> None:
    rows = [{**ROWS[0], "commit_time": value}]
    for path in (write_lines(tmp_path / "rows.jsonl", rows), write_parquet(tmp_path / "rows.parquet", rows)):
        assert [raw.commit_time for raw in read(path)] == [1_600_000_000]


def test_a_commit_time_may_be_an_arrow_timestamp(tmp_path: Path) -> None:
    for unit, zone in (("us", "UTC"), ("ns", None), ("s", "Europe/Paris")):
        times = pa.array([datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC), None]).cast(pa.timestamp(unit, zone))
        table = pa.table({"content": ["a", "b"], "repo": ["r"] * 2, "path": ["p", "q"], "commit_time": times})
        pq.write_table(table, tmp_path / "rows.parquet")
        assert [raw.commit_time for raw in read(tmp_path / "rows.parquet")] == [1_600_000_000, None]


def test_a_lone_surrogate_is_kept_as_bytes_that_no_text_has(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"content": "\\ud800", "repo": "r", "path": "p.py"}\n\n')
    (raw,) = read(tmp_path / "rows.jsonl")
    assert raw.content == b"\xed\xa0\x80"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "rows.jsonl",
            b'{"content": "x", "repo": "r", "path": "p"}\n{"content": "y',
            r"rows\.jsonl:2 is not JSON",
        ),
        ("rows.jsonl", b'{"repo": "r", "path": "p"}\n', r"rows\.jsonl:1 has no field 'content'"),
        ("rows.jsonl", b"[1]\n", r"rows\.jsonl:1 is not an object"),
        (
            "rows.jsonl",
            b'{"content": 1, "repo": "r", "path": "p"}\n',
            r"rows\.jsonl:1 is not an object whose",
        ),
        ("rows.jsonl.gz", gzip.compress(b'{"content": "x"}\n' * 99)[:-9], r"rows\.jsonl\.gz"),
        ("rows.jsonl.gz", b"not gzip", r"rows\.jsonl\.gz.* cannot be read"),
        ("rows.parquet", b"PAR1 cut off", r"rows\.parquet is not a whole Parquet file"),
    ],
)
def test_a_damaged_table_is_an_error_that_names_file_and_line(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=message):
        read(tmp_path / name)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "rows.parquet", [{"content": "x", "path": "p"}])
    with pytest.raises(
        SourceError, match=r"rows\.parquet has no column 'repo'; it has \['content', 'path'\]"
    ):
        read(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stars", "12"),
        ("stars", 2.7),
        ("stars", -1),
        ("stars", True),
        ("stars", float("nan")),
        ("repo", 5),
        ("path", ["p"]),
        ("source", 1),
        ("license", 1),
        ("license", [1]),
        ("license", ["MIT", ""]),
        ("commit_time", float("nan")),
        ("commit_time", float("inf")),
        ("commit_time", True),
        ("commit_time", "yesterday"),
    ],
)
def test_a_field_of_a_wrong_type_is_named_with_its_file_and_row(
    tmp_path: Path, field: str, value: object
) -> None:
    row = {**ROWS[0], field: value}
    with pytest.raises(SourceError, match=rf"rows\.jsonl:2: {field} .* is "):
        read(write_lines(tmp_path / "rows.jsonl", [ROWS[0], row]))
    empty = {"content": "x", "repo": None, "path": "p", field: None}
    path = write_parquet(tmp_path / "rows.parquet", [empty, empty, row], row_group_size=2)
    with pytest.raises(SourceError, match=rf"rows\.parquet: row 2 \(from 0\): {field} .* is "):
        read(path)


def test_numbers_too_large_and_broken_texts_are_named(tmp_path: Path) -> None:
    for field, value in (
        ("stars", 2**63),
        ("commit_time", 10**400),
        ("repo", "\ud800"),
        ("license", "\ud800"),
    ):
        path = write_lines(tmp_path / "rows.jsonl", [{**ROWS[0], field: value}])
        with pytest.raises(SourceError, match=rf"rows\.jsonl:1: {field} "):
            read(path)
    table = pa.table({"content": ["x"], "repo": [b"\xff"], "path": ["p"]})
    pq.write_table(table, tmp_path / "rows.parquet")
    with pytest.raises(SourceError, match=r"row 0 \(from 0\): repo .* is not text"):
        read(tmp_path / "rows.parquet")


def test_licences_of_a_list_all_apply_and_whole_floats_are_stars(tmp_path: Path) -> None:
    lists = [["MIT"], ["MIT", "Apache-2.0"], ["MIT OR Apache-2.0", "Zlib"], [], None]
    rows = [{**ROWS[0], "license": value, "stars": 3.0} for value in lists]
    for path in (write_lines(tmp_path / "rows.jsonl", rows), write_parquet(tmp_path / "rows.parquet", rows)):
        raws = read(path)
        assert [raw.license for raw in raws] == [
            "MIT",
            "MIT AND Apache-2.0",
            "(MIT OR Apache-2.0) AND Zlib",
            None,
            None,
        ]
        assert [raw.stars for raw in raws] == [3] * 5


@pytest.mark.parametrize("name", ["rows.parquet", "rows.jsonl"])
def test_a_table_that_changed_since_it_was_listed_is_an_error(tmp_path: Path, name: str) -> None:
    write = write_parquet if name.endswith(".parquet") else write_lines
    path = write(tmp_path / name, ROWS)
    entries = entries_of(path)
    for changed in ([{**row, "content": "changed"} for row in ROWS], ROWS[:1]):
        write(path, changed)
        with pytest.raises(SourceError, match=r"changed while being read: run the same command again"):
            read(path, entries[-1:])
    path.unlink()
    with pytest.raises(SourceError, match=r"rows"):
        read(path, entries)


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing here")
    with pytest.raises(SourceError, match=r"collect\.sources\[0\] \(documents .*\) holds no file"):
        entries_of(tmp_path)
    with pytest.raises(SourceError, match=r"does not exist"):
        entries_of(tmp_path / "rows.parquet")
