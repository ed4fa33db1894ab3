"""`opencoder apply` on small files of the user's own."""

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.apply import documents as apply_documents
from deployments.apply.command import apply
from deployments.apply.read_input import Input
from deployments.apply.tables import as_one_table, column_of
from tasks.filter import shard as filter_shard
from tasks.runtime.errors import ConfigError, ShardError

Rows = Sequence[dict[str, Any]]

GOOD_CODE = '''
import math
from collections import OrderedDict


def haversine_km(origin, target, radius=6371.0):
    lat1, lon1 = map(math.radians, origin)
    lat2, lon2 = map(math.radians, target)
    chord = math.sin((lat2 - lat1) / 2) ** 2
    chord += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * radius * math.asin(math.sqrt(chord))


class RecentRoutes:
    """The newest journeys, oldest forgotten first."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.journeys = OrderedDict()

    def add(self, label, stops):
        length = 0.0
        for previous, following in zip(stops, stops[1:]):
            length += haversine_km(previous, following)
        self.journeys[label] = round(length, 3)
        while len(self.journeys) > self.capacity:
            forgotten = next(iter(self.journeys))
            del self.journeys[forgotten]
        return length  # in kilometres
'''


def write_lines(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def run(
    stage: str,
    tmp_path: Path,
    rows: Rows,
    overrides: dict[str, Any] | None = None,
    n_workers: int = 0,
    *,
    is_base64: bool = False,
) -> dict[str, Any]:
    """The tables that OUT holds by name, and the summary."""
    source = write_lines(tmp_path / "in.jsonl", rows)
    assert (
        apply(stage, str(source), str(tmp_path / "out"), overrides or {}, n_workers, is_base64=is_base64) == 0
    )
    return read_out(tmp_path / "out")


def read_out(out: Path) -> dict[str, Any]:
    tables = {path.stem: pq.read_table(path).to_pylist() for path in out.glob("*.parquet")}
    return tables | {"summary": json.loads((out / "summary.json").read_text())}


def ids(rows: Rows) -> list[str]:
    return [row["input_id"] for row in rows]


def words(n: int, salt: str = "") -> str:
    return " ".join(f"{salt}word{i}" for i in range(n))


def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Input, "shard_bytes", property(lambda self: 9000))


def test_dedup_keeps_rows_as_given_and_tells_the_survivor(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "content": "same", "stars": 1, "extra": {"a": [1, 2]}},
        {"id": 8, "content": "other", "stars": 1, "extra": None},
        {"id": 9, "content": "same", "stars": 5, "extra": {"a": []}},
    ]
    out = run("dedup", tmp_path, rows)
    assert out["kept"] == [{"input_id": "8", **rows[1]}, {"input_id": "9", **rows[2]}]
    sha256 = hashlib.sha256(b"same").hexdigest()
    assert out["exact_groups"] == [
        {"input_id": key, "sha256": sha256, "survivor_input_id": "9"} for key in ("7", "9")
    ]
    assert out["clusters"] == []


def test_dedup_clusters_near_copies_by_the_given_bands(tmp_path: Path) -> None:
    text = words(400)
    rows: list[dict[str, Any]] = [
        {"id": "old", "content": text + " x", "commit_time": "2020-01-01T00:00:00Z"},
        {"id": "new", "content": text, "commit_time": "2021-01-01T00:00:00+02:00"},
        {"id": "far", "content": words(400, "other"), "commit_time": None},
    ]
    out = run("dedup", tmp_path, rows, {"dedup_fuzzy.bands": 20, "dedup_fuzzy.rows": 13})
    assert ids(out["kept"]) == ["new", "far"]
    assert {row["input_id"]: row["survivor_input_id"] for row in out["clusters"]} == {
        "old": "new",
        "new": "new",
    }
    assert len({row["cluster"] for row in out["clusters"]}) == 1
    jaccard = {row["input_id"]: row["estimated_jaccard"] for row in out["clusters"]}
    assert jaccard["new"] == 1.0
    assert 0.9 < jaccard["old"] <= 1.0
    assert out["summary"]["config"]["dedup_fuzzy"]["bands"] == 20


