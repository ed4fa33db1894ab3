"""The shape of the project: imports, sizes, names, presets, and what must never be in a file."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deployments.presets import load_preset, preset_names
from models.document import Document
from models.recipe import Recipe

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "tasks", "models", "deployments")
FILES = [path.relative_to(ROOT) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
TREES = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in FILES}

FILE_LIMIT_LINES = 400
FUNCTION_LIMIT_LINES = 60
HELP_LIMIT_S = 2.0
PRESETS = ["tiny", "opencoder_1b5", "opencoder_8b", "refinecode-refresh"]
COMMANDS = ["run", "plan", "doctor", "list", "show", "diff", "why", "gc", "apply"]

NOT_CORE = {"stage.py", "main.py"}
NOT_CORE_RUNTIME = {"stage.py", "run_log.py", "pool.py", "launch.py"}
DATA_STAGES = sorted(
    path.parent.name for path in FILES if path.match("tasks/*/stage.py") and "runtime" not in path.parts
)


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_core(path: Path) -> bool:
    if path.parts[:2] == ("tasks", "runtime"):
        return path.name not in NOT_CORE_RUNTIME
    return path.parts[0] == "models" or (path.parts[0] == "tasks" and path.name not in NOT_CORE)


def imported(tree: ast.Module) -> Iterator[str]:
    """The full names of all modules that a file imports, at its top or anywhere inside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def top_level(tree: ast.Module) -> set[str]:
    return {name.partition(".")[0] for name in imported(tree)}


def importers(*libraries: str) -> set[str]:
    return {path.as_posix() for path, tree in TREES.items() if top_level(tree) & set(libraries)}


def outside(files: set[str], *homes: str) -> set[str]:
    """The files that match none of the patterns; a pattern that ends in / means all below a folder."""
    patterns = [
        re.escape(home).replace(r"\*", "[^/]*") + (".*" if home.endswith("/") else "") for home in homes
    ]
    return {file for file in files if not any(re.fullmatch(pattern, file) for pattern in patterns)}


# --- imports ---------------------------------------------------------------------------------------------------


def test_importing_every_core_module_imports_no_ray_prefect_or_torch() -> None:
    modules = [module_name(path) for path in FILES if is_core(path)]
    assert len(modules) > 50
    code = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "heavy = ('ray', 'prefect', 'torch', 'transformers', 'accelerate')\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_ray_is_at_home_in_pool_and_launch_only() -> None:
    assert not outside(importers("ray"), "tasks/runtime/pool.py", "tasks/runtime/launch.py")


def test_prefect_is_at_home_in_wiring_only() -> None:
    homes = ("flows/", "deployments/", "tasks/*/stage.py", "tasks/runtime/run_log.py")
    assert not outside(importers("prefect"), *homes)


def test_torch_is_at_home_in_training_entrypoints_only() -> None:
    libraries = ("torch", "transformers", "accelerate")
    assert not outside(importers(*libraries), "tasks/training/", "tasks/*/main.py")


def test_models_import_pydantic_and_the_standard_library_only() -> None:
    allowed = {"models", "pydantic"} | set(sys.stdlib_module_names)
    found = {
        path.as_posix(): top_level(tree) - allowed
        for path, tree in TREES.items()
        if path.parts[0] == "models"
    }
    assert not {file: names for file, names in found.items() if names}


def test_imports_go_down_only_and_stages_never_import_each_other() -> None:
    order = ("deployments", "flows", "tasks", "models")
    shared = {"runtime", "text", "report", "training"}
    wrong = []
    for path, tree in TREES.items():
        above = order[: order.index(path.parts[0])]
        for name in imported(tree):
            parts = name.split(".")
            other_stage = (
                path.parts[0] == parts[0] == "tasks"
                and len(parts) > 1
                and parts[1] not in shared
                and path.parts[1] != parts[1]
            )
            if parts[0] in above or other_stage:
                wrong.append(f"{path} imports {name}")
    assert not wrong


# --- sizes, names, docstrings ----------------------------------------------------------------------------------


def test_no_file_is_longer_than_the_limit() -> None:
    tests = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]
    lengths = {str(path): (ROOT / path).read_text(encoding="utf-8").count("\n") for path in [*FILES, *tests]}
    assert not {file: n for file, n in lengths.items() if n > FILE_LIMIT_LINES}


def test_no_function_is_longer_than_the_limit() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: n for name, n in lengths.items() if n > FUNCTION_LIMIT_LINES}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py"}
    assert not [str(path) for path in FILES if path.name in empty]
    assert [str(path) for path in FILES if path.name == "common.py"] == ["tasks/filter/rules/common.py"]


