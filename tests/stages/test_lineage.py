"""What the store can tell afterwards: why, plan, list, show, diff, and what gc may take."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import small_corpus
from small_corpus import STAGES, Corpus, states, write_corpus

from deployments import plan as plan_module
from deployments.cli import main
from deployments.console import out, stage_table
from deployments.plan import PlannedStage, make_plan, show_plan
from deployments.presets import Preset
from flows.overrides import apply_overrides
from flows.refinecode import refinecode
from tasks.runtime.errors import ArtifactError
from tasks.runtime.events import Recorder, recording
from tasks.runtime.runs import last_run
from tasks.runtime.store import open_store

Told = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("lineage")
    corpus = Corpus(write_corpus(folder / "input"), folder / "store")
    corpus.run()
    return corpus


@pytest.fixture
def corpus(built: Corpus, tmp_path: Path) -> Corpus:
    """A copy that a test may change."""
    shutil.copytree(built.root, tmp_path / "input")
    shutil.copytree(built.store, tmp_path / "store")
    return Corpus(tmp_path / "input", tmp_path / "store")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs a command on the store of a corpus: exit code and what it printed."""

    def call(corpus: Corpus, *arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main([*arguments, "--store", str(corpus.store)])
        return code, capsys.readouterr().out

    return call


def why(told: Told, corpus: Corpus, file: str) -> list[str]:
    code, text = told(corpus, "why", file, "--run", "small")
    assert code == 0
    first, *fate = text.splitlines()
    assert first == file
    return [line.strip() for line in fate]


def test_why_a_file_was_kept(built: Corpus, told: Told) -> None:
    took, kept = why(told, built, small_corpus.KEPT)
    assert took.startswith("collect took it: python, ")
    assert kept == "sample kept it: it is in the training corpus"


def test_why_an_exact_duplicate_went_and_which_file_stands_for_it(built: Corpus, told: Told) -> None:
    fate = why(told, built, small_corpus.EXACT_COPY)
    assert fate[-1] == f"dedup_exact removed it: byte-equal to {small_corpus.EXACT_SURVIVOR}, which was kept"
    survivor = why(told, built, small_corpus.EXACT_SURVIVOR)
    assert "dedup_exact kept it and removed 1 byte-equal copies" in survivor
    assert survivor[-1].startswith("sample kept it")


def test_why_a_near_duplicate_went_and_how_alike_it_is(built: Corpus, told: Told) -> None:
    fate = why(told, built, small_corpus.NEAR_COPY)
    assert fate[-1].startswith(
        f"dedup_fuzzy removed it: a near-duplicate of {small_corpus.NEAR_SURVIVOR} (estimated Jaccard 0.99"
    )
    survivor = why(told, built, small_corpus.NEAR_SURVIVOR)
    assert "dedup_fuzzy kept it as the survivor of a cluster of near-duplicates" in survivor


def test_why_a_filtered_file_went_with_rule_value_and_bounds(built: Corpus, told: Told) -> None:
    fate = why(told, built, small_corpus.FILTERED)
    assert "filter removed it: qsc_code_num_lines is 1, kept are 10 to 100000" in fate
    assert not any("sample" in line for line in fate)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (small_corpus.BINARY, "binary (640 bytes)"),
        (small_corpus.UNDECODABLE, "undecodable ("),
        (small_corpus.UNKNOWN, "unknown_language ("),
        (small_corpus.EMPTY, "empty (0 bytes)"),
    ],
)
def test_why_a_file_was_rejected(built: Corpus, told: Told, file: str, reason: str) -> None:
    (fate,) = why(told, built, file)
    assert fate.startswith(f"collect rejected it: {reason}")


def test_why_a_file_was_held_out_or_left_out(corpus: Corpus, told: Told) -> None:
    corpus.run(sample__holdout_share=0.999)
    assert why(told, corpus, small_corpus.KEPT)[-1].startswith("sample held it out with its repository")
    corpus.run(sample__keep_ratio={"python": 0.0})
    assert why(told, corpus, small_corpus.KEPT)[-1].startswith("sample left it out: its language is over")


def test_why_of_an_unknown_file_is_exit_code_1(built: Corpus, told: Told) -> None:
    code, text = told(built, "why", "alpha/never.py", "--run", "small")
    assert code == 1
    assert text == "alpha/never.py: run small never saw such a file (its snapshot does not list it)\n"


