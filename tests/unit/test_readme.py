"""Every command of the documentation is run, in the order of the text and in a copy of the tree.

`make` targets are run with `-n`; blocks marked `needs: s3|cluster|gpu` are parsed and checked as far as that goes
without the machine. A command that none of this knows fails.
"""

import gzip
import json
import re
import shlex
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from readme_blocks import EXAMPLES, ROOT, Block, blocks, copy_tree, environment

from deployments.cli import build_parser, parse_overrides
from deployments.presets import load_preset
from flows.overrides import apply_overrides

COMMANDS = [
    (block, command)
    for block in blocks()
    if block.language == "bash" and block.section not in EXAMPLES
    for command in block.commands()
]
HERE = [command for block, command in COMMANDS if not block.note]
ELSEWHERE = [(block, command) for block, command in COMMANDS if block.note]
MAKE_TARGETS = {"run", "test", "check", "verify", "bench", "clean"}
SMALL = {
    "execution.ray.actors": 0,
    "collect.sources": [{"kind": "directory", "path": "corpus", "repo_depth": 2}],
}
"""A small input and no Ray, in place of the preset's 20 MB: what the commands do is the same."""

ANSWERS = {
    "opencoder doctor": "ok",
    "opencoder run": "report",
    "opencoder plan": "config seed: 0 -> 2",
    "opencoder list": "filter/",
    "opencoder show": "sample",
    "opencoder diff": "mine",
    "opencoder why": "filter removed it: qsc_code_num_lines",
    "opencoder gc": "would be removed",
    "opencoder apply": ".parquet",
    "prefect work-pool": "Created work pool",
    "prefect deploy": "refinecode/refinecode-refresh",
    "prefect deployment": "Created flow run",
    "prefect worker": "Finished in state Completed()",
}
"""What each command must print."""

DIFFERENT = 1
SERVER = next((one for one in HERE if one.startswith("prefect server start ")), "")
SERVER_LOG = "server.log"
ALONE = re.compile(r"make |opencoder (apply|doctor) ")
"""Commands that need nothing of the others: they run beside them."""


@dataclass(frozen=True)
class Done:
    """One command that was run."""

    code: int
    output: str


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the user's files that the commands name."""
    folder = copy_tree(tmp_path_factory.mktemp("readme"))
    contents = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "models").glob("*.py"))]
    repo = folder / "corpus" / "pypi" / "ray"
    near_empty = repo / "ray" / "rllib" / "algorithms" / "iql" / "__init__.py"
    near_empty.parent.mkdir(parents=True)
    near_empty.write_text("from ray.rllib.algorithms.iql.iql import IQL\n", encoding="utf-8")
    (folder / "src").mkdir()
    for i, content in enumerate(contents):
        (repo / f"module_{i}.py").write_text(content, encoding="utf-8")
        (folder / "src" / f"module_{i}.py").write_text(content, encoding="utf-8")
    with gzip.open(folder / "files.jsonl.gz", "wt", encoding="utf-8") as lines:
        for i, content in enumerate(contents):
            lines.write(json.dumps({"id": str(i), "path": f"{i}.py", "content": content}) + "\n")
    return folder