def test_every_public_function_and_class_has_a_docstring() -> None:
    missing = [f"{path}: {name}" for path, tree in TREES.items() for name in undocumented(tree)]
    assert not missing


def undocumented(node: ast.AST, inside: str = "") -> Iterator[str]:
    """Public functions, classes and methods without a docstring; what stands inside functions is private."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if child.name.startswith("_"):
                continue
            if ast.get_docstring(child) is None and not is_overload(child):
                yield f"{inside}{child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{child.name}.")


def is_overload(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == "overload" for one in getattr(node, "decorator_list", ())
    )


def test_every_module_with_code_has_a_docstring() -> None:
    assert not [str(path) for path, tree in TREES.items() if tree.body and ast.get_docstring(tree) is None]


def test_our_package_names_belong_to_one_distribution() -> None:
    owners = importlib.metadata.packages_distributions()
    assert all(set(owners.get(name, ())) == {"opencoder-recipe"} for name in PACKAGES), [
        (name, owners.get(name)) for name in PACKAGES
    ]


# --- stages, presets, documents --------------------------------------------------------------------------------


def test_there_are_data_stages() -> None:
    assert set(DATA_STAGES) >= {"collect", "dedup_exact", "filter", "dedup_fuzzy", "sample"}


@pytest.mark.parametrize("stage", DATA_STAGES)
def test_stage_has_a_config_a_folder_and_a_place_in_the_readme(stage: str) -> None:
    assert stage in Recipe.model_fields
    folder = ROOT / "tasks" / stage
    assert {"stage.py", "__init__.py"} <= {path.name for path in folder.iterdir()}
    assert (folder / "shard.py").is_file() or (folder / "main.py").is_file()
    assert re.search(rf"^    {stage} ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("stage", [name for name in Recipe.model_fields if name != "name"])
def test_every_stage_of_the_recipe_is_named_in_the_readme(stage: str) -> None:
    assert re.search(rf"\b{stage}\b", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_presets_are_those_of_the_design() -> None:
    assert preset_names() == PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_preset_validates_and_its_flow_loads(name: str) -> None:
    preset = load_preset(name)
    assert preset.recipe.name == name
    assert preset.load_flow().name == preset.entrypoint.rpartition(".")[2]


def test_every_preset_goes_to_the_work_pool_of_the_readme() -> None:
    content = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8"))
    assert {entry["work_pool"]["name"] for entry in content["deployments"]} == {"opencoder"}


def test_documents_have_the_same_fields_as_model_and_as_table() -> None:
    import pyarrow as pa

    from tasks.runtime.shards import DOCUMENT_SCHEMA

    assert DOCUMENT_SCHEMA.names == list(Document.model_fields)
    arrow_types = {"string": pa.types.is_string, "integer": pa.types.is_int64}
    for name, field in Document.model_json_schema(mode="serialization")["properties"].items():
        column = DOCUMENT_SCHEMA.field(name)
        options = [option["type"] for option in field.get("anyOf", [field])]
        assert column.nullable == ("null" in options), name
        (json_type,) = set(options) - {"null"}
        is_text = json_type == "string" and pa.types.is_large_string(column.type)
        assert arrow_types[json_type](column.type) or is_text, name


# --- what must not be in a file --------------------------------------------------------------------------------


def tracked_files() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for line in done.stdout.splitlines() if (path := ROOT / line).is_file()]


MACHINE = re.compile(
    r"(?<![\w./-])/(?:work|root)/\w"  # a path of one machine
    r"|\b(?:index-url|extra-index-url|find-links|trusted-host)\b"
    r"|https?://\S+/simple\b"
    r"|\b(?:files\.pythonhosted\.org|pypi\.org/simple|test\.pypi\.org|download\.pytorch\.org)\b"
)


def test_no_file_names_this_machine_or_a_package_registry() -> None:
    found = {}
    for path in tracked_files():
        if path == Path(__file__):
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        hits = [
            f"{number}: {line.strip()[:100]}" for number, line in enumerate(lines, 1) if MACHINE.search(line)
        ]
        if hits:
            found[str(path.relative_to(ROOT))] = hits
    assert not found


# --- the command line ------------------------------------------------------------------------------------------


def test_help_is_quick_and_lists_every_command() -> None:
    seconds = []
    for _ in range(3):  # the machine may be busy with something else
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "deployments.cli", "--help"],
            cwd=ROOT,
            env=os.environ | {"COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(time.monotonic() - began)
    assert re.findall(r"^    (\w+) ", done.stdout, re.MULTILINE) == COMMANDS
    assert min(seconds) < HELP_LIMIT_S


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from deployments.cli import build_parser

    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert f"opencoder {command}" in capsys.readouterr().out.partition("example:")[2]
