"""The paper's numbers as defaults: value and section together, and no setting without a source."""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

import models
from models.anneal import AnnealConfig
from models.anneal_mix import AnnealMixConfig
from models.base import StageConfig
from models.collect import EXCLUDED_LANGUAGES, CollectConfig
from models.dedup_exact import DedupExactConfig
from models.dedup_fuzzy import DedupFuzzyConfig
from models.evaluate import DecontaminateConfig, EvaluateConfig
from models.filter import FilterConfig
from models.instruct import InstructConfig
from models.network import NetworkConfig
from models.pretrain import BatchPhase, PretrainConfig, ScheduleConfig
from models.recall import RecallConfig
from models.sample import SampleConfig
from models.sft import SftStage1Config, SftStage2Config
from models.tokenizer import SpecialTokens, TokenizerConfig
from models.transform import TransformConfig

TABLES_6_AND_7 = (
    *("humaneval", "humaneval_plus", "mbpp", "mbpp_plus", "mbpp_3shot"),
    *("bigcodebench", "bigcodebench_hard", "livecodebench"),
)
STAGE_1 = {"realuser_instruct": 700_000, "diverse_instruct": 2_300_000, "infinity_instruct": 1_000_000}
STAGE_2 = {
    "mceval_instruct": 36_000,
    "evol_instruct": 111_000,
    "educational_instruct": 110_000,
    "package_instruct": 110_000,
}
TEXT_FILE_STEMS = ("readme", "notes", "todo", "description", "cmakelists")