def test_row_numbers_stand_in_for_ids_and_rank_as_numbers(tmp_path: Path) -> None:
    rows = [{"content": "twice" if i in (9, 10) else f"text {i}"} for i in range(12)]
    out = run("dedup", tmp_path, rows)
    assert [(row["input_id"], row["survivor_input_id"]) for row in out["exact_groups"]] == [
        ("9", "9"),
        ("10", "9"),
    ]
    assert ids(out["kept"]) == [str(i) for i in range(12) if i != 10]


@pytest.mark.parametrize(
    "times", [("2020-01-01", "2021-06-01T12:00:00Z"), (1577836800, 1622548800), (1577836800.0, None)]
)
def test_the_latest_time_survives_in_any_notation(tmp_path: Path, times: tuple[Any, Any]) -> None:
    rows = [
        {"id": "b", "content": "x", "commit_time": times[0]},
        {"id": "a", "content": "x", "commit_time": times[1]},
    ]
    assert ids(run("dedup", tmp_path, rows)["kept"]) == (["a"] if times[1] else ["b"])


def test_a_parquet_time_ranks_too_and_equal_ranks_go_to_the_smallest_id(tmp_path: Path) -> None:
    seconds = [1, 2, 2, 2]
    table = pa.table(
        {
            "id": ["a", "10", "9", "x"],
            "content": pa.array(["x"] * 4).dictionary_encode(),
            "commit_time": pa.array([s * 10**6 for s in seconds], pa.timestamp("us", "UTC")),
            "stars": [3.0, float("nan"), None, 0.0],
        }
    ).slice(1)
    pq.write_table(table, tmp_path / "in.parquet")
    apply("dedup", str(tmp_path / "in.parquet"), str(tmp_path / "out"), {}, 0, is_base64=False)
    assert ids(read_out(tmp_path / "out")["kept"]) == ["10"]


def test_every_kind_of_input_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_shards(monkeypatch)
    rows = [{"id": f"r{i:02}", "content": words(40, f"{i % 70}"), "n": i} for i in range(100)]
    table = pa.Table.from_pylist(rows)
    write_lines(tmp_path / "one.jsonl", rows)
    write_lines(tmp_path / "two.jsonl.gz", rows)
    pq.write_table(table, tmp_path / "three.parquet", row_group_size=30)
    write_lines(tmp_path / "many" / "a.jsonl", rows[:40])
    pq.write_table(table.slice(40, 20), tmp_path / "many" / "b.parquet")
    write_lines(tmp_path / "many" / "c" / "d.ndjson.gz", rows[60:])
    write_lines(tmp_path / "many" / ".hidden" / "e.jsonl", rows)
    (tmp_path / "many" / "README.md").write_text("no table")
    outs = []
    for name in ("one.jsonl", "two.jsonl.gz", "three.parquet", "many"):
        apply("dedup", str(tmp_path / name), str(tmp_path / f"out_{name}"), {}, 0, is_base64=False)
        outs.append(read_out(tmp_path / f"out_{name}"))
    assert len(outs[0]["kept"]) == 70
    for out in outs:
        assert out["kept"] == [{"input_id": row["id"], **row} for row in rows[:70]]
        assert sorted(ids(out["exact_groups"])) == sorted(ids(outs[0]["exact_groups"]))
    assert outs[3]["summary"]["input"]["n_files"] == 3
    one = outs[0]["summary"]["input"]
    assert one["sha256"] == hashlib.sha256((tmp_path / "one.jsonl").read_bytes()).hexdigest()


def test_fields_without_a_common_type_are_kept_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_shards(monkeypatch)
    extras: list[Any] = [1, {"a": {}}, "plain", None, [1, "b"], 2**70, True]
    rows = [{"content": words(600, str(i)), "extra": extra, f"only{i}": i} for i, extra in enumerate(extras)]
    kept = run("dedup", tmp_path, rows)["kept"]
    assert [row["extra"] for row in kept] == [
        extra if extra is None or isinstance(extra, str) else json.dumps(extra) for extra in extras
    ]
    assert all(
        row[f"only{j}"] == (j if i == j else None) for i, row in enumerate(kept) for j in range(len(rows))
    )