def test_why_takes_the_end_of_a_path_and_answers_for_each_file_it_means(built: Corpus, told: Told) -> None:
    code, text = told(built, "why", "README.md", "--run", "small")
    assert (code, text.splitlines()[0]) == (0, "forge/README.md")
    code, text = told(built, "why", "opy.py", "--run", "small")
    assert code == 1, "half a name is no name"


def test_why_after_a_failed_run_tells_how_far_it_came(
    corpus: Corpus, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr("tasks.sample.stage.sample_documents", refuse)
    with pytest.raises(Exception, match="shards failed"):
        corpus.run(sample__seed=5)
    assert why(told, corpus, small_corpus.KEPT)[-1] == "the run ended (failed) before sample decided"


def planned(corpus: Corpus, **overrides: object) -> dict[str, PlannedStage]:
    fields = {name.replace("__", "."): value for name, value in overrides.items()}
    recipe, execution = apply_overrides(corpus.recipe, corpus.execution, fields)
    return {stage.stage: stage for stage in make_plan(refinecode, recipe, execution)}


def actions(plan: dict[str, PlannedStage]) -> dict[str, str]:
    return {name: {"reuse": "reused", "run": "built"}[stage.action] for name, stage in plan.items()}


def test_a_plan_of_an_unchanged_recipe_reuses_everything(corpus: Corpus) -> None:
    plan = planned(corpus)
    assert actions(plan) == states()
    assert all(stage.reasons == () for stage in plan.values())


def test_a_plan_before_the_first_run_says_so(corpus: Corpus) -> None:
    shutil.rmtree(corpus.store)
    plan = planned(corpus)
    assert actions(plan) == states(*STAGES)
    assert {stage.reasons for stage in plan.values()} == {("never built in this store",)}


def test_a_plan_names_the_changed_field(corpus: Corpus) -> None:
    plan = planned(corpus, sample__seed=2)
    assert actions(plan) == states("sample")
    assert plan["sample"].reasons == ("config seed: 0 -> 2",)


def test_a_plan_names_the_changed_input_file(corpus: Corpus) -> None:
    file = corpus.root / "forge" / small_corpus.KEPT
    file.write_text(file.read_text() + "\n")
    plan = planned(corpus)
    assert plan["collect"].reasons == (f"input: 1 file changed ({small_corpus.KEPT})",)
    assert plan["dedup_exact"].reasons == ("input documents is new",)
    assert actions(plan) == states(*STAGES)
    assert corpus.run().states == states(*STAGES)


def test_a_plan_names_a_touched_an_added_and_a_removed_file(corpus: Corpus) -> None:
    os.utime(corpus.root / "forge" / small_corpus.KEPT, (1_000_000_000, 1_000_000_000))
    (corpus.root / "forge/alpha/[new].py").write_text("added = True\n")
    (corpus.root / "forge/beta/glob.py").unlink()
    assert planned(corpus)["collect"].reasons == (
        f"input: 1 file changed ({small_corpus.KEPT}), 1 file added (alpha/[new].py), "
        "1 file removed (beta/glob.py)",
    )


def test_a_plan_names_changed_code(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.filter.stage.REVISION", 2)
    plan = planned(corpus)
    assert plan["filter"].reasons == ("its code changed (revision 1 -> 2)",)
    assert actions(plan) == states("filter", "dedup_fuzzy", "sample")


def test_a_plan_tells_an_artifact_that_was_deleted(corpus: Corpus) -> None:
    shutil.rmtree(corpus.store / "dedup_fuzzy")
    plan = planned(corpus)
    assert actions(plan) == states("dedup_fuzzy")
    assert plan["dedup_fuzzy"].reasons == ("its artifact was deleted",)


def test_a_plan_is_printed_whole_where_there_is_no_terminal(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = Preset("small", "", "flows.refinecode.refinecode", corpus.recipe, corpus.execution)
    monkeypatch.setattr(plan_module, "load_preset", lambda _: preset)
    (corpus.root / "forge/alpha/[slug].py").write_text("added = True\n")
    assert show_plan("small", {}) == 0
    text = capsys.readouterr().out
    assert all(stage in text for stage in STAGES)
    assert "alpha/[slug].py" in text
    assert "…" not in text


def test_the_stage_table_is_whole_where_there_is_no_terminal(
    built: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    with recording(Recorder(planning=True)) as recorder:
        refinecode(built.recipe, built.execution)
    out.print(stage_table(recorder.events))
    rows = capsys.readouterr().out.splitlines()
    for event in recorder.events:
        (row,) = [row for row in rows if f" {event.stage} " in row]
        assert event.fingerprint[:12] in row
        assert " reused " in row


def test_a_run_record_that_cannot_be_read_is_named(corpus: Corpus) -> None:
    (corpus.store / "runs/small.json").write_text('{"name": "small"}')
    with pytest.raises(ArtifactError, match=r"runs/small\.json is not a readable run record"):
        last_run(open_store(str(corpus.store)), "small")


def test_list_shows_runs_and_artifacts_with_whole_names(built: Corpus, told: Told) -> None:
    code, text = told(built, "list")
    assert code == 0
    assert "small" in text
    for stage in STAGES:
        (fingerprint,) = os.listdir(built.store / stage)
        assert f"{stage}/{fingerprint[:12]}" in text
    code, text = told(built, "list", "filter")
    assert code == 0
    assert "dedup_exact" not in text


def test_show_takes_a_run_and_the_first_digits_of_an_artifact(built: Corpus, told: Told) -> None:
    code, text = told(built, "show", "small")
    assert code == 0
    assert "small: completed" in text
    assert f"{built.store}/dedup_fuzzy/" in text
    (fingerprint,) = os.listdir(built.store / "dedup_exact")
    code, text = told(built, "show", f"dedup_exact/{fingerprint[:6]}")
    assert code == 0
    assert "n_groups" in text
    assert '"digest": "sha256"' in text


def test_diff_is_0_for_equal_1_for_different_and_names_the_field(corpus: Corpus, told: Told) -> None:
    assert told(corpus, "diff", "small", "small") == (0, "")
    corpus.run(name="other", sample__seed=2)
    code, text = told(corpus, "diff", "small", "other")
    assert code == 1
    assert "recipe.sample.seed: 0 -> 2" in text
    assert "stages.sample.fingerprint: " in text
    assert "stages.collect" not in text
    one, two = (f"sample/{name}" for name in os.listdir(corpus.store / "sample"))
    code, text = told(corpus, "diff", one, two)
    assert code == 1
    assert "config.seed: " in text


def files_of(corpus: Corpus) -> set[str]:
    return {str(path.relative_to(corpus.store)) for path in corpus.store.rglob("*") if path.is_file()}


def age(corpus: Corpus, hours: float = 48) -> None:
    for path in corpus.store.rglob("*"):
        then = path.stat().st_mtime - hours * 3600
        os.utime(path, (then, then))


def test_gc_spares_what_is_young(corpus: Corpus, told: Told) -> None:
    corpus.run(sample__seed=2)
    before = files_of(corpus)
    assert told(corpus, "gc")[0] == 0
    assert files_of(corpus) == before


def test_gc_dry_run_removes_nothing_and_lists_what_gc_removes(corpus: Corpus, told: Told) -> None:
    age(corpus)
    before = files_of(corpus)
    code, text = told(corpus, "gc", "--dry-run")
    assert code == 0
    assert files_of(corpus) == before
    listed = set(text.splitlines()[:-1])
    code, summary = told(corpus, "gc")
    assert before - files_of(corpus) == listed
    assert summary.startswith(f"{len(listed)} files, ")


def test_gc_keeps_what_runs_are_made_of_and_a_run_afterwards_reuses_all(corpus: Corpus, told: Told) -> None:
    corpus.run(name="second", filter__seed=3)
    corpus.run(name="third", sample__seed=4)
    corpus.run(name="third", sample__seed=5)
    age(corpus)
    told(corpus, "gc")
    left = files_of(corpus)
    manifests = sorted(path.split("/")[0] for path in left if path.endswith("manifest.json"))
    assert manifests == sorted(["snapshot", *STAGES, "filter", "dedup_fuzzy", "sample", "sample"])
    assert not [path for path in left if path.endswith(".arrows")], "what phases exchanged is gone"
    assert corpus.run().states == states()
    assert corpus.run(name="second", filter__seed=3).states == states()
    assert corpus.run(name="third", sample__seed=5).states == states()
    assert why(told, corpus, small_corpus.KEPT)[-1].startswith("sample kept it")


def test_gc_takes_an_unfinished_artifact_whole_and_only_when_all_of_it_is_old(
    corpus: Corpus, told: Told
) -> None:
    parts = corpus.store / "sample" / ("0" * 32) / "parts" / "documents"
    parts.mkdir(parents=True)
    for name in ("000000.documents.abc.parquet", "000000.json"):
        (parts / name).write_bytes(b"x")
    age(corpus)
    (parts / "000001.json").write_bytes(b"a run is at work here")
    told(corpus, "gc")
    assert len(list(parts.iterdir())) == 3
    age(corpus)
    told(corpus, "gc")
    assert list(parts.glob("*")) == []
