"""The stage and the rule of the documentation, built in a copy of the tree as the text says, and run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from readme_blocks import apply_diff, blocks, copy_tree, environment

UNSAFE = "fn main() {\n" + "".join(f"    unsafe {{ call_{i}(value_{i}); }}\n" for i in range(30)) + "}\n"
RUN_THE_CHAIN = """
from flows.refinecode import refinecode
from models.execution import Execution, RayConfig
from models.recipe import Recipe

source = {"kind": "directory", "path": "corpus", "repo_depth": 1}
recipe = Recipe.model_validate({"name": "own", "collect": {"sources": [source]}})
refinecode.fn(recipe, Execution(ray=RayConfig(actors=0)))  # the flow's code, without a server
"""
SAFE = UNSAFE.replace("unsafe", "if ok")


def tree_with_example(section: str, tmp_path: Path) -> Path:
    tree = copy_tree(tmp_path)
    steps = [block for block in blocks() if block.section == section]
    assert steps, f"the documentation has no section {section!r}"
    for block in steps:
        if block.language == "bash":
            subprocess.run(["bash", "-euc", block.body], cwd=tree, check=True, timeout=30)
        elif block.language == "python":
            (tree / block.note).write_text(block.body, encoding="utf-8")
        elif block.language == "diff":
            apply_diff(tree / block.note, block.body)
        else:
            pytest.fail(f"this test does not know a block of {block.language}")
    return tree


def python(tree: Path, *arguments: str) -> None:
    """Runs this environment's Python on the code of `tree`."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env=environment(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


def test_example_stage_runs_in_the_chain(tmp_path: Path) -> None:
    tree = tree_with_example("Add a stage", tmp_path)
    for repo, package in {"free": "runtime", "other": "collect"}.items():
        shutil.copytree(tree / "tasks" / package, tree / "corpus" / repo)
    (tree / "corpus" / "free" / "LICENSE").write_text(MIT, encoding="utf-8")
    python(tree, "-c", RUN_THE_CHAIN)
    record = json.loads((tree / "artifacts" / "runs" / "own.json").read_text(encoding="utf-8"))
    assert [*record["stages"]][-2:] == ["license_gate", "sample"]
    gate = tree / "artifacts" / "license_gate" / record["stages"]["license_gate"]
    assert repos(gate, "documents") == {"free"}
    assert repos(gate, "refused") == {"other"}


def repos(artifact: Path, table: str) -> set[str]:
    files = artifact.glob(f"parts/*/*.{table}.*.parquet")
    return {repo for file in files for repo in pq.read_table(file)["repo"].to_pylist()}


def test_example_rule_drops_what_it_says(tmp_path: Path) -> None:
    tree = tree_with_example("Add a rule", tmp_path)
    rows = [
        {"id": name, "path": f"{name}.rs", "content": text}
        for name, text in (("unsafe", UNSAFE), ("safe", SAFE))
    ]
    (tree / "rust.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    python(tree, "-m", "deployments.cli", "apply", "filter", "rust.jsonl", "-o", "out")
    dropped = pq.read_table(tree / "out" / "dropped.parquet").to_pylist()
    hits = [row for row in dropped if row["rule"] == "own_rust_frac_lines_unsafe"]
    assert [row["input_id"] for row in hits] == ["unsafe"]
    assert hits[0]["value"] > hits[0]["high"] == 0.2
    signals = pq.read_table(tree / "out" / "signals.parquet").to_pylist()
    assert {row["input_id"]: row["own_rust_frac_lines_unsafe"] for row in signals}["safe"] == 0


MIT = """MIT License

Copyright (c) 2024 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED.
"""