@given(
    st.lists(
        st.none()
        | st.booleans()
        | st.integers(-(2**65), 2**65)
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.lists(st.integers(0, 9), max_size=2)
        | st.dictionaries(st.sampled_from("ab"), st.integers(0, 9)),
        min_size=1,
        max_size=12,
    ),
    st.data(),
)
def test_no_value_is_lost_however_a_column_is_cut(values: list[Any], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(values)))
    pieces = [pa.table({"x": column_of(piece)}) for piece in (values[:cut], values[cut:]) if piece]
    found = as_one_table(pieces)["x"].to_pylist()
    for value, one in zip(values, found, strict=True):
        plain = json.loads(one) if isinstance(one, str) and not isinstance(value, str) else one
        if isinstance(value, dict) and isinstance(plain, dict):
            plain = {key: item for key, item in plain.items() if item is not None}
        assert plain == value


def test_the_ids_of_one_apply_are_those_of_the_next(tmp_path: Path) -> None:
    run(
        "dedup",
        tmp_path,
        [{"content": GOOD_CODE, "path": "x/a.py"}, {"content": GOOD_CODE}, {"content": "#"}],
    )
    kept = tmp_path / "out" / "kept.parquet"
    apply("redact", str(kept), str(tmp_path / "next"), {}, 0, is_base64=False)
    assert ids(read_out(tmp_path / "next")["redacted"]) == ["0", "2"]


def test_filter_keeps_drops_and_measures(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "good", "content": GOOD_CODE, "path": "src/means.py"},
        {"id": "short", "content": "x = 1\n", "filename": "short.py"},
        {"id": "good2", "content": GOOD_CODE, "program_lang": "python", "doc_type": "code"},
        {"id": "shebang", "content": "#!/usr/bin/env python3\n" + GOOD_CODE},
        {"id": "ext", "content": GOOD_CODE, "ext": ".py", "language": "", "note": None},
    ]
    out = run("filter", tmp_path, rows)
    assert ids(out["kept"]) == ["good", "good2", "shebang", "ext"]
    assert out["kept"][0]["content"] == GOOD_CODE
    assert set(ids(out["dropped"])) == {"short"}
    n_words = next(row for row in out["dropped"] if row["rule"] == "qsc_code_num_words")
    assert n_words["value"] < n_words["low"]
    assert ids(out["signals"]) == [row["id"] for row in rows]
    assert out["signals"][1]["qsc_code_num_chars"] == 6
    assert out["signals"][0]["qsc_doc_num_words"] is None


def test_filter_drops_what_it_cannot_judge(tmp_path: Path) -> None:
    rows = [
        {"id": "nameless", "content": GOOD_CODE},
        {"id": "odd", "content": GOOD_CODE, "path": "a.zzz"},
        {"id": "told", "content": GOOD_CODE, "path": "a.py", "doc_type": "unknown"},
        {"id": "svg", "content": GOOD_CODE, "path": "a.svg"},
        {"id": "told2", "content": GOOD_CODE, "path": "a.py", "kind": "excluded"},
        {"id": "good", "content": GOOD_CODE, "path": "a.py"},
        {"id": "own", "content": GOOD_CODE, "path": "a.zzz", "language": "Mine", "kind": "code"},
    ]
    out = run("filter", tmp_path, rows)
    unknown, excluded = "unknown_language", "excluded_language"
    assert {row["input_id"]: row["rule"] for row in out["dropped"]} == {
        "nameless": unknown,
        "odd": unknown,
        "told": unknown,
        "svg": excluded,
        "told2": excluded,
    }
    assert all(row["value"] is row["low"] is row["high"] is None for row in out["dropped"])
    assert ids(out["kept"]) == ["good", "own"]
    assert ids(out["signals"]) == [row["id"] for row in rows]
    assert out["signals"][0]["qsc_code_num_chars"] is None


def test_filter_rules_are_changed_field_by_field(tmp_path: Path) -> None:
    rows = [{"content": "value = compute(first_thing, second_thing)\n", "path": "a.py"}]
    rule = "filter.rules.qsc_code_num_words"
    out = run("filter", tmp_path, rows, {f"{rule}.low": 2, f"{rule}.high": 3})
    hit = next(row for row in out["dropped"] if row["rule"] == "qsc_code_num_words")
    assert (hit["low"], hit["high"]) == (2, 3)


