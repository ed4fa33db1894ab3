"""The bytes of every stage's result on a fixed corpus, by revision: other bytes need a new REVISION.

After a wanted change, raise the stage's REVISION and run `python tests/stages/test_output_hashes.py`.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from flows.refinecode import refinecode
from models.execution import Execution
from models.recipe import Recipe, RunRecord
from tasks.runtime import manifest as manifests
from tasks.runtime.store import open_store

RECORDED = Path(__file__).with_name("output_hashes.json")

FUNCTION = '''
def {name}_{n}(values, limit={n}):
    """Adds what is below the limit, {n} at the most."""
    total = 0
    for index, value in enumerate(values):
        if value > limit or index == {n}:
            break
        total += value * {n}
    return total
'''


def module(name: str, size: int) -> str:
    """A module of `size` functions that all differ a little."""
    return f"import {name}\n" + "".join(FUNCTION.format(name=name, n=n) for n in range(1, size))


def write_corpus(root: Path) -> None:
    """Files of a dozen kinds, the same bytes on every machine and for ever."""
    long = module("long", 60)
    files = {
        "one/plain.py": module("plain", 12).encode(),
        "one/copied.py": module("plain", 12).encode(),
        "one/long.py": long.encode(),
        "two/nearly_long.py": long.replace("most.", "utmost.", 1).encode(),
        "two/contact.py": (
            "# Copyright (c) 2020 Fake Corp\n# All rights reserved.\nMAIL = 'jo.fake@notreal-mail.org'\n"
            + module("contact", 9)
        ).encode(),
        "two/short.py": b"x = 1\n",
        "two/logo.py": b"\x89PNG\x00\x01",
        "two/latin.py": "name = 'Ærø'\n".encode("latin-1"),
        "three/notes.md": ("Sums are added below their limits. " * 3 + "\n\n").encode() * 12,
        "three/page.html": b"<html><body>" + b"<p>words in a page of text</p>\n" * 40 + b"</body></html>\n",
        "three/table.json": json.dumps({f"key{n}": n for n in range(40)}, indent=1).encode(),
        **{f"four/part{i}.py": module(f"part{i}", 6 + i).encode() for i in range(8)},
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def measure_hashes(folder: Path) -> dict[str, str]:
    """`stage revision` -> hash over names and contents of its result."""
    write_corpus(folder / "corpus")
    source = {"kind": "directory", "path": str(folder / "corpus"), "repo_depth": 1, "commit_time": "none"}
    recipe = Recipe.model_validate(
        {"collect": {"sources": [source], "shard_bytes": 9_000}, "sample": {"holdout_share": 0.3}}
    )
    refinecode.fn(recipe, Execution.model_validate({"store": str(folder / "store"), "ray": {"actors": 0}}))
    store = open_store(str(folder / "store"))
    record = RunRecord.model_validate_json(store.read("runs/opencoder.json"))
    hashes = {}
    for stage, fingerprint in record.stages.items():
        manifest = manifests.find(store, stage, fingerprint)
        assert manifest is not None
        named = "".join(f"{part.file.path} {part.file.sha256}\n" for part in manifest.parts)
        hashes[f"{stage} {manifest.revision}"] = hashlib.sha256(named.encode()).hexdigest()
    return hashes


def test_other_bytes_need_a_new_revision(tmp_path: Path) -> None:
    measured = measure_hashes(tmp_path)
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    changed = [stage for stage, digest in measured.items() if recorded.get(stage, digest) != digest]
    assert not changed, f"other bytes under the same revision: {changed}; raise REVISION in their stage.py"
    assert set(measured) <= set(recorded), f"record the new revision: python {Path(__file__).name}"


def test_the_corpus_reaches_every_part_of_the_chain(tmp_path: Path) -> None:
    measure_hashes(tmp_path)
    store = open_store(str(tmp_path / "store"))
    record = RunRecord.model_validate_json(store.read("runs/opencoder.json"))
    found = {stage: manifests.find(store, stage, fingerprint) for stage, fingerprint in record.stages.items()}
    summaries = {stage: manifest.summary for stage, manifest in found.items() if manifest}
    assert summaries["collect"]["rejected"] == {"binary": 1, "undecodable": 1}
    assert summaries["dedup_exact"]["n_groups"] == 1
    assert summaries["filter_signals"]["redactions_by_kind"] == {"copyright": 1, "email": 1}
    assert summaries["filter"]["n_documents"] < summaries["filter"]["n_documents_in"]
    assert summaries["dedup_fuzzy"]["n_clusters"] == 1
    assert summaries["sample"]["n_holdout_repos"] >= 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
        known |= measure_hashes(Path(temporary))
        RECORDED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"recorded in {RECORDED}\n")
