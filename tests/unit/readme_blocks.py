"""The fenced blocks of the documentation, and how its examples are applied to a copy of the tree."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/extending.md")
EXAMPLES = ("Add a stage", "Add a rule")
"""Sections whose blocks change the tree: they are run in a copy of their own."""

_FENCE = re.compile(
    r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$|^##+ (?P<title>[^\n]+)$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """One fenced block: `bash`, `bash needs: s3`, `python models/x.py`, `diff flows/y.py`."""

    section: str
    language: str
    note: str
    body: str

    def commands(self) -> list[str]:
        lines = self.body.replace("\\\n", "").splitlines()
        return [line for line in lines if line.strip() and not line.startswith("#")]


def blocks() -> list[Block]:
    found = []
    for name in DOCUMENTS:
        section = ""
        for match in _FENCE.finditer((ROOT / name).read_text(encoding="utf-8")):
            if match["title"]:
                section = match["title"]
            else:
                language, _, note = match["info"].partition(" ")
                found.append(Block(section, language, note, match["body"]))
    return found


def copy_tree(folder: Path) -> Path:
    """The sources of the project, to be changed at will."""
    for name in ("flows", "tasks", "models", "deployments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "Makefile", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def environment(tree: Path, **more: str) -> dict[str, str]:
    """Commands of this environment, code of `tree`, and nothing of the user's Prefect."""
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT_", "OPENCODER_"))
        },
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(tree),
        "PREFECT_HOME": str(tree / ".prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "COLUMNS": "160",
        **more,
    }


def apply_diff(path: Path, diff: str) -> None:
    """Applies hunks parted by `@@` lines; the old lines of each must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    for hunk in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        assert f"\n{text}".count(f"\n{old}") == 1, f"{path} does not hold exactly once:\n{old}"
        text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
    path.write_text(text, encoding="utf-8")