@pytest.fixture(scope="module")
def transcript(workplace: Path) -> Iterator[dict[str, Done]]:
    """What became of each command that needs nothing but this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    variables = environment(
        workplace,
        PREFECT_API_URL=url,
        PREFECT_SERVER_API_PORT=str(port),
        PREFECT_SERVER_UI_ENABLED="false",
    )
    with prefect_server(workplace, variables) as server, ThreadPoolExecutor(1) as beside:
        alone = beside.submit(run_all, [one for one in HERE if ALONE.match(one)], workplace, variables)
        wait_for(f"{url}/health", server, workplace / SERVER_LOG)
        in_order = [one for one in HERE if one != SERVER and not ALONE.match(one)]
        done = run_all(in_order, workplace, variables) | alone.result()
        yield done | {SERVER: Done(0, (workplace / SERVER_LOG).read_text(encoding="utf-8"))}


@contextmanager
def prefect_server(folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The text's command for the server, in the background; ended afterwards."""
    with (folder / SERVER_LOG).open("wb") as log:
        server = subprocess.Popen(
            ["bash", "-c", f"exec {SERVER}"], cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield server
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while not answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"`{SERVER}` does not answer:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.3)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def run_all(commands: list[str], folder: Path, variables: dict[str, str]) -> dict[str, Done]:
    return {command: run(command, folder, variables) for command in commands}


def run(command: str, folder: Path, variables: dict[str, str]) -> Done:
    """Runs a command of the text; one that is too slow or never ends is made small in `adapted`."""
    line = adapted(command)
    if line is None:
        return Done(-1, "this test does not know such a command: teach it")
    done = subprocess.run(
        ["bash", "-euc", line],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return Done(done.returncode, done.stdout)


def adapted(command: str) -> str | None:
    """The command as it is run here; None for one that is unknown."""
    words = shlex.split(command, comments=True)
    match words:
        case ["make", target] if target in MAKE_TARGETS:
            return f"make -n {target}"
        case ["opencoder", "run" | "plan" | "doctor", preset, *_]:
            small = " ".join(
                f"--set {shlex.quote(f'{path}={json.dumps(value)}')}" for path, value in SMALL.items()
            )
            return command.replace(f" {preset}", f" {preset} {small}", 1)
        case ["opencoder", "list" | "show" | "diff" | "why" | "gc" | "apply", *_]:
            return command
        case ["prefect", "work-pool", "create", *_] | ["prefect", "deploy", *_]:
            return command
        case ["prefect", "deployment", "run", _, "--param", given] if given.startswith("overrides="):
            overrides = json.loads(given.removeprefix("overrides=")) | SMALL
            return shlex.join([*words[:-1], f"overrides={json.dumps(overrides)}"])
        case ["prefect", "worker", "start", *_]:
            return shlex.join([*words, "--run-once"])
    return None


@pytest.mark.parametrize("command", dict.fromkeys(HERE))
def test_command_of_the_readme_does_what_it_says(command: str, transcript: dict[str, Done]) -> None:
    done = transcript[command]
    expected = DIFFERENT if command.startswith("opencoder diff") else 0
    assert done.code == expected, done.output
    answer = ANSWERS.get(" ".join(shlex.split(command, comments=True)[:2]), "")
    assert answer in done.output, done.output


def test_deployed_run_has_the_readmes_override_and_its_record(
    transcript: dict[str, Done], workplace: Path
) -> None:
    record = json.loads((workplace / "artifacts" / "runs" / "tiny.json").read_text(encoding="utf-8"))
    assert record["state"] == "completed"
    assert record["flow_run_id"]
    assert record["recipe"]["sample"]["seed"] == 2, "the worker's run is the last of this name"
    assert (workplace / "artifacts" / "runs" / "tiny.html").is_file()


@pytest.mark.parametrize(("block", "command"), ELSEWHERE, ids=[command for _, command in ELSEWHERE])
def test_command_for_another_machine_is_well_formed(block: Block, command: str) -> None:
    assert re.fullmatch(r"needs: (s3|cluster|gpu)", block.note), block.note
    words = shlex.split(command, comments=True)
    match words:
        case ["export", *assignments]:
            assert all(re.match(r"AWS_[A-Z_]+=.", one) for one in assignments)
        case ["opencoder", *arguments]:
            given = build_parser().parse_args(arguments)
            preset = load_preset(given.preset)
            store: dict[str, Any] = {"execution.store": given.store} if given.store else {}
            _, execution = apply_overrides(
                preset.recipe, preset.execution, parse_overrides(given.set) | store
            )
            assert execution.store.startswith("s3://")
        case ["prefect", "deployment", "run", deployment]:
            flow, _, name = deployment.partition("/")
            assert load_preset(name).load_flow().name == flow
        case _:
            pytest.fail(f"this test does not know such a command: {command}")


def test_every_target_of_the_makefile_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) == MAKE_TARGETS == {c.split()[1] for c in HERE if c.startswith("make ")}


def test_every_fenced_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in blocks()} <= {"bash", "python", "diff"}
    untested = [b for b in blocks() if b.language in ("python", "diff") and b.section not in EXAMPLES]
    assert not untested


@pytest.mark.parametrize("command", ["curl x", "make coffee", "opencoder serve", "prefect server stop", "ls"])
def test_command_that_nobody_taught_this_test_is_refused(command: str, workplace: Path) -> None:
    assert run(command, workplace, environment(workplace)).code != 0