PAPER: list[tuple[type[BaseModel], str, Any, str]] = [
    # class, field path, value, section that the field's description names
    (CollectConfig, "max_file_bytes", 8_000_000, "paper 2.1.1"),
    (CollectConfig, "excluded_languages", EXCLUDED_LANGUAGES, "paper App-E.2"),
    (DedupExactConfig, "digest", "sha256", "paper 2.1.1"),
    (FilterConfig, "rules", {}, "paper App-A"),
    (TransformConfig, "strip_copyright", True, "paper 2.1.1"),
    (TransformConfig, "redact_emails", True, "paper 2.1.1"),
    (TransformConfig, "redact_ip_addresses", True, "paper 2.1.1"),
    (TransformConfig, "redact_passwords", True, "paper 2.1.1"),
    (TransformConfig, "email_placeholder", "<email>", "paper 2.1.1"),
    (TransformConfig, "ip_placeholder", "<ip>", "paper 2.1.1"),
    (TransformConfig, "password_placeholder", "<password>", "paper 2.1.1"),
    (DedupFuzzyConfig, "ngram", 5, "paper 2.1.1"),
    (DedupFuzzyConfig, "bands", 16, "paper 2.1.1"),
    (DedupFuzzyConfig, "rows", 128, "paper 2.1.1"),
    (SampleConfig, "max_bytes", {"java": 200_000_000_000, "html": 64_000_000_000}, "paper 2.1.1"),
    (RecallConfig, "corpora", (), "paper 3.2"),
    (RecallConfig, "n_seed_pages", 500_000, "paper 2.1.2"),
    (RecallConfig, "iterations", 3, "paper 2.1.2"),
    (RecallConfig, "domain_min_share", 0.10, "paper 2.1.2"),
    (RecallConfig, "text_file_stems", TEXT_FILE_STEMS, "paper App-C.2"),
    (RecallConfig, "text_file_substrings", ("requirement",), "paper App-C.2"),
    (TokenizerConfig, "vocab_size", 96_640, "paper Table 4"),
    (PretrainConfig, "network.num_hidden_layers", 24, "paper Table 4"),
    (PretrainConfig, "network.hidden_size", 2240, "paper Table 4"),
    (PretrainConfig, "network.num_attention_heads", 14, "paper Table 4"),
    (PretrainConfig, "network.num_key_value_heads", 14, "paper Table 4"),
    (PretrainConfig, "network.hidden_act", "silu", "paper Table 4"),
    (PretrainConfig, "network.max_position_embeddings", 4096, "paper Table 4"),
    (PretrainConfig, "network.rope_theta", 10_000, "paper Table 4"),
    (PretrainConfig, "schedule.peak_lr", 3e-4, "paper 3.2"),
    (PretrainConfig, "schedule.warmup_steps", 2_000, "paper 3.2"),
    (PretrainConfig, "schedule.decay", "constant", "paper 3.2"),
    (PretrainConfig, "batch.sequences", 1024, "paper 3.2"),
    (PretrainConfig, "batch.sequence_length_tokens", 4096, "paper 3.2"),
    (PretrainConfig, "ramp", (), "paper 3.2"),
    (BatchPhase, "steps", 130_000, "paper 3.2"),
    (BatchPhase, "sequences", 2048, "paper 3.2"),
    (BatchPhase, "sequence_length_tokens", 4096, "paper 3.2"),
    (PretrainConfig, "n_tokens", 2_000_000_000_000, "paper 3.2"),
    (PretrainConfig, "max_epochs", 4, "paper 3.2"),
    (PretrainConfig, "document_mask", False, "paper App-B"),
    (AnnealMixConfig, "n_tokens", 100_000_000_000, "paper 3.2"),
    (AnnealMixConfig, "shares.original", 0.8394, "paper Table 3"),
    (AnnealMixConfig, "shares.algorithmic", 0.1244, "paper Table 3"),
    (AnnealMixConfig, "shares.snippets", 0.0271, "paper Table 3"),
    (AnnealMixConfig, "shares.textbooks", 0.0091, "paper Table 3"),
    (AnnealMixConfig, "keywords", ("leetcode", "def solution", "class solution"), "paper 2.2"),
    (AnnealConfig, "from_step", None, "paper 3.2"),
    (AnnealConfig, "schedule.peak_lr", 3e-4, "paper 3.2"),
    (AnnealConfig, "schedule.min_lr", 1e-5, "paper 3.2"),
    (AnnealConfig, "schedule.warmup_steps", 0, "paper 3.2"),
    (AnnealConfig, "schedule.decay", "exponential", "paper 3.2"),
    (AnnealConfig, "batch.sequences", 1024, "paper 3.2"),
    (AnnealConfig, "document_mask", False, "paper App-B"),
    (InstructConfig, "stage1", STAGE_1, "paper Table 5"),
    (InstructConfig, "stage2", STAGE_2, "paper Table 5"),
    (InstructConfig, "decontaminate.ngram_size", 10, "paper 4.4"),
    (InstructConfig, "decontaminate.benchmarks", TABLES_6_AND_7, "paper 4.4"),
    (InstructConfig, "decontaminate.entry_point", "definition_or_call", "paper 4.4"),
    (SftStage1Config, "epochs", 1, "paper 4.3"),
    (SftStage1Config, "batch_examples", 4096, "paper 4.3"),
    (SftStage1Config, "schedule.peak_lr", 2e-5, "paper 4.3"),
    (SftStage1Config, "schedule.warmup_steps", 100, "paper 4.3"),
    (SftStage1Config, "schedule.decay", "cosine", "paper 4.3"),
    (SftStage2Config, "epochs", 3, "paper 4.3"),
    (SftStage2Config, "batch_examples", 512, "paper 4.3"),
    (SftStage2Config, "schedule.peak_lr", 5e-5, "paper 4.3"),
    (SftStage2Config, "schedule.warmup_steps", 100, "paper 4.3"),
    (SftStage2Config, "schedule.decay", "cosine", "paper 4.3"),
    (EvaluateConfig, "benchmarks", TABLES_6_AND_7, "paper 5.1"),
    (EvaluateConfig, "livecodebench_from", "2023-05", "paper 5.2"),
    (EvaluateConfig, "livecodebench_to", "2024-09", "paper 5.2"),
]

OURS = {
    # the paper is cited for what the field is about; the default is not a number of the paper
    "SampleConfig.keep_ratio",
    "Directory.stars",
    "Directory.commit_time",
    "GitCheckout.stars",
}

SECTION = re.compile(r"paper (\d[\d.]*|Table \d+|App-[A-G])")

NETWORK_8B = NetworkConfig(
    num_hidden_layers=32,
    hidden_size=4096,
    intermediate_size=14_336,
    num_attention_heads=32,
    num_key_value_heads=8,
    max_position_embeddings=8192,
    rope_theta=500_000,
)


