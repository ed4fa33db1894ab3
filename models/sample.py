"""Config and summary of the sample stage: language balance and the hold-out."""

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig
from models.summary import FunnelSummary


class SampleConfig(StageConfig):
    """Which of the distinct, clean documents are trained on (paper 2.1.1)."""

    max_bytes: dict[str, int] = Field(
        {"java": 200_000_000_000, "html": 64_000_000_000},
        description="byte cap by language: Java 200 GB, HTML 64 GB (paper 2.1.1; before sampling the text "
        "says 449 and 474 GB, its first version 409 and 213 GB, Table 16 says 474.3 and 582.4 GB)",
    )
    keep_ratio: dict[str, float] = Field(
        {},
        description="share of bytes kept by language, in place of a cap, for corpora smaller than the "
        "paper's; its own shares are 0.445 for Java and 0.135 for HTML (paper 2.1.1)",
    )
    holdout_share: float = Field(
        0.005,
        ge=0,
        lt=1,
        description="share of repositories held out of all training, for bits per byte; not in the paper: "
        "it reports no held-out loss",
    )
    holdout_seed: int = Field(
        0,
        description="seed that picks the held-out repositories, apart so that another sample keeps them; "
        "not in the paper: it holds nothing out",
    )
    seed: int = Field(0, description="seed of the content hash; not in the paper: it gives no seed")

    @model_validator(mode="after")
    def _one_rule_a_language(self) -> "SampleConfig":
        for language, ratio in self.keep_ratio.items():
            if not 0 <= ratio <= 1:
                raise ValueError(f"keep_ratio.{language} is {ratio}; it must lie between 0 and 1")
        for language, size_bytes in self.max_bytes.items():
            if size_bytes < 0:
                raise ValueError(f"max_bytes.{language} is {size_bytes}; it must not be negative")
        return self


class LanguageShare(Frozen):
    """Composition of the corpus for one language, before and after sampling."""

    n_documents_before: int
    n_documents: int
    size_bytes_before: int
    size_bytes: int
    keep_ratio: float


class SampleSummary(FunnelSummary):
    """What was kept for training and what was held out."""

    n_holdout_documents: int
    holdout_size_bytes: int
    n_holdout_repos: int
    n_left_out_copies: int = Field(
        ge=0, description="documents not trained on because a held-out repository had a copy of them"
    )
    languages: dict[str, LanguageShare]
