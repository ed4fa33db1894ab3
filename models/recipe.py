"""The whole recipe: one nested config a stage, whose class defaults are the paper's numbers."""

from typing import Any

from pydantic import Field

from models.anneal import AnnealConfig
from models.anneal_mix import AnnealMixConfig
from models.base import Frozen
from models.collect import CollectConfig
from models.dedup_exact import DedupExactConfig
from models.dedup_fuzzy import DedupFuzzyConfig
from models.evaluate import EvaluateConfig
from models.filter import FilterConfig
from models.instruct import InstructConfig
from models.pretrain import PretrainConfig
from models.recall import RecallConfig
from models.sample import SampleConfig
from models.sft import SftStage1Config, SftStage2Config
from models.tokenizer import TokenizerConfig


class Recipe(Frozen):
    """Everything that changes the model, stage by stage in the order of the chain (arXiv 2411.04905).

    `collect` has no default: a recipe must name its sources.
    """

    name: str = Field(
        "opencoder", pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="names the run record; no identity"
    )
    collect: CollectConfig
    dedup_exact: DedupExactConfig = DedupExactConfig()
    filter: FilterConfig = FilterConfig()
    dedup_fuzzy: DedupFuzzyConfig = DedupFuzzyConfig()
    sample: SampleConfig = SampleConfig()
    recall: RecallConfig = RecallConfig()
    tokenizer: TokenizerConfig = TokenizerConfig()
    pretrain: PretrainConfig = PretrainConfig()
    anneal_mix: AnnealMixConfig = AnnealMixConfig()
    anneal: AnnealConfig = AnnealConfig()
    instruct: InstructConfig = InstructConfig()
    sft_stage1: SftStage1Config = SftStage1Config()
    sft_stage2: SftStage2Config = SftStage2Config()
    evaluate: EvaluateConfig = EvaluateConfig()


class RunRecord(Frozen):
    """`runs/{name}.json`: which artifacts the last run of a recipe consists of."""

    name: str
    state: str = Field(description="running (or killed), completed or failed")
    stages: dict[str, str] = Field(description="stage -> fingerprint, in the order of the run")
    last_completed: dict[str, str] = Field(
        {}, description="stages of the last run that completed, where this one has not; kept by gc"
    )
    recipe: dict[str, Any] = Field(description="the recipe as it ran, overrides applied")
    as_of: str = Field("", description="the time the collection stands for")
    started: str
    finished: str
    flow_run_id: str = Field("", description="of the Prefect run")