class Knob(NamedTuple):
    """One field of a config, under the class that writes it down."""

    owner: type[BaseModel]
    name: str
    field: FieldInfo

    @property
    def label(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


def stage_configs() -> list[type[StageConfig]]:
    """Every StageConfig subclass of every module of models, so that a new stage is never forgotten."""
    for module in pkgutil.iter_modules(models.__path__, "models."):
        importlib.import_module(module.name)
    found, waiting = [], [StageConfig]
    while waiting:
        found.extend(children := waiting.pop().__subclasses__())
        waiting.extend(children)
    ours = [cls for cls in found if cls.__module__.startswith("models.")]  # tests have stages of their own
    return sorted(ours, key=lambda cls: cls.__name__)


def nested_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models inside a type: itself, members of a union, items of a tuple or dict."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from nested_models(argument)


def knobs() -> list[Knob]:
    """All fields reachable from a stage's config, each once."""
    found: dict[str, Knob] = {}
    waiting: list[type[BaseModel]] = [*stage_configs()]
    while waiting:
        cls = waiting.pop()
        for name, field in cls.model_fields.items():
            knob = Knob(owner(cls, name), name, field)
            if knob.label not in found:
                found[knob.label] = knob
                waiting.extend(nested_models(field.annotation))
    return sorted(found.values(), key=lambda knob: knob.label)


def owner(cls: type[BaseModel], name: str) -> type[BaseModel]:
    """The class of the hierarchy that declares the field."""
    return next(parent for parent in cls.__mro__ if name in inspect.get_annotations(parent))


def is_structural(field: FieldInfo) -> bool:
    """Whether the field makes no choice: one nested model, or the tag of a union."""
    is_model = inspect.isclass(field.annotation) and issubclass(field.annotation, BaseModel)
    is_tag = typing.get_origin(field.annotation) is Literal and field.description is None
    return is_model or (is_tag and len(typing.get_args(field.annotation)) == 1)


def resolve(cls: type[BaseModel], path: str) -> tuple[Knob, Any]:
    """The field at a dotted path and its default, taken without building the config."""
    first, *rest = path.split(".")
    knob = Knob(owner(cls, first), first, cls.model_fields[first])
    value = knob.field.get_default(call_default_factory=True)
    for name in rest:
        knob = Knob(owner(type(value), name), name, type(value).model_fields[name])
        value = getattr(value, name)
    return knob, value


def readable(value: Any) -> Any:
    """Instruction sources as name -> count and benchmarks as names; other values as they are."""
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        if "max_examples" in type(value[0]).model_fields:
            return {item.name: item.max_examples for item in value}
        return tuple(item.name for item in value)
    return value


@pytest.mark.parametrize(
    ("config", "path", "value", "section"), PAPER, ids=[f"{row[0].__name__}.{row[1]}" for row in PAPER]
)
def test_default_is_the_papers_and_names_its_section(
    config: type[BaseModel], path: str, value: Any, section: str
) -> None:
    knob, default = resolve(config, path)
    assert readable(default) == value
    assert section in (knob.field.description or "")


def test_table_covers_every_default_that_cites_the_paper() -> None:
    covered = {resolve(config, path)[0].label for config, path, _, _ in PAPER} | OURS
    cited = {
        knob.label
        for knob in knobs()
        if not knob.field.is_required()
        and SECTION.search(knob.field.description or "")
        and "not in the paper" not in (knob.field.description or "")
    }
    assert cited - covered == set()


@pytest.mark.parametrize("knob", knobs(), ids=lambda knob: knob.label)
def test_every_field_says_where_its_default_comes_from(knob: Knob) -> None:
    description = knob.field.description or ""
    if is_structural(knob.field):
        return
    assert description, f"{knob.label} has no description"
    if not knob.field.is_required():
        assert SECTION.search(description) or "not in the paper" in description, (
            f"{knob.label}: name the section, or say 'not in the paper: <why this default>'"
        )


def test_parameter_counts_are_the_papers() -> None:
    small, large = NetworkConfig(), NETWORK_8B
    assert (small.n_parameters(96_640), small.n_body_parameters()) == (1_905_650_880, 1_472_703_680)
    assert (large.n_parameters(96_640), large.n_body_parameters()) == (7_771_262_976, 6_979_588_096)
    assert (small.head_dim, large.head_dim) == (160, 128)
    assert small.n_parameters(96_640) - NetworkConfig(tie_word_embeddings=True).n_parameters(96_640) == (
        96_640 * 2240
    )


def test_steps_are_those_of_the_released_checkpoints() -> None:
    mix = AnnealMixConfig().n_tokens
    batch_8b = {"sequences": 1024, "sequence_length_tokens": 8192}
    pretrain_8b = PretrainConfig.model_validate(
        {"network": NETWORK_8B, "batch": batch_8b, "ramp": [{}], "n_tokens": 2_500_000_000_000}
    )
    assert AnnealConfig().n_steps(mix) == 23_841
    assert AnnealConfig.model_validate({"batch": batch_8b}).n_steps(mix) == 11_920
    assert (PretrainConfig().n_steps(), pretrain_8b.n_steps()) == (476_837, 298_023)


def test_steps_stop_within_the_ramp_when_tokens_run_out() -> None:
    ramp = [{"steps": 5, "sequences": 2, "sequence_length_tokens": 8}]
    batch = {"sequences": 4, "sequence_length_tokens": 8}
    run = {"ramp": ramp, "batch": batch}
    assert PretrainConfig.model_validate({**run, "n_tokens": 40}).n_steps() == 2
    assert PretrainConfig.model_validate({**run, "n_tokens": 80 + 70}).n_steps() == 5 + 2
    assert PretrainConfig.model_validate({**run, "steps": 3}).n_steps() == 3


def test_one_changed_knob_keeps_the_other_defaults_of_its_stage() -> None:
    anneal = AnnealConfig.model_validate({"schedule": {"min_lr": 0}})
    assert (anneal.schedule.decay, anneal.schedule.warmup_steps) == ("exponential", 0)
    sft = SftStage2Config.model_validate({"schedule": {"warmup_steps": 3}})
    assert (sft.schedule.decay, sft.schedule.peak_lr) == ("cosine", 5e-5)


@pytest.mark.parametrize(
    ("config", "values", "message"),
    [
        (NetworkConfig, {"hidden_size": 2241}, "not divisible by num_attention_heads"),
        (NetworkConfig, {"num_key_value_heads": 4}, "not divisible by num_key_value_heads"),
        (NetworkConfig, {"hidden_size": 14 * 5}, "head dimension 5 .* is odd"),
        (TokenizerConfig, {"vocab_size": 1000}, "take 1024"),
        (TokenizerConfig, {"vocab_size": 384, "special_tokens": {"n_reserved": 128}}, "leaves no merge"),
        (SpecialTokens, {"padding": "<|endoftext|>"}, "stands for two"),
        (ScheduleConfig, {"warmup_tokens": 8_000_000_000}, "set the other to null"),
        (ScheduleConfig, {"warmup_steps": None}, "set the other to null"),
        (ScheduleConfig, {"decay_steps": 10}, "decay is constant"),
        (ScheduleConfig, {"decay": "cosine", "min_lr": 3e-4}, "must be below peak_lr"),
        (PretrainConfig, {"batch": {"sequence_length_tokens": 8192}}, "exceeds network.max_position"),
        (PretrainConfig, {"ramp": [{"sequence_length_tokens": 8192}]}, r"ramp\[0\].* exceeds"),
        (PretrainConfig, {"n_tokens": 4096}, "less than one step"),
        (PretrainConfig, {"batch": {"sequence_length_tokens": 0}}, "greater than or equal to 2"),
        (AnnealMixConfig, {"shares": {"original": 0.8421}}, "sum to 1.002700, not 1"),
        (AnnealMixConfig, {"keywords": [" "]}, "every file contains"),
        (InstructConfig, {"stage1": [{"name": "a"}, {"name": "a"}]}, "stage1 names the source a twice"),
        (InstructConfig, {"stage1": [{"name": "a", "generator": "documentation", "uri": "x"}]}, "no uri"),
        (DecontaminateConfig, {"short_min_tokens": 11}, "must not exceed ngram_size"),
        (EvaluateConfig, {"benchmarks": [{"name": "mbpp"}, {"name": "mbpp"}]}, "mbpp twice"),
        (EvaluateConfig, {"pass_at": [1, 10]}, "needs as many n_samples"),
        (EvaluateConfig, {"n_samples": 5}, "temperature 0"),
        (EvaluateConfig, {"livecodebench_from": "2024-10"}, "is after"),
        (RecallConfig, {"corpora": ["s3://crawl"]}, "no seeds"),
        (SftStage1Config, {"epoch": 2}, "Extra inputs are not permitted"),
    ],
)
def test_mistakes_are_refused_with_a_plain_message(
    config: type[BaseModel], values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        config.model_validate(values)
