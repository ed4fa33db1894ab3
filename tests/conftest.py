"""What all tests share: the reference data, hypothesis' profile, and one Ray and one Prefect per run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; absent, the test is skipped, or fails where the data is required."""
    folder = Path(os.environ.get("OPENCODER_SHARED", ROOT.parent / "shared"))
    if not (folder / "golden").is_dir():
        message = f"reference data not found at {folder}: set OPENCODER_SHARED"
        if os.environ.get("OPENCODER_REQUIRE_SHARED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def ray_session() -> Iterator[None]:
    """One local Ray for the whole test run; starting it costs seconds."""
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def prefect_session() -> Iterator[None]:
    """One temporary Prefect server for the whole test run."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness():
        yield


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where runs in processes of their own keep Prefect's database; made once, for making it takes seconds."""
    return tmp_path_factory.mktemp("prefect-home")
