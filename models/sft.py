"""Configs and summary of the two SFT stages: one loop, two sets of the paper's numbers.

Loss is taken on answers only. Lengths and optimizer follow the SFT script released with the paper,
which leaves AdamW at its library's defaults.
"""

from typing import Literal

from pydantic import Field

from models.pretrain import OptimizerConfig, ScheduleConfig, TrainConfig, TrainSummary


class SftOptimizerConfig(OptimizerConfig):
    """AdamW as the released script leaves it."""

    beta2: float = Field(0.999, ge=0, lt=1, description="not in the paper: the released script's")
    weight_decay: float = Field(0.0, ge=0, le=1, description="not in the paper: the released script's")


class SftScheduleConfig(ScheduleConfig):
    """Warm-up, then cosine to zero."""

    warmup_steps: int | None = Field(100, ge=0, description="length of the warm-up in steps (paper 4.3)")
    decay: Literal["constant", "exponential", "linear", "one_minus_sqrt", "cosine"] = Field(
        "cosine", description="shape after the warm-up (paper 4.3)"
    )
    min_lr: float = Field(
        0.0,
        ge=0,
        le=1,
        description="rate at the end; not in the paper: the released script's",
    )


class SftStage1ScheduleConfig(SftScheduleConfig):
    """Schedule of the first stage."""

    peak_lr: float = Field(2e-5, gt=0, le=1, description="rate after the warm-up (paper 4.3)")


class SftStage2ScheduleConfig(SftScheduleConfig):
    """Schedule of the second stage."""

    peak_lr: float = Field(5e-5, gt=0, le=1, description="rate after the warm-up (paper 4.3)")


class SftConfig(TrainConfig):
    """What both stages share; the numbers of a stage are in its subclass."""

    epochs: int = Field(ge=1, le=1_000, description="passes over the examples (paper 4.3)")
    batch_examples: int = Field(ge=1, description="examples a step, packed or not (paper 4.3)")
    max_length_tokens: int = Field(ge=8, description="longest example; not in the paper: the released script")
    optimizer: SftOptimizerConfig = SftOptimizerConfig()
    schedule: SftScheduleConfig
    packing: bool = Field(
        True,
        description="several examples a row, none attending to another; not in the paper: the released "
        "script pads, which trains on the same examples with more work",
    )
    when_too_long: Literal["truncate", "drop"] = Field(
        "truncate",
        description="cut the answer's end or leave the example out; both are counted; not in the "
        "paper: the released script cuts",
    )
    checkpoint_every_steps: int = Field(
        100, ge=1, description="distance of checkpoints; not in the paper: the released script's"
    )


class SftStage1Config(SftConfig):
    """Broad instructions: 4.0 million examples, once (paper 4.2, 4.3)."""

    epochs: int = Field(1, ge=1, le=1_000, description="passes over the examples (paper 4.3)")
    batch_examples: int = Field(4096, ge=1, description="examples a step, packed or not (paper 4.3)")
    max_length_tokens: int = Field(
        1216, ge=8, description="longest example; not in the paper: the released script"
    )
    schedule: SftStage1ScheduleConfig = SftStage1ScheduleConfig()


class SftStage2Config(SftConfig):
    """High-quality code instructions: 367,000 examples, three times (paper 4.2, 4.3)."""

    epochs: int = Field(3, ge=1, le=1_000, description="passes over the examples (paper 4.3)")
    batch_examples: int = Field(512, ge=1, description="examples a step, packed or not (paper 4.3)")
    max_length_tokens: int = Field(
        1500, ge=8, description="longest example; not in the paper: the released script"
    )
    schedule: SftStage2ScheduleConfig = SftStage2ScheduleConfig()


class SftSummary(TrainSummary):
    """The instruct model and the examples it saw."""

    n_examples: int = Field(ge=0, description="examples trained on in each epoch")
    n_too_long: int = Field(ge=0, description="examples cut or left out for their length")
    n_answer_tokens: int = Field(ge=0, description="tokens under loss in each epoch")
    fill_share: float = Field(ge=0, le=1, description="positions that hold a token and not padding")
