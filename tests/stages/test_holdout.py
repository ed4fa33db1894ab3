"""Nothing that a held-out repository had is trained on, under whatever name it survived."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from small_corpus import EXACT_COPY, EXACT_SURVIVOR, NEAR_COPY, NEAR_SURVIVOR, Corpus, Watcher, write_corpus

from models.artifact import Artifact
from models.sample import SampleConfig
from tasks.runtime.errors import ConfigError
from tasks.runtime.shards import iter_tables
from tasks.runtime.store import open_store
from tasks.sample.choose import is_held_out


def rows(corpus: Corpus, watcher: Watcher, table: str) -> list[dict[str, Any]]:
    artifact = Artifact(stage="sample", fingerprint=watcher.fingerprints["sample"], uri="")
    return pa.concat_tables(iter_tables(open_store(str(corpus.store)), artifact, table)).to_pylist()


def seed_that_holds_out(repo: str, other: str) -> int:
    for seed in range(1000):
        config = SampleConfig(holdout_share=0.5, holdout_seed=seed)
        if is_held_out(config, [repo, other]).tolist() == [True, False]:
            return seed
    raise AssertionError("no such seed")


@pytest.mark.parametrize("copy", [EXACT_COPY, NEAR_COPY])
def test_a_file_is_not_trained_on_when_a_held_out_repository_had_a_copy(copy: str, tmp_path: Path) -> None:
    repo = copy.split("/")[0]
    seed = seed_that_holds_out(repo, "delta")
    corpus = Corpus(write_corpus(tmp_path / "corpus"), tmp_path / "store")
    ran = corpus.run(sample__holdout_share=0.5, sample__holdout_seed=seed)
    trained = {f"{row['repo']}/{row['path']}" for row in rows(corpus, ran, "documents")}
    left_out = {f"{row['repo']}/{row['path']}": row["reason"] for row in rows(corpus, ran, "left_out")}
    survivor = EXACT_SURVIVOR if copy == EXACT_COPY else NEAR_SURVIVOR
    assert survivor not in trained
    assert left_out[survivor] == "copy_of_holdout"
    assert not any(name.startswith(f"{repo}/") for name in trained)


def test_another_sample_holds_out_the_same_repositories(tmp_path: Path) -> None:
    corpus = Corpus(write_corpus(tmp_path / "corpus"), tmp_path / "store")
    first = corpus.run(sample__holdout_share=0.5)
    second = corpus.run(sample__holdout_share=0.5, sample__seed=7)
    held_out = [{row["repo"] for row in rows(corpus, ran, "holdout")} for ran in (first, second)]
    assert held_out[0] == held_out[1] != set()


def test_a_language_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    corpus = Corpus(write_corpus(tmp_path / "corpus"), tmp_path / "store")
    with pytest.raises(ConfigError, match=r"sample\.keep_ratio\.pyhton.*python"):
        corpus.run(sample__keep_ratio={"pyhton": 0.5})
