"""The output folder while `apply` works: OUT/.work holds the artifacts, and which call they are of.

A folder with anything else in it is never touched. Results move out of `.work` when all of them are there,
so an output folder without `.work` is whole.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.runtime.errors import ConfigError, StoreError
from tasks.runtime.manifest import differences

FOLDER = ".work"
SUMMARY = "summary.json"
_CALL = "call.json"
_RESULTS = "results"


@dataclass(frozen=True)
class Work:
    """An output folder at work."""

    output: Path
    is_new: bool
    """This call made the folder."""

    @property
    def folder(self) -> Path:
        """What is removed at the end."""
        return self.output / FOLDER

    @property
    def store_url(self) -> str:
        """The store of the artifacts."""
        return str(self.folder / "store")

    @property
    def results(self) -> Path:
        """Where files are written before they appear in the output folder."""
        return self.folder / _RESULTS

    def finish(self, files: Iterable[str], summary: Mapping[str, Any]) -> None:
        """Moves the results into the output folder, the summary last, and removes the rest."""
        text = json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
        try:
            (self.results / SUMMARY).write_text(text, encoding="utf-8")
            for file in (*files, SUMMARY):
                os.replace(self.results / file, self.output / file)
            shutil.rmtree(self.folder)
        except OSError as error:
            raise StoreError(f"{self.output} cannot be written: {error}") from error

    def discard(self) -> None:
        """Removes what this call made."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.is_new and not any(self.output.iterdir()):
            self.output.rmdir()


def open_work(output: str, call: Mapping[str, Any]) -> Work:
    """The folder, made or taken up again; ConfigError where it holds something else than this call's work."""
    folder = Path(output).absolute()
    work = Work(folder, is_new=not folder.exists())
    try:
        _refuse_others_work(work, call)
        work.results.mkdir(parents=True, exist_ok=True)
        (work.folder / _CALL).write_text(json.dumps(call), encoding="utf-8")
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigError(f"{output} is not a folder: name a new or empty one") from error
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error}") from error
    return work


def _refuse_others_work(work: Work, call: Mapping[str, Any]) -> None:
    if work.is_new or not any(work.output.iterdir()):
        return
    if not work.folder.is_dir():
        raise ConfigError(f"{work.output} is not empty: name a new or empty folder")
    try:
        before = json.loads((work.folder / _CALL).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        before = {}
    changes = differences(before, json.loads(json.dumps(call)))
    if changes:
        raise ConfigError(
            f"{work.output} holds the unfinished work of another call ({'; '.join(changes[:3])}): "
            f"repeat that call, or remove {work.folder}"
        )
