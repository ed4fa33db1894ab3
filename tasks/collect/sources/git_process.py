"""Runs git on one repository: no prompt, no pager, no network, no repository but the one named."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from tasks.runtime.errors import SourceError

_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_REPOSITORY_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_WORK_TREE",
    }
)


class BlobReader:
    """Blobs of one repository, read one after the other from a single git process."""

    def __init__(self, path: str, requests: BinaryIO, replies: BinaryIO) -> None:
        self.path = path
        self.requests = requests
        self.replies = replies

    def read(self, object_id: str) -> bytes:
        """The bytes of a blob; SourceError when the repository does not hold it whole."""
        try:
            self.requests.write(object_id.encode() + b"\n")
            self.requests.flush()
            header = self.replies.readline().split()
        except BrokenPipeError:
            header = []
        if len(header) != 3 or header[1] != b"blob":
            raise SourceError(
                f"{self.path}: git has no blob {object_id}: the repository was changed or cloned in part: "
                "fetch all of it and run the same command again"
            )
        size_bytes = int(header[2])
        content = self.replies.read(size_bytes + 1)  # a newline follows the content
        if len(content) != size_bytes + 1:
            raise SourceError(f"{self.path}: git ended while reading blob {object_id}: check with `git fsck`")
        return content[:-1]


@contextmanager
def blob_reader(path: str) -> Iterator[BlobReader]:
    """A reader of blobs whose process ends with the block."""
    with start_git(path, "cat-file", "--batch") as process:
        try:
            yield BlobReader(path, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout))
        finally:
            process.kill()


def run_git(path: str, *arguments: str) -> tuple[int, bytes, str]:
    """Exit status, output and error message of one command; SourceError when git is not installed."""
    try:
        done = subprocess.run(
            _command(path, arguments), capture_output=True, env=_environment(path), check=False
        )
    except FileNotFoundError as error:
        raise _no_git(path) from error
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip()


def start_git(path: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A running command with pipes to and from it; SourceError when git is not installed."""
    try:
        return subprocess.Popen(
            _command(path, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(path),
        )
    except FileNotFoundError as error:
        raise _no_git(path) from error


def _command(path: str, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", path, "--no-pager", "--literal-pathspecs", *arguments]


def _environment(path: str) -> dict[str, str]:
    # Set inside a git hook, these would point to another repository.
    inherited = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES}
    # Without a ceiling, a folder that is no repository would give the one around it.
    ceiling = os.path.dirname(os.path.realpath(path))
    return {**inherited, **_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": ceiling}


def _no_git(path: str) -> SourceError:
    return SourceError(f"{path}: the program git is needed to read a repository, and is not installed")
