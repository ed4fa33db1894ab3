"""Config and summary of the anneal stage: the decay of WSD, on better data.

It branches from a stable checkpoint and takes one pass over the mix, whose size is
`anneal_mix.n_tokens` (100 billion in the paper).
"""

from typing import Literal

from pydantic import Field

from models.pretrain import BatchConfig, ScheduleConfig, TrainConfig, TrainSummary


class AnnealScheduleConfig(ScheduleConfig):
    """Exponential decay from the stable rate, at once."""

    warmup_steps: int | None = Field(
        0, ge=0, description="none: the rate goes on where pretraining left it (paper 3.2)"
    )
    decay: Literal["constant", "exponential", "linear", "one_minus_sqrt", "cosine"] = Field(
        "exponential", description="shape of the decay from peak_lr to min_lr (paper 3.2)"
    )


class AnnealConfig(TrainConfig):
    """Exponential decay from 3e-4 to 1e-5 (paper 3.2)."""

    from_step: int | None = Field(
        None,
        ge=1,
        description="stable checkpoint to branch from; None = the last (paper 3.2; the released 1.5B "
        "branches from 373,000 of 484,865)",
    )
    schedule: AnnealScheduleConfig = AnnealScheduleConfig()
    batch: BatchConfig = BatchConfig()
    steps: int | None = Field(
        None, ge=1, description="stop after so many; None = one pass over the mix; not in the paper: tokens"
    )
    document_mask: bool = Field(
        False, description="keep attention inside a document, as in pretraining (paper App-B)"
    )

    def n_steps(self, n_mix_tokens: int) -> int:
        """Optimizer steps for a mix of that size: whole batches, at most `steps`."""
        one_pass = n_mix_tokens // self.batch.n_tokens
        return one_pass if self.steps is None else min(self.steps, one_pass)


class AnnealSummary(TrainSummary):
    """The base model."""

    from_step: int = Field(ge=0, description="stable checkpoint it branched from; 0 = an imported model")
