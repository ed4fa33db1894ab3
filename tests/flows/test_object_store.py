"""The same run on an S3 server, two at once: one set of artifacts, both succeed, bytes as on disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from whole_runs import STAGES, environment, finish, hashes_at, run_inline, start_run

BUCKET = "opencoder-test"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A moto server on a free loopback port with an empty bucket; what a client needs in its environment."""
    import boto3

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield variables
    server.stop()


def test_two_runs_at_once_on_s3_end_with_one_set_of_artifacts(
    s3: dict[str, str], tmp_path: Path, prefect_home: Path
) -> None:
    import boto3

    env = environment(prefect_home, **s3)
    url = f"s3://{BUCKET}/artifacts"
    both = [start_run(url, env, actors=1) for _ in range(2)]
    for process in both:
        finish(process)
    on_s3 = hashes_at(url)

    assert on_s3 == run_inline(tmp_path)

    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    for stage in ("snapshot", *STAGES):
        assert (
            sum(key.startswith(f"artifacts/{stage}/") and key.endswith("/manifest.json") for key in keys) == 1
        )
    assert not [key for key in keys if ".probe" in key]
