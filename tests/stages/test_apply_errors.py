"""What `opencoder apply` says to bad inputs and wrong calls."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deployments.apply.command import apply
from deployments.cli import main
from tasks.runtime.errors import RecipeError, SourceError


def write_rows(path: Path, n_rows: int) -> Path:
    path.write_text('{"content": "a"}\n' * n_rows)
    return path


def parquet_bytes(**columns: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


WHOLE = parquet_bytes(content=["text " * 100] * 50)
BAD_INPUTS = {
    "gone.jsonl": (None, "does not exist"),
    "empty.jsonl": (b"", "holds no rows"),
    "blank.jsonl": (b"\n  \n", "holds no rows"),
    "empty.parquet": (parquet_bytes(content=pa.array([], pa.string())), "holds no rows"),
    "notes.txt": (b"hello", r"none of \.jsonl"),
    "line.jsonl": (b'{"content": "a"}\n{"content": \n', r"line\.jsonl:2 is not JSON"),
    "latin.jsonl": (b'{"content": "a"}\n{"content": "\xe9"}\n', r"latin\.jsonl:2 is not JSON"),
    "list.jsonl": (b'[{"content": "a"}]\n', r"list\.jsonl:1 is not a JSON object"),
    "field.jsonl": (b'{"text": "a"}\n', r"field\.jsonl:1 has no field `content`; it has text"),
    "number.jsonl": (b'{"content": 5}\n', r"number\.jsonl:1: `content` is int, not text"),
    "half.jsonl": (b'{"content": "a"}\n{"content": "\\ud800"}\n', r"half\.jsonl:2 holds half of a surrogate"),
    "cut.jsonl.gz": (
        gzip.compress(b'{"content": "a"}\n' * 1000)[:-20],
        r"cut\.jsonl\.gz is damaged or cut short",
    ),
    "plain.jsonl.gz": (b'{"content": "a"}\n', r"plain\.jsonl\.gz is damaged"),
    "cut.parquet": (WHOLE[: len(WHOLE) // 2], r"cut\.parquet is damaged or cut short"),
    "inside.parquet": (WHOLE[:20] + bytes(60) + WHOLE[80:], r"inside\.parquet is damaged or cut short"),
    "column.parquet": (parquet_bytes(text=["a"]), r"column\.parquet has no column `content`; it has text"),
    "binary.parquet": (parquet_bytes(content=[b"a"]), "`content` is binary, not text"),
    "null.parquet": (parquet_bytes(content=["a", None]), r"row 1 \(from 0\) has no `content`"),
    "stars.parquet": (parquet_bytes(content=["a"], stars=["many"]), "'stars' is no whole number"),
    "time.parquet": (parquet_bytes(content=["a"], commit_time=["soon"]), "row 0 .*commit_time 'soon'"),
    "path.parquet": (parquet_bytes(content=["a"], path=[["a"]]), "'path' is list.* not text"),
    "id.parquet": (parquet_bytes(content=["a"], id=[0.5]), "'id' is double, neither text nor whole"),
    "some.jsonl": (b'{"content": "a", "id": 1}\n{"content": "b"}\n', r"row 1 \(from 0\) has no 'id'"),
    "twice.jsonl": (
        b'{"content": "a", "id": 1}\n{"content": "b", "id": 2}\n{"content": "c", "id": "1"}\n',
        r"the id '1' is not unique: rows 0, 2",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_a_bad_input_is_an_error_that_names_it_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    data, message = BAD_INPUTS[name]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=message):
        apply("dedup", str(tmp_path / name), str(tmp_path / "out"), {}, 0, is_base64=False)
    assert not (tmp_path / "out").exists()


def test_a_wrong_call_names_what_is_wrong(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", 1)
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("")
    calls: list[tuple[str, str, dict[str, Any], bool, str]] = [
        (
            "dedup",
            "out",
            {"dedup_fuzzy.band": 1},
            False,
            "dedup_fuzzy.band: no such field; did you mean bands",
        ),
        (
            "dedup",
            "out",
            {"filter.seed": 1},
            False,
            r"filter.seed: `apply dedup` does not read it.*dedup_exact",
        ),
        ("redact", "out", {"filter.profile": "compat"}, False, r"filter.profile: .*filter.transform"),
        ("filter", "out", {"filter.rules.qsc_code_num_word.low": 1}, False, "filter.rules.qsc_code_num_word"),
        (
            "filter",
            "out",
            {"filter.rules.qsc_code_num_words.lo": 1},
            False,
            "qsc_code_num_words.lo: no such field",
        ),
        ("dedup", "full", {}, False, "full is not empty"),
        ("dedup", "file", {}, False, "file is not a folder"),
        ("collect", "out", {}, False, "apply collect: no such stage"),
        ("dedup", "out", {}, True, r"row 0 \(from 0\): `content` is not base64"),
    ]
    for stage, out, overrides, is_base64, message in calls:
        with pytest.raises(RecipeError, match=message):
            apply(stage, str(source), str(tmp_path / out), overrides, 0, is_base64=is_base64)
        assert not (tmp_path / "out").exists()


def test_the_command_ends_with_an_exit_code_and_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "in.jsonl", 2)
    out = tmp_path / "out"
    assert main(["apply", "dedup", str(source), "-o", str(out), "--set", "dedup_fuzzy.bands=20"]) == 0
    assert "kept.parquet" in (shown := capsys.readouterr()).out
    assert "out" in shown.out
    assert main(["apply", "dedup", str(source), "-o", str(out)]) == 2
    assert main(["apply", "dedup", str(tmp_path / "gone"), "-o", str(tmp_path / "new")]) == 1
    errors = capsys.readouterr().err
    assert errors.count("error: ") == 2
    assert "Traceback" not in errors
