"""What the run's report says of a whole run and of a failed one, section by section."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from report_run import (
    HOSTILE,
    STAGES,
    Page,
    clusters_table,
    dropped_table,
    fingerprint_of,
    make_manifests,
    make_record,
    summaries,
    write_parts,
)

from models.collect import CollectConfig, InstalledPackages
from models.recipe import Recipe
from tasks.report import duplicates, filtered, languages, recipe_used
from tasks.report.figures import count, share, size
from tasks.report.page import SECTIONS, render_report
from tasks.report.run_view import MAX_TABLES, RunView
from tasks.runtime.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


@pytest.fixture
def page(store: Store) -> str:
    return render_report(store, make_record(), make_manifests(store))


def test_report_of_a_whole_run_has_every_section(page: str) -> None:
    parsed = Page(page)
    identifiers = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert identifiers == ["funnel", "languages", "rejected", "filter", "duplicates", "sample", "recipe"]
    assert len(SECTIONS) == len(identifiers) + 1, "the head has no heading of its own"
    assert "tiny completed" in parsed.text
    assert "alert" not in {attributes.get("role") for _, attributes in parsed.tags}


def test_head_tells_fingerprints_times_and_what_was_reused(page: str, store: Store) -> None:
    text = Page(page).text
    for stage in STAGES:
        assert (
            f"{stage} {fingerprint_of(stage)[:12]} {'reused' if stage == 'collect' else 'built'} 12.8" in text
        )
    assert "documents 12.3 s survivors 0.50 s" in text
    assert "finished 2026-11-23 03:12:45 UTC, after 12 min 40 s" in text
    assert f"store {store.url} snapshot 555555555555 " in text


def test_funnel_starts_at_the_files_found(page: str) -> None:
    text = Page(page).text
    stages = summaries()
    found, collected = stages["collect"].n_documents_in, stages["collect"].n_documents
    assert f"found {size(found * 6_100)} · {count(found)} documents" in text
    assert f"collect {count(found)} {count(collected)} {share(collected, found)}" in text


def test_languages_are_the_largest_of_the_last_stage_with_the_others_summed(store: Store) -> None:
    run = RunView(store, make_record(), {m.stage: m for m in make_manifests(store)})
    top = languages.top_languages(run.funnel())
    assert len(top) == languages.TOP_LANGUAGES
    assert top[:3] == ["java", "python", "javascript"]
    section = languages.section(run)
    assert section is not None
    text = Page(section).text
    assert "The 20 largest of 24 languages" in text
    last = run.funnel()["sample"]
    n_others = sum(n for name, n in last.documents_by_language.items() if name not in top)
    assert f"{count(n_others)} " in text[text.rindex("all others") : text.rindex("total")]
    assert f"{count(last.n_documents)} " in text[text.rindex("total") :]


def test_languages_that_vanish_are_listed_after_those_that_stay(store: Store) -> None:
    manifests = {m.stage: m for m in make_manifests(store)}
    for field in ("documents_by_language", "bytes_by_language"):
        del manifests["sample"].summary[field]["java"]
    run = RunView(store, make_record(), manifests)
    assert "java" not in languages.top_languages(run.funnel())[:19]
    assert languages.section(run) is not None


def test_rejected_files_are_listed_by_reason_most_first(page: str) -> None:
    text = Page(page).text
    assert re.search(r"binary 91,234 .*unknown_language 43,210 .*too_large 812 .*123\.5 MB.*empty 77", text)
    assert "234,567 from git, 1,000,000 from installed_packages" in text


def test_filter_shows_three_examples_of_each_of_the_eight_busiest_rules(page: str) -> None:
    parsed = Page(page)
    examples = parsed.text[parsed.text.index("Files that the 8 busiest rules dropped") :]
    examples = examples[: examples.index("Signals that could")]
    assert examples.count("frac_chars_rule_") == 8 * filtered.N_EXAMPLES
    assert "frac_chars_rule_8" not in examples
    assert "python 0.1235 ≥ 0.5" in examples
    assert "python unknown" in examples
    assert "copyright 40,123" in parsed.text


def test_examples_stop_reading_once_every_rule_has_enough() -> None:
    def tables() -> Iterator[pa.Table]:
        yield dropped_table(n_rules=2)
        raise AssertionError("a further table was read")

    found = filtered.pick_examples(tables(), ["frac_chars_rule_0", "frac_chars_rule_1"])
    assert [len(rows) for rows in found.values()] == [3, 3]


def test_samples_are_read_from_the_first_tables_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = {m.stage: m for m in make_manifests(store)}
    sizes = [{}, *({f"c{index}": index + 2} for index in range(MAX_TABLES + 3))]
    tables = [clusters_table(one) if one else clusters_table({"x": 1}).slice(0, 0) for one in sizes]
    parts = write_parts(store, "dedup_fuzzy", "clusters", tables)
    manifests["dedup_fuzzy"] = manifests["dedup_fuzzy"].model_copy(update={"parts": tuple(parts)})
    reads: list[str] = []
    read = store.read
    monkeypatch.setattr(store, "read", lambda path, *args: reads.append(path) or read(path, *args))
    section = duplicates.section(RunView(store, make_record(), manifests))
    assert section is not None
    assert len(reads) == MAX_TABLES
    assert f"first {MAX_TABLES} of {MAX_TABLES + 3} tables" in section


def test_largest_clusters_come_first_with_the_survivor_on_top() -> None:
    sizes = {"a": 2, "b": 40, "c": 9, "d": 2, "e": 3, "f": 2}
    tables = [clusters_table({name: n}) for name, n in sizes.items()]
    clusters = duplicates.largest_clusters(tables)
    assert [(cluster.name, cluster.n_documents) for cluster in clusters] == [
        ("b", 40),
        ("c", 9),
        ("e", 3),
        ("a", 2),
        ("d", 2),
    ]
    assert len(clusters[0].members) == duplicates.N_MEMBERS
    assert [member["is_survivor"] for member in clusters[0].members] == [True] + [False] * 7


def test_duplicates_name_members_and_what_is_left_out(page: str) -> None:
    text = Page(page).text
    assert "exact 234,567 81,234" in text
    assert "near 9,876 40" in text
    assert re.search(r"40 documents github.com/owner/name/b/039/\S+ kept 1\.000", text)
    assert "and 32 more" in text


def test_alarms_are_shown_in_the_head_and_with_the_duplicates(store: Store) -> None:
    alarm = f"repository {HOSTILE} loses 90 of 99 documents"
    parsed = Page(render_report(store, make_record(), make_manifests(store, (alarm,))))
    assert parsed.text.index("1 alarm") < parsed.text.index("Stages of the run")
    assert "loses 90 of 99 documents" in parsed.text
    assert sum(attributes.get("role") == "alert" for _, attributes in parsed.tags) == 2


def test_sample_tells_ratios_and_hold_out(page: str) -> None:
    text = Page(page).text
    section = text[text.index("What became of the documents") :]
    assert "the hold-out 1,021 " in section
    assert "0.5 % of the repositories" in section
    assert re.search(r"java 0\.445 .* html 0\.135 ", section)
    assert "python 1.000" not in section


def test_recipe_shows_only_what_differs_from_the_defaults(page: str) -> None:
    text = Page(page).text
    section = text[text.index("Fields that differ") : text.index("The whole recipe as JSON")]
    assert "collect.sources.0 installed_packages – where files come from" in section
    assert "collect.sources.0.max_files 500 2000 " in section
    assert 'sample.keep_ratio {"java": 0.445} {} ' in section
    assert "sample.seed 2 0 " in section
    assert "max_bytes" not in section
    assert "pretrain" not in section
    assert '"pretrain": {' in text


def test_nested_fields_differ_from_the_default_of_their_owner() -> None:
    recipe = Recipe(collect=CollectConfig(sources=(InstalledPackages(),)))
    changed = Recipe.model_validate(
        recipe.model_dump(mode="json") | {"pretrain": {"optimizer": {"beta1": 0.8}}, "name": "x"}
    )
    paths = {one.path: (one.value, one.default) for one in recipe_used.differences(changed)}
    assert paths == {
        "name": ('"x"', '"opencoder"'),
        "collect.sources.0": ("installed_packages", None),
        "pretrain.optimizer.beta1": ("0.8", "0.9"),
    }


def test_recipe_of_another_version_is_shown_as_json(store: Store) -> None:
    record = make_record().model_copy(update={"recipe": {"name": "tiny", "gone": 1}})
    text = Page(render_report(store, record, make_manifests(store))).text
    assert "another version" in text
    assert '"gone": 1' in text


@pytest.mark.parametrize("n_finished", range(len(STAGES)))
def test_failed_run_says_so_and_shows_what_there_is(store: Store, n_finished: int) -> None:
    finished = STAGES[:n_finished]
    manifests = make_manifests(store)[:n_finished]
    parsed = Page(render_report(store, make_record(finished, "failed"), manifests))
    assert "tiny failed This run failed. Finished: " in parsed.text
    assert (", ".join(finished) or "no stage") in parsed.text
    identifiers = {attributes["id"] for _, attributes in parsed.tags if "id" in attributes}
    assert ("funnel" in identifiers) == (n_finished >= 1)
    assert ("duplicates" in identifiers) == (n_finished >= 2)
    assert "sample" not in identifiers
    assert "recipe" in identifiers


def test_damaged_table_is_named_and_never_hides_the_rest(store: Store) -> None:
    manifests = make_manifests(store)
    dropped = manifests[STAGES.index("filter")]
    path = f"filter/{dropped.fingerprint}/{dropped.parts[0].file.path}"
    store.write(path, store.read(path)[:-10])
    text = Page(render_report(store, make_record(state="failed"), manifests)).text
    assert "Table dropped could not be read" in text
    assert "is truncated" in text
    assert "The whole recipe as JSON" in text


def test_summary_of_another_version_is_named_and_left_out(store: Store) -> None:
    manifests = make_manifests(store)
    del manifests[0].summary["rejected"]
    manifests[1].summary["added_later"] = 1
    parsed = Page(render_report(store, make_record(), manifests))
    assert "Another version of the code wrote the summary of collect:" in parsed.text
    assert "rejected" not in {attributes.get("id") for _, attributes in parsed.tags}
