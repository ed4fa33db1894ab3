"""Sources on a real S3 interface: entity tags stand for contents, and nothing is read to list them."""

import json
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from models.collect import Directory, Documents
from tasks.collect.snapshot import Entry
from tasks.collect.sources import list_entries, read_files
from tasks.runtime.errors import SourceError

MIT = b"Permission is hereby granted, free of charge, to any person obtaining a copy"
FILES = {"zeta/LICENSE": MIT, "zeta/a.py": b"x = 1\n", "alpha/b.c": b"int y;\n", "alpha.txt": b"text\n"}
PART_BYTES = 5 << 20


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        fsspec.filesystem("s3", use_listings_cache=False).mkdir("collect-test")
        yield "collect-test"
        fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.stop()


@pytest.fixture
def fs(bucket: str) -> Iterator[Any]:
    fs = fsspec.filesystem("s3", use_listings_cache=False)
    for name, content in FILES.items():
        fs.pipe_file(f"{bucket}/in/{name}", content)
    yield fs
    fs.rm(f"{bucket}/in", recursive=True)


def entries_of(url: str, **fields: object) -> list[Entry]:
    return list(list_entries(Directory.model_validate({"path": url, **fields}), 0))


@pytest.mark.parametrize("repo_depth", [0, 1])
def test_objects_are_listed_by_path_with_their_tags(fs: Any, bucket: str, repo_depth: int) -> None:
    entries = entries_of(f"s3://{bucket}/in", repo_depth=repo_depth)
    assert [entry.location for entry in entries] == ["alpha.txt", "alpha/b.c", "zeta/LICENSE", "zeta/a.py"]
    assert all(entry.version.startswith("etag:") and entry.commit_time for entry in entries)
    assert [entry.license for entry in entries] == [
        None,
        None,
        *(["MIT", "MIT"] if repo_depth else [None] * 2),
    ]
    raws = list(read_files(Directory(path=f"s3://{bucket}/in"), entries, 1000))
    assert [raw.content for raw in raws] == [FILES[entry.location] for entry in entries]


def test_an_object_that_changed_or_vanished_is_an_error(fs: Any, bucket: str) -> None:
    source = Directory(path=f"s3://{bucket}/in")
    entries = entries_of(source.path)
    fs.pipe_file(f"{bucket}/in/zeta/a.py", b"x = 2\n")
    with pytest.raises(SourceError, match=r"zeta/a\.py changed while being read"):
        list(read_files(source, entries, 1000))
    fs.rm_file(f"{bucket}/in/zeta/a.py")
    with pytest.raises(SourceError, match=r"cannot be read .*run the same command again"):
        list(read_files(source, entries, 1000))


def test_the_tag_of_an_object_put_in_parts_is_asked_for_again(fs: Any, bucket: str) -> None:
    source = Directory(path=f"s3://{bucket}/in")
    path = f"{bucket}/in/large.txt"
    with fs.open(path, "wb", block_size=PART_BYTES) as file:
        file.write(b"a" * (PART_BYTES + 1))
    (entry,) = [entry for entry in entries_of(source.path) if entry.location == "large.txt"]
    assert "-" in entry.version
    (raw,) = read_files(source, [entry], 2 * PART_BYTES)
    assert raw.content == b"a" * (PART_BYTES + 1)
    with fs.open(path, "wb", block_size=PART_BYTES) as file:
        file.write(b"b" * (PART_BYTES + 1))
    with pytest.raises(SourceError, match=r"large\.txt changed while being read"):
        list(read_files(source, [entry], 2 * PART_BYTES))


def test_tables_of_documents_are_read_from_objects(fs: Any, bucket: str) -> None:
    rows = [{"content": f"x = {i}", "repo": "r", "path": f"{i}.py"} for i in range(3)]
    fs.pipe_file(f"{bucket}/in/rows.jsonl", "\n".join(map(json.dumps, rows)).encode())
    source = Documents(path=f"s3://{bucket}/in")
    entries = list(list_entries(source, 0))
    assert [entry.path for entry in entries] == ["rows.jsonl"]
    assert entries[0].version.startswith("etag:")
    assert [raw.content for raw in read_files(source, entries, 1000)] == [b"x = 0", b"x = 1", b"x = 2"]
    fs.pipe_file(f"{bucket}/in/rows.jsonl", b"{}")
    with pytest.raises(SourceError, match=r"rows\.jsonl changed while being read"):
        list(read_files(source, entries, 1000))


def test_a_store_that_cannot_be_reached_is_an_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(
        SourceError, match=r"collect\.sources\[0\] \(directory s3://other/in\): Could not connect"
    ):
        entries_of("s3://other/in")
    with pytest.raises(SourceError, match=r"directory s3://other/in: Could not connect"):
        list(read_files(Directory(path="s3://other/in"), [], 1000))
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.mark.parametrize("url", ["s3://collect-test/nothing/here", "s3://no-such-bucket/in"])
def test_a_missing_prefix_or_bucket_is_an_error(bucket: str, url: str) -> None:
    with pytest.raises(SourceError, match=rf"collect\.sources\[0\]\.path: {url} does not exist"):
        entries_of(url)