def test_filter_measures_the_text_as_given_unless_told_otherwise(tmp_path: Path) -> None:
    text = "contact = 'someone.real@company-mail.org'\n"
    rows = [{"content": text, "path": "a.py"}]
    assert run("filter", tmp_path / "a", rows)["signals"][0]["qsc_code_num_chars"] == len(text)
    redacted = run("filter", tmp_path / "b", rows, {"filter.transform.redact_emails": True})
    assert redacted["signals"][0]["qsc_code_num_chars"] < len(text)


def test_redact_gives_texts_and_spans_of_the_input(tmp_path: Path) -> None:
    text = "ä = 'someone.real@company-mail.org'\n"
    rows = [
        {"id": "mail", "content": text, "path": "a.py"},
        {"id": "none", "content": "x = 1\n", "path": "a.py"},
    ]
    out = run("redact", tmp_path, rows)
    start, end = text.index("someone"), text.index("org") + 3
    assert out["redacted"] == [
        {
            "input_id": "mail",
            "content": "ä = '<email>'\n",
            "spans": [{"kind": "email", "start": start, "end": end}],
        },
        {"input_id": "none", "content": "x = 1\n", "spans": []},
    ]
    off = run("redact", tmp_path / "off", rows, {"filter.transform.redact_emails": False})
    assert off["redacted"][0]["content"] == text
    assert out["summary"]["stages"]["redact"]["redactions_by_kind"] == {"email": 1}


def test_sample_splits_rows_by_repository_and_ratio(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"{i}",
            "content": f"text {i}",
            "repo": f"owner/{i % 10}",
            "language": "java" if i % 2 else "c",
        }
        for i in range(200)
    ]
    out = run("sample", tmp_path, rows, {"sample.holdout_share": 0.3, "sample.keep_ratio.java": 0.5})
    held = {row["repo"] for row in out["holdout"]}
    assert 0 < len(held) < 10
    assert not held & {row["repo"] for row in [*out["kept"], *out["left_out"]]}
    assert {row["language"] for row in out["left_out"]} == {"java"}
    assert sorted(ids([*out["kept"], *out["holdout"], *out["left_out"]])) == sorted(row["id"] for row in rows)
    assert ids(out["kept"]) == sorted(ids(out["kept"]), key=int)
    assert all(row in rows for row in without_ids(out["kept"]))


def without_ids(rows: Rows) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "input_id"} for row in rows]


def test_base64_is_read_as_bytes(tmp_path: Path) -> None:
    raw = [b"caf\xe9", "café".encode(), b"caf\xe9", b""]
    rows = [{"id": str(i), "content": base64.b64encode(content).decode()} for i, content in enumerate(raw)]
    out = run("dedup", tmp_path, rows, is_base64=True)
    assert ids(out["kept"]) == ["0", "1", "3"]
    assert out["kept"][0]["content"] == rows[0]["content"]
    assert out["exact_groups"][0]["sha256"] == hashlib.sha256(raw[0]).hexdigest()
    redacted = run("redact", tmp_path / "redact", rows, is_base64=True)["redacted"]
    assert [row["content"] for row in redacted] == ["caf�", "café", "caf�", ""]


def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ray_session: None) -> None:
    small_shards(monkeypatch)
    rows = [{"content": words(40, f"{i % 60}") + f" mail{i % 60}@company-mail.org"} for i in range(100)]
    for stage in ("dedup", "redact"):
        outs = [run(stage, tmp_path / f"{stage}{n}", rows, n_workers=n) for n in (0, 2)]
        for out in outs:
            del out["summary"]["seconds"], out["summary"]["input"]["path"]
        assert outs[0] == outs[1]


def test_a_failed_call_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"content": GOOD_CODE, "path": "a.py"}]
    with monkeypatch.context() as patch:
        patch.setattr(filter_shard, "measure", no_space)
        with pytest.raises(ShardError, match="disk is full"):
            run("filter", tmp_path, rows)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".work"]
    with pytest.raises(ConfigError, match=r"another call \(config.filter.seed: 0 -> 1\)"):
        run("filter", tmp_path, rows, {"filter.seed": 1})
    monkeypatch.setattr(apply_documents, "_build", no_space)
    out = run("filter", tmp_path, rows)
    assert ids(out["kept"]) == ["0"]
    assert not (tmp_path / "out" / ".work").exists()
    with pytest.raises(ConfigError, match="not empty"):
        run("filter", tmp_path, rows)


def no_space(*_: object) -> None:
    raise OSError("disk is full")
