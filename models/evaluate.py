"""Config and summary of the evaluate stage, and what other stages need of benchmarks and execution.

The project ships no benchmark data: a benchmark is a name, where its data lies and its sha256. The same
list tells the instruct and anneal_mix stages what must not be trained on.
"""

from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from models.base import Frozen, StageConfig

BenchmarkName = Literal[
    "humaneval",
    "humaneval_plus",
    "mbpp",
    "mbpp_plus",
    "mbpp_3shot",
    "bigcodebench",
    "bigcodebench_hard",
    "livecodebench",
]
"""Columns of the paper's Tables 6 and 7; `mbpp_3shot` is the test split (500), `mbpp` is EvalPlus's (378)."""

Verdict = Literal[
    "pass",
    "wrong",
    "error",
    "syntax",
    "timeout",
    "memory",
    "output",
    "crash",
    "sandbox_error",
    "not_run: context",
    "not_run: sandbox",
]
"""What became of one sample. `sandbox_error` and `not_run` say nothing about the model."""

Month = r"^\d{4}-(0[1-9]|1[0-2])$"


class BenchmarkConfig(Frozen):
    """One benchmark and where its data lies."""

    name: BenchmarkName = Field(description="column of the paper's Tables 6 and 7 (paper 5.1, 5.2)")
    uri: str | None = Field(
        None,
        description="path or fsspec URI of the data; None = an installed package that holds it (HumanEval); "
        "not in the paper: the data is not ours to ship",
    )
    sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="of the file, checked before use; not in the paper: pins what was scored",
    )
    timeout_s: float = Field(
        3.0, gt=0, le=3_600, description="limit of one test program; not in the paper: OpenCodeEval's limit"
    )


PAPER_BENCHMARKS = (
    BenchmarkConfig(name="humaneval"),
    BenchmarkConfig(name="humaneval_plus"),
    BenchmarkConfig(name="mbpp"),
    BenchmarkConfig(name="mbpp_plus"),
    BenchmarkConfig(name="mbpp_3shot"),
    BenchmarkConfig(name="bigcodebench", timeout_s=10),
    BenchmarkConfig(name="bigcodebench_hard", timeout_s=10),
    BenchmarkConfig(name="livecodebench", timeout_s=6),
)
"""Tables 6 and 7; of section 5 only MultiPL-E, McEval and MdEval (other languages) are missing."""


def _refuse_repeats(benchmarks: tuple[BenchmarkConfig, ...]) -> None:
    names = [benchmark.name for benchmark in benchmarks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"benchmarks names {', '.join(twice)} twice")


class SandboxConfig(Frozen):
    """Limits on the execution of code that no person has read."""

    memory_bytes: int = Field(
        4 * 2**30, ge=64 * 2**20, description="address space of a program; not in the paper: EvalPlus's limit"
    )
    max_output_bytes: int = Field(
        2**20, ge=0, description="output a program may write; not in the paper: an answer never needs more"
    )
    when_missing: Literal["fail", "not_run"] = Field(
        "fail",
        description="without a sandbox stop before any work, or record every execution as not run; not in "
        "the paper: unisolated execution is not offered",
    )


