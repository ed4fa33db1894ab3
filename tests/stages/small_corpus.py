"""A small corpus of real files in two sources, with one file of each fate that `why` can tell.

    forge/   10 stars a repository      mirror/   500 stars: its copies are the survivors

The bulk are modules of the running Python's library, so the filter and both deduplications do their
real work on them; the rest is written here, byte by byte.
"""

import hashlib
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.refinecode import refinecode
from models.execution import Execution, RayConfig
from models.recipe import Recipe
from tasks.runtime.events import StageEvent
from tasks.runtime.run_log import listening

LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = {
    "forge/alpha": ("calendar", "csv", "shlex", "textwrap", "sched", "queue", "cmd"),
    "forge/beta": ("bisect", "heapq", "fnmatch", "glob", "graphlib", "netrc", "mailcap"),
    "forge/gamma": ("colorsys", "stat", "string", "copy", "dis", "codeop", "cProfile"),
    "mirror/delta": ("hmac", "numbers", "opcode", "pprint", "quopri", "reprlib", "timeit"),
}
CHINESE = "\n".join(
    f"第{n}节：本项目收集公开的源代码，先去除完全相同的文件，再用规则过滤，最后按语言抽样。欢迎阅读文档并参与讨论。"
    for n in range(1, 30)
)

EXACT_COPY = "alpha/copied.py"
EXACT_SURVIVOR = "delta/original.py"
NEAR_COPY = "beta/almost_calendar.py"
NEAR_SURVIVOR = "delta/famous_calendar.py"
FILTERED = "alpha/tiny.py"
BINARY = "alpha/logo.py"
UNDECODABLE = "beta/latin.py"
UNKNOWN = "beta/data.unheardof"
EMPTY = "gamma/__init__.py"
KEPT = "gamma/copy.py"


def module(name: str) -> str:
    """The source of a module of Python's library."""
    return (LIBRARY / f"{name}.py").read_text(encoding="utf-8")


def write_corpus(root: Path) -> Path:
    """The folder with `forge` and `mirror` below it: 40 files, the same bytes on every call."""
    files = {f"{repo}/{name}.py": module(name).encode() for repo, names in MODULES.items() for name in names}
    calendar = module("calendar")
    files |= {
        f"forge/{EXACT_COPY}": module("zipapp").encode(),
        f"forge/{NEAR_COPY}": _one_word_changed(calendar).encode(),
        f"mirror/{NEAR_SURVIVOR}": (calendar + "\n")
        .replace("class Calendar(", "class AlmanacCalendar(")
        .encode(),
        f"forge/{FILTERED}": b"x = 1\n",
        f"forge/{BINARY}": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40,
        f"forge/{UNDECODABLE}": "# déjà vu\n".encode("latin-1") * 20,
        f"forge/{UNKNOWN}": b"a few words in a file whose name tells no language\n" * 10,
        f"forge/{EMPTY}": b"",
        "forge/gamma/notes.md": CHINESE.encode(),
        "forge/gamma/windows.py": module("tabnanny").replace("\n", "\r\n").encode(),
        "forge/README.md": b"# Forge\n\nA file above the repositories, which belongs to the source itself.\n",
    }
    files[f"mirror/{EXACT_SURVIVOR}"] = files[f"forge/{EXACT_COPY}"]
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return root


def small_recipe(root: Path, **fields: Any) -> Recipe:
    """A recipe over the corpus, cut into several shards; `fields` replace whole sections."""
    return Recipe.model_validate(
        {
            "name": "small",
            "collect": {
                "shard_bytes": 60_000,
                "sources": [
                    {"kind": "directory", "path": str(root / "forge"), "repo_depth": 1, "stars": 10},
                    {"kind": "directory", "path": str(root / "mirror"), "repo_depth": 1, "stars": 500},
                ],
            },
            "sample": {"holdout_share": 0.0},
            **fields,
        }
    )


def in_process(store: Path | str) -> Execution:
    """Everything in this process: no Ray."""
    return Execution(store=str(store), ray=RayConfig(actors=0))


class Watcher:
    """A listener that keeps what each stage of a run became: `reused` or `built`, in order."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.fingerprints: dict[str, str] = {}

    def stage_started(self, stage: str) -> None:
        """Nothing to keep."""

    def phase_moved(self, stage: str, phase: str, n_done: int, n_total: int) -> None:
        """Nothing to keep."""

    def stage_ended(self, event: StageEvent) -> None:
        """Keeps the event."""
        self.states[event.stage] = "reused" if event.reused else "built"
        self.fingerprints[event.stage] = event.fingerprint


@dataclass(frozen=True)
class Corpus:
    """Where the files of a test are, and the chain over them as one call."""

    root: Path
    store: Path

    @property
    def recipe(self) -> Recipe:
        """As `small_recipe`."""
        return small_recipe(self.root)

    @property
    def execution(self) -> Execution:
        """As `in_process`."""
        return in_process(self.store)

    def run(self, **overrides: Any) -> Watcher:
        """Collect to sample in this process, without a server; `a__b=1` overrides `a.b`."""
        watcher = Watcher()
        fields = {name.replace("__", "."): value for name, value in overrides.items()}
        with listening(watcher):
            refinecode.fn(self.recipe, self.execution, fields)
        return watcher

    def artifacts(self) -> dict[str, str]:
        """Path -> sha256 of every file of every artifact in the store; manifests hold times and are left out."""
        return {
            str(path.relative_to(self.store)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.store.rglob("*"))
            if path.is_file() and path.name != "manifest.json" and path.parts[-2] != "runs"
        }


STAGES = ("collect", "dedup_exact", "filter_signals", "filter", "dedup_fuzzy", "sample")


def states(*built: str) -> dict[str, str]:
    """What a run looks like that built these stages and reused the others."""
    return {stage: "built" if stage in built else "reused" for stage in STAGES}


def _one_word_changed(text: str) -> str:
    """A near-duplicate: Jaccard of the 5-grams above 0.99."""
    return text.replace(" the ", " that ", 1)  # no keyword of Python, so it still parses
