from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from tasks.collect.snapshot import SNAPSHOT_SCHEMA, Entry, RawFile, entries_from_table, entries_to_table

text = st.text(max_size=20)
int64 = st.integers(min_value=-(1 << 63), max_value=(1 << 63) - 1)
entries = st.builds(
    Entry,
    source_index=st.integers(0, 1000),
    source=text,
    repo=text,
    path=text,
    location=text,
    size_bytes=int64,
    version=text,
    commit_time=st.none() | int64,
    stars=int64,
    license=st.none() | text,
)


@given(st.lists(entries, max_size=10))
def test_entries_survive_the_table_in_their_order(rows: list[Entry]) -> None:
    table = entries_to_table(rows)
    assert table.schema.equals(SNAPSHOT_SCHEMA)
    assert table.num_rows == len(rows)
    assert entries_from_table(table) == rows


def test_the_schema_has_the_fields_of_an_entry_in_their_order() -> None:
    assert SNAPSHOT_SCHEMA.names == [field.name for field in fields(Entry)]


def test_an_entry_is_skipped_for_what_its_version_says_or_for_its_size() -> None:
    entry = Entry(0, "directory", "r", "a.py", "a.py", 10, "sha256:00", None, 0, None)
    link = Entry(0, "directory", "r", "a.py", "a.py", 10, "none:not_a_file", None, 0, None)
    assert (entry.skip_reason(10), entry.skip_reason(9)) == (None, "too_large")
    assert (link.skip_reason(10), link.skip_reason(9)) == ("not_a_file", "not_a_file")


def test_a_file_carries_the_provenance_of_its_entry() -> None:
    entry = Entry(3, "git", "o/r", "a.py", "f00", 10, "git:f00", 12, 7, "MIT")
    assert RawFile.of(entry, b"x") == RawFile("git", "o/r", "a.py", 10, 12, 7, "MIT", b"x", None)
