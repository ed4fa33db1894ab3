"""`make verify`: the long acceptance checks, one process each; those that passed on this code are skipped.

What passed is kept in .verify/, under a hash of all tracked files, so an interrupted run goes on where it
stopped and any change of the code starts over.
"""

import hashlib
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def state_of_code() -> str:
    """A hash of every tracked or new file as it is now."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    digest = hashlib.sha256()
    for name in sorted(filter(None, names)):
        path = ROOT / name.decode()
        digest.update(name + b"\0" + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()[:16]


def checks() -> list[str]:
    """The ids of all tests marked `verify`."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "verify", "tests"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [line for line in output.splitlines() if "::" in line]


def main() -> int:
    """Runs what has not passed yet; 0 when everything has."""
    passed = ROOT / ".verify" / state_of_code()
    passed.mkdir(parents=True, exist_ok=True)
    failed = []
    for check in checks():
        mark = passed / re.sub(r"\W+", "_", check)
        if mark.exists():
            print(f"passed before  {check}")
            continue
        started = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "verify", check]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(
            f"{'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s  {check}",
            flush=True,
        )
        if code == 0:
            mark.touch()
        else:
            failed.append(check)
    print(f"{len(failed)} failed" + "".join(f"\n  {check}" for check in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
