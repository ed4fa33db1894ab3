"""Config and summary of the anneal_mix stage: the data of the decay (paper 2.2, Table 3).

Most of it is the pretraining distribution, so that nothing is forgotten; the rest is algorithmic code,
snippets that passed their tests, and textbooks.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig
from models.evaluate import DecontaminateConfig, DecontaminationSummary, SandboxConfig, VerificationSummary

MixSource = Literal["original", "algorithmic", "snippets", "textbooks"]


class MixShares(Frozen):
    """Share of tokens by source; Table 3 gives 83.94, 12.44, 2.71 and 0.91 billion of 100."""

    original: float = Field(
        0.8394,
        ge=0,
        le=1,
        description="the pretraining distribution (paper Table 3; 84.21 billion in its first version)",
    )
    algorithmic: float = Field(0.1244, ge=0, le=1, description="files with a keyword (paper Table 3)")
    snippets: float = Field(0.0271, ge=0, le=1, description="functions that pass their tests (paper Table 3)")
    textbooks: float = Field(0.0091, ge=0, le=1, description="lessons about code (paper Table 3)")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.original + self.algorithmic + self.snippets + self.textbooks
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares sum to {total:.6f}, not 1; when one changes, change another")
        return self


class AnnealMixConfig(StageConfig):
    """100 billion tokens in the shares of Table 3."""

    n_tokens: int = Field(100_000_000_000, ge=1, description="size of the mix (paper 3.2)")
    shares: MixShares = MixShares()
    max_epochs: float = Field(
        4.0,
        gt=0,
        description="passes over any one source, more is an error; not in the paper: as in its pretraining",
    )
    keywords: tuple[str, ...] = Field(
        ("leetcode", "def solution", "class solution"),
        min_length=1,
        description="a file that contains one, in any case, is algorithmic (paper 2.2)",
    )
    snippet_min_examples: int = Field(
        1, ge=1, description="passing examples a function needs; not in the paper: it gives no number"
    )
    textbook_min_words: int = Field(
        20,
        ge=1,
        description="documentation a function needs to become a lesson; not in the paper: its textbooks are "
        "written by a model",
    )
    execution_timeout_s: float = Field(
        10.0,
        gt=0,
        le=600,
        description="limit of one test program; not in the paper: ample for one function",
    )
    sandbox: SandboxConfig = SandboxConfig()
    decontaminate: DecontaminateConfig = DecontaminateConfig()
    seed: int = Field(0, ge=0, description="of choice and order; not in the paper: it gives no seed")

    @model_validator(mode="after")
    def _keywords_are_words(self) -> Self:
        if any(not keyword.strip() for keyword in self.keywords):
            raise ValueError("keywords holds an empty one, which every file contains")
        return self


class SourceShare(Frozen):
    """One source of the mix: wanted and got."""

    source: MixSource
    n_available_tokens: int = Field(ge=0)
    target_tokens: int = Field(ge=0)
    n_tokens: int = Field(ge=0)
    share: float = Field(ge=0, le=1)
    epochs: float = Field(ge=0, description="how often the source is repeated")


class AnnealMixSummary(Frozen):
    """The mix as built."""

    n_tokens: int = Field(ge=0)
    sources: tuple[SourceShare, ...]
    files_by_keyword: dict[str, int]
    snippets: VerificationSummary
    decontamination: DecontaminationSummary
