"""Config and summary of the recall stage: code-related pages out of web corpora.

A loop of four steps: train fastText on the seed pages, classify the corpus, find the domains that hold
code, add the pages of their reviewed URL patterns to the seed.
"""

from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig
from models.summary import FunnelSummary


class FastTextConfig(Frozen):
    """The page classifier; the paper names fastText and no setting, so these are DeepSeekMath's."""

    dim: int = Field(256, ge=1, le=4096, description="vector size; not in the paper: DeepSeekMath's")
    lr: float = Field(0.1, gt=0, le=10, description="learning rate; not in the paper: DeepSeekMath's")
    word_ngrams: int = Field(3, ge=1, le=10, description="longest n-gram; not in the paper: DeepSeekMath's")
    min_count: int = Field(3, ge=1, description="occurrences a piece needs; not in the paper: DeepSeekMath's")
    epochs: int = Field(3, ge=1, description="passes over the seed; not in the paper: DeepSeekMath's")
    negatives_per_positive: float = Field(
        1.0,
        gt=0,
        description="random pages for each seed page; not in the paper: DeepSeekMath's 1:1",
    )
    segmenter_vocab_size: int = Field(
        32_000,
        ge=512,
        le=1_048_576,
        description="pieces of the BPE that cuts pages before fastText sees them, learned from the seed; not "
        "in the paper: it names a BPE (2.1.2) without its size",
    )


class RecallConfig(StageConfig):
    """Which web pages join the corpus (paper 2.1.2: 330 GB of them, 220 GB from Common Crawl)."""

    corpora: tuple[str, ...] = Field(
        (),
        description="WARC, Parquet or JSONL paths and URIs; none = no recall, as for the 1.5B (paper 3.2); "
        "the 8B had Common Crawl, FineWeb, SkyPile and the web part of AutoMathText",
    )
    seeds: tuple[str, ...] = Field(
        (), description="annotated code-like pages; not in the paper: they were never released"
    )
    n_seed_pages: int = Field(500_000, ge=2, description="seed pages used in the first round (paper 2.1.2)")
    url_patterns: str | None = Field(
        None,
        description="reviewed YAML of URL globs that are code, the human step of each round; not in the "
        "paper: it prints only the Chinese ones (Table 14)",
    )
    iterations: int = Field(3, ge=1, le=100, description="rounds of the loop (paper 2.1.2)")
    fasttext: FastTextConfig = FastTextConfig()
    score_threshold: float = Field(
        0.5, ge=0, le=1, description="score from which a page is recalled; not in the paper: the even odds"
    )
    domain_min_share: float = Field(
        0.10, ge=0, le=1, description="a domain is code when more of its pages were recalled (paper 2.1.2)"
    )
    domain_min_pages: int = Field(
        20, ge=1, description="pages a domain needs to be judged; not in the paper: below, the share is noise"
    )
    text_file_stems: tuple[str, ...] = Field(
        ("readme", "notes", "todo", "description", "cmakelists"),
        description="GitHub text files kept by lower-case name without extension; the rest is classified "
        "(paper App-C.2)",
    )
    text_file_substrings: tuple[str, ...] = Field(
        ("requirement",), description="GitHub text files kept by part of the lower-case name (paper App-C.2)"
    )
    seed: int = Field(
        0, ge=0, description="seed of negatives and of fastText; not in the paper: it gives no seed"
    )

    @model_validator(mode="after")
    def _corpora_need_seeds(self) -> Self:
        if self.corpora and not self.seeds:
            raise ValueError("corpora are given but no seeds; the classifier needs pages known to be code")
        return self


class RecallIteration(Frozen):
    """One round of the loop."""

    n_seed_pages: int = Field(ge=0, description="positives the classifier was trained on")
    n_recalled: int = Field(ge=0, description="pages at or above the threshold")
    n_domains: int = Field(ge=0, description="domains with enough pages to be judged")
    n_code_domains: int = Field(ge=0)
    n_added_by_pattern: int = Field(ge=0, description="pages a URL pattern added to the next seed")


class RecallSummary(FunnelSummary):
    """What was recalled, in the last round and on the way there."""

    iterations: tuple[RecallIteration, ...]
    pages_by_corpus: dict[str, int] = Field(description="recalled pages by corpus")