class DecontaminateConfig(Frozen):
    """What counts as a trace of a benchmark in training data (paper 4.4)."""

    benchmarks: tuple[BenchmarkConfig, ...] = Field(
        PAPER_BENCHMARKS, description="test sets to keep out: 'such as HumanEval and MBPP' (paper 4.4)"
    )
    ngram_size: int = Field(
        10, ge=2, le=100, description=r"shared lower-case words (\w+) that remove an example (paper 4.4)"
    )
    short_min_tokens: int = Field(
        3,
        ge=1,
        description="a test prompt with fewer words than an n-gram must occur whole and have so many; not in "
        "the paper: DeepSeekMath's rule",
    )
    entry_point: Literal["definition_or_call", "any_word", "off"] = Field(
        "definition_or_call",
        description="how a test's function name removes an example; the paper removes 'any data containing "
        "the entry points', which read as any_word takes half of ordinary code (paper 4.4)",
    )
    entry_point_stop_names: tuple[str, ...] = Field(
        ("add", "check", "compare", "encode", "f", "func", "main", "solution", "solve", "validate"),
        description="function names too common to be a trace; not in the paper: measured on library code",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _refuse_repeats(self.benchmarks)
        if self.short_min_tokens > self.ngram_size:
            raise ValueError(
                f"short_min_tokens {self.short_min_tokens} must not exceed ngram_size {self.ngram_size}"
            )
        return self


class EvaluateConfig(StageConfig):
    """Greedy pass@1 of the base and the instruct model (paper 5.1, 5.2), and bits per byte."""

    benchmarks: tuple[BenchmarkConfig, ...] = Field(
        PAPER_BENCHMARKS,
        description="HumanEval(+) 0-shot, MBPP(+), MBPP 3-shot, BigCodeBench full and hard (paper 5.1), "
        "LiveCodeBench (paper 5.2); base models complete, instruct models answer; the 8B base has 66.5 on "
        "HumanEval in Table 6 and 68.9 in the paper's first version",
    )
    livecodebench_from: str = Field("2023-05", pattern=Month, description="first month used (paper 5.2)")
    livecodebench_to: str = Field("2024-09", pattern=Month, description="last month used (paper 5.2)")
    temperature: float = Field(
        0.0, ge=0, le=2, description="0 = greedy; not in the paper: the authors' setting, told by them later"
    )
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus; not in the paper: OpenCodeEval's setting")
    n_samples: int = Field(1, ge=1, description="answers a problem; not in the paper: as greedy decoding has")
    pass_at: tuple[PositiveInt, ...] = Field(
        (1,), min_length=1, description="the k of pass@k; not in the paper by name: its tables give one score"
    )
    max_new_tokens: int = Field(
        2048,
        ge=1,
        description="longest answer; a prompt that leaves less room is counted as not run; not in the paper: "
        "OpenCodeEval's default",
    )
    precision: Literal["bf16", "fp32"] = Field(
        "bf16", description="of generation; not in the paper: the released weights are bf16"
    )
    sandbox: SandboxConfig = SandboxConfig()
    max_sandbox_error_share: float = Field(
        0.005,
        ge=0,
        le=1,
        description="more sandbox errors fail the stage; not in the paper: they bend a score",
    )
    holdout_bytes_per_language: int = Field(
        10_000_000,
        ge=0,
        description="held-out bytes scored in each language, 0 = none; not in the paper: it reports no loss",
    )
    seed: int = Field(0, ge=0, description="seed of sampling; not in the paper: greedy needs none")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _refuse_repeats(self.benchmarks)
        if max(self.pass_at) > self.n_samples:
            raise ValueError(
                f"pass_at {max(self.pass_at)} needs as many n_samples; there are {self.n_samples}"
            )
        if self.temperature == 0 and self.n_samples > 1:
            raise ValueError("temperature 0 gives n_samples equal answers; raise it or set n_samples: 1")
        if self.livecodebench_from > self.livecodebench_to:
            raise ValueError(
                f"livecodebench_from {self.livecodebench_from} is after livecodebench_to "
                f"{self.livecodebench_to}"
            )
        return self


class BenchmarkScore(Frozen):
    """One model on one benchmark."""

    model: Literal["base", "instruct"]
    benchmark: BenchmarkName
    data_sha256: str
    n_problems: int = Field(ge=0, description="all of the benchmark; the verdicts account for each")
    verdicts: dict[Verdict, int] = Field(description="samples by verdict")
    pass_at: dict[int, float] = Field(description="k -> share, over all problems, not run ones as failed")


class HoldoutScore(Frozen):
    """Bits per byte of one language of the hold-out; lower is better."""

    language: str
    n_bytes: int = Field(ge=0)
    base: float = Field(ge=0)
    instruct: float = Field(ge=0)
    unigram: float = Field(ge=0, description="token frequencies of the training corpus")
    xz: float = Field(ge=0, description="xz -9 on the same bytes")


class EvaluateSummary(Frozen):
    """Every score with what is needed to read it."""

    sandbox: str = Field(description="mechanism that isolated the executions, or none")
    scores: tuple[BenchmarkScore, ...]
    holdout: tuple[HoldoutScore, ...]


class DecontaminationSummary(Frozen):
    """What was removed for a trace of a benchmark."""

    n_checked: int = Field(ge=0)
    n_removed: int = Field(ge=0)
    removed_by_rule: dict[str, int] = Field(description="ngram, short, entry_point -> examples")
    removed_by_benchmark: dict[str, int]


class VerificationSummary(Frozen):
    """What became of examples whose tests were executed."""

    n_candidates: int = Field(ge=0)
    n_verified: int = Field(ge=0, description="tests pass, and fail once the body is a stub")
    n_failed: int = Field(ge=0, description="tests do not pass")
    n_vacuous: int = Field(ge=0, description="tests pass with a stub too")
    n_not_run: int = Field(ge=0, description="no sandbox, or the sandbox failed")
