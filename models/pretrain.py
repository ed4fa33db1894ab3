"""Config and summary of the pretrain stage, and what it shares with anneal and SFT.

The paper's WSD schedule spans two stages: pretrain warms up and stays at the peak, anneal decays from
there. Everything here changes the weights; devices and micro-batch are in Execution.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig
from models.network import NetworkConfig


class OptimizerConfig(Frozen):
    """AdamW with clipping; the paper says nothing of the optimizer."""

    beta1: float = Field(0.9, ge=0, lt=1, description="decay of the mean; not in the paper: common for LLMs")
    beta2: float = Field(
        0.95, ge=0, lt=1, description="decay of the squares; not in the paper: common for LLM pretraining"
    )
    eps: float = Field(1e-8, gt=0, lt=1, description="added to the root; not in the paper: AdamW's default")
    weight_decay: float = Field(
        0.1, ge=0, le=1, description="decoupled, not on norms; not in the paper: common for LLM pretraining"
    )
    max_grad_norm: float = Field(
        1.0, gt=0, description="global norm gradients are clipped to; not in the paper: common for LLMs"
    )


class ScheduleConfig(Frozen):
    """Learning rate by step: linear warm-up, stable, decay; by default WSD without its decay."""

    peak_lr: float = Field(3e-4, gt=0, le=1, description="rate after the warm-up (paper 3.2)")
    warmup_steps: int | None = Field(
        2_000,
        ge=0,
        description="length of the warm-up in steps (paper 3.2: '2,000 steps across 8 billion tokens', alike "
        "for the 1.5B; for the 8B 2,000 steps are 16.8 billion tokens)",
    )
    warmup_tokens: int | None = Field(
        None,
        ge=1,
        description="length of the warm-up in tokens, in place of steps; not in the paper as a choice: its "
        "two numbers disagree for the 8B",
    )
    decay: Literal["constant", "exponential", "linear", "one_minus_sqrt", "cosine"] = Field(
        "constant", description="shape after the warm-up; the decay is the anneal stage's (paper 3.2)"
    )
    decay_steps: int | None = Field(
        None,
        ge=1,
        description="last steps that decay, the others stay at the peak; None = all after the warm-up; not "
        "in the paper: its decay is a phase of its own",
    )
    min_lr: float = Field(1e-5, ge=0, le=1, description="rate at the end of the decay (paper 3.2)")

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if (self.warmup_steps is None) == (self.warmup_tokens is None):
            raise ValueError(
                "give warmup_steps or warmup_tokens and set the other to null (warmup_steps: 0 for none)"
            )
        if self.decay == "constant" and self.decay_steps is not None:
            raise ValueError("decay_steps is given but decay is constant; choose a shape or drop decay_steps")
        if self.decay != "constant" and self.min_lr >= self.peak_lr:
            raise ValueError(f"min_lr {self.min_lr} must be below peak_lr {self.peak_lr}, or nothing decays")
        return self


class BatchConfig(Frozen):
    """One optimizer step: sequences of all devices and accumulation steps together."""

    sequences: int = Field(1024, ge=1, description="global batch (paper 3.2)")
    sequence_length_tokens: int = Field(
        4096, ge=2, description="tokens a sequence; the 8B: 8192 after its ramp (paper 3.2, Table 4)"
    )

    @property
    def n_tokens(self) -> int:
        """Tokens of one step."""
        return self.sequences * self.sequence_length_tokens


class BatchPhase(BatchConfig):
    """A first part of pretraining with another batch; the defaults are the 8B's."""

    sequences: int = Field(2048, ge=1, description="global batch (paper 3.2)")
    sequence_length_tokens: int = Field(4096, ge=2, description="tokens a sequence (paper 3.2)")
    steps: int = Field(130_000, ge=1, description="length of the phase (paper 3.2)")


class TrainConfig(StageConfig):
    """What pretrain, anneal and both SFT stages have in common."""

    init: str | None = Field(
        None,
        description="Hugging Face folder or URI to start from; None = random weights for pretrain, "
        "the model of the stage before for the others; not in the paper: it has no other start",
    )
    optimizer: OptimizerConfig = OptimizerConfig()
    precision: Literal["bf16", "fp32"] = Field(
        "bf16",
        description="of matrix products; weights and optimizer stay fp32; not in the paper: the released "
        "weights are bf16",
    )
    checkpoint_every_steps: int = Field(
        1_000, ge=1, description="distance of checkpoints; not in the paper: the released ones' distance"
    )
    seed: int = Field(0, ge=0, description="of weights and data order; not in the paper: it gives no seed")


class PretrainConfig(TrainConfig):
    """OpenCoder-1.5B: two trillion tokens at a constant learning rate (paper 3.2)."""

    network: NetworkConfig = NetworkConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    batch: BatchConfig = BatchConfig()
    ramp: tuple[BatchPhase, ...] = Field(
        (), description="phases before `batch` takes over; none for the 1.5B, one for the 8B (paper 3.2)"
    )
    n_tokens: int = Field(
        2_000_000_000_000,
        ge=1,
        description="tokens trained on; 8B: 2.5 trillion (paper 3.2; the released 1.5B was annealed after "
        "1.564 trillion)",
    )
    steps: int | None = Field(
        None, ge=1, description="optimizer steps, in place of n_tokens; not in the paper: it counts tokens"
    )
    max_epochs: float = Field(
        4.0, gt=0, description="passes over the corpus, more is an error; 8B: 3.5 (paper 3.2)"
    )
    document_mask: bool = Field(
        False,
        description="keep attention inside a document; the paper cuts randomly joined documents to length "
        "and masks nothing (paper App-B)",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        context = self.network.max_position_embeddings
        for field, batch in (("batch", self.batch), *((f"ramp[{i}]", b) for i, b in enumerate(self.ramp))):
            if batch.sequence_length_tokens > context:
                raise ValueError(
                    f"{field}.sequence_length_tokens {batch.sequence_length_tokens} exceeds "
                    f"network.max_position_embeddings {context}"
                )
        if self.n_steps() < 1:
            raise ValueError(f"n_tokens {self.n_tokens} is less than one step: {self.batch.n_tokens} tokens")
        return self

    def n_steps(self) -> int:
        """Optimizer steps: `steps`, else the whole batches that n_tokens pays for."""
        if self.steps is not None:
            return self.steps
        steps, left = 0, self.n_tokens
        for phase in self.ramp:
            taken = min(phase.steps, left // phase.n_tokens)
            steps, left = steps + taken, left - taken * phase.n_tokens
            if taken < phase.steps:
                return steps
        return steps + left // self.batch.n_tokens


class TrainSummary(Frozen):
    """What every training stage reports; curves are in metrics.jsonl beside the model."""

    n_parameters: int = Field(ge=1)
    steps: int = Field(ge=0)
    n_tokens: int = Field(ge=0, description="positions trained on, repeats included")
    epochs: float = Field(ge=0, description="passes over the stage's data")
    first_loss: float = Field(description="nats a token, mean of the first ten steps")
    last_loss: float = Field(description="nats a token, mean of the last ten steps")
    last_lr: float = Field(ge=0)
    tokens_per_s: float = Field(ge=0, description="over all devices, checkpoints included")
    n_resumes: int = Field(0, ge=0, description="times it went on from a checkpoint after a stop")


class PretrainSummary(TrainSummary):
    """The stable model and where an anneal may branch from."""

    checkpoint_steps: tuple[int, ...] = Field(description="kept checkpoints, ascending")
