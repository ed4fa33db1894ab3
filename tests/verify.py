"""`make verify`: the long acceptance checks; those that passed on this very code are not run again.

What passed is kept in .verify/, under a hash of all files, so an interrupted run goes on where it stopped
and any change of the code starts over.
"""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def state_of_code() -> str:
    """[16 hex digits] over every tracked or new file as it is now."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    digest = hashlib.sha256()
    for name in sorted(filter(None, names)):
        path = ROOT / name.decode()
        digest.update(name + b"\0" + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()[:16]


class Resume:
    """A pytest plugin: leaves a mark for each check that passes, and leaves out those that have one."""

    def __init__(self, folder: Path) -> None:
        """Keeps the marks in a folder, made here."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselects what passed before."""
        passed = [item for item in items if self._mark(item.nodeid).exists()]
        if passed:
            config.hook.pytest_deselected(items=passed)
            items[:] = [item for item in items if item not in passed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Marks a check whose call passed."""
        if report.when == "call" and report.passed:
            self._mark(report.nodeid).touch()

    def _mark(self, node_id: str) -> Path:
        readable = re.sub(r"\W+", "_", node_id)[-80:]
        return self._folder / f"{readable}-{hashlib.sha256(node_id.encode()).hexdigest()[:8]}"


def main() -> int:
    """The exit code of pytest; 0 too when everything had passed before."""
    plugin = Resume(ROOT / ".verify" / state_of_code())
    code = pytest.main(["-m", "verify", "-v", "--show-capture=no", str(ROOT / "tests")], plugins=[plugin])
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else int(code)


if __name__ == "__main__":
    raise SystemExit(main())
