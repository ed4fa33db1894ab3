"""Config and summary of the instruct stage: the examples of both SFT stages (paper 4.1, 4.2).

Stage 1 is broad: diverse questions, real users. Stage 2 is curated code whose tests pass. (Section 4.2
describes them as theory and practice; Table 5, followed here, is the actual composition.)
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig
from models.evaluate import DecontaminateConfig, DecontaminationSummary, SandboxConfig, VerificationSummary


class InstructionSource(Frozen):
    """Where examples come from: a file, or a generator that works on the project's own corpus."""

    name: str = Field(min_length=1, description="name in reports; the defaults are the rows of Table 5")
    generator: Literal["file", "documentation", "verified_tasks"] = Field(
        "file",
        description="file: read `uri`; documentation: questions and answers from docstrings; verified_tasks: "
        "functions whose examples pass; not in the paper: its generators are models it does not name",
    )
    uri: str | None = Field(
        None,
        description="JSONL or Parquet with instruction and output, or messages; not in the paper: yours",
    )
    max_examples: int | None = Field(
        None, ge=1, description="examples taken; None = all; not in the paper: for your own sources"
    )

    @model_validator(mode="after")
    def _uri_is_for_files(self) -> Self:
        if self.generator != "file" and self.uri is not None:
            raise ValueError(f"source {self.name}: the generator {self.generator} reads no uri")
        return self


class InstructConfig(StageConfig):
    """4.0 million broad examples and 367,000 of high quality (paper Table 5)."""

    stage1: tuple[InstructionSource, ...] = Field(
        (
            InstructionSource(name="realuser_instruct", max_examples=700_000),
            InstructionSource(name="diverse_instruct", max_examples=2_300_000),
            InstructionSource(name="infinity_instruct", max_examples=1_000_000),
        ),
        min_length=1,
        description="sources of stage 1, 4.0 million in all (paper Table 5; the release: 4.21, 4.22)",
    )
    stage2: tuple[InstructionSource, ...] = Field(
        (
            InstructionSource(name="mceval_instruct", max_examples=36_000),
            InstructionSource(name="evol_instruct", max_examples=111_000),
            InstructionSource(name="educational_instruct", max_examples=110_000),
            InstructionSource(name="package_instruct", max_examples=110_000),
        ),
        min_length=1,
        description="sources of stage 2, 367,000 in all (paper Table 5; the release: 375,000, 436,000)",
    )
    min_examples: int = Field(
        1, ge=1, description="passing examples a verified task needs; not in the paper: it gives no number"
    )
    min_answer_words: int = Field(
        10,
        ge=1,
        description="words a documentation answer needs; not in the paper: fewer say little",
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
    def _names_differ(self) -> Self:
        for field, sources in (("stage1", self.stage1), ("stage2", self.stage2)):
            names = [source.name for source in sources]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{field} names the source {', '.join(twice)} twice")
        return self


class InstructSummary(Frozen):
    """The examples of one of the two artifacts."""

    stage: Literal[1, 2]
    n_examples: int = Field(ge=0)
    examples_by_source: dict[str, int]
    verification: VerificationSummary
    decontamination: DecontaminationSummary
