"""Config and summary of the filter stage: transform, measure, decide."""

from typing import Literal

from pydantic import Field

from models.base import Frozen, StageConfig
from models.summary import FunnelSummary
from models.transform import TransformConfig


class RuleOverride(Frozen):
    """What to change in one rule; a field that is not given stays as it is in the table."""

    low: float | None = Field(
        None,
        allow_inf_nan=False,
        description="smallest value that is kept; None = as in the table, whose values are those of paper App-A, "
        "Tables 11-12; not in the paper: any other value",
    )
    high: float | None = Field(
        None,
        allow_inf_nan=False,
        description="largest value that is kept; None = as in the table, whose values are those of paper App-A, "
        "Tables 11-12; not in the paper: any other value",
    )
    drop_share: float | None = Field(
        None,
        ge=0,
        le=1,
        description="share of the hits that is dropped; None = as in the table; not in the paper: the released "
        "filter drops 0.8 of the hits of eight rules",
    )
    enabled: bool = Field(
        True,
        description="False = the signal is measured and never drops; not in the paper: for tuning (App-A.1)",
    )


class SignalsConfig(StageConfig):
    """The part of the filter's config that measuring depends on; thresholds are no part of it (paper App-A.1)."""

    transform: TransformConfig = Field(TransformConfig(), description="see FilterConfig.transform")
    profile: Literal["compat", "default"] = Field(
        "default", description="see FilterConfig.profile; not in the paper"
    )


class FilterConfig(StageConfig):
    """Which files are good enough to train on (paper 2.1.1, App-A).

    The thresholds are data in tasks/filter/rules: those that the authors released with the paper, of which
    its Tables 11-12 print examples (words of strings longer than 20 characters 0.4, prompt comments 0.01 ...).
    """

    transform: TransformConfig = Field(
        TransformConfig(),
        description="what is removed or replaced before a file is measured; its fields name paper section 2.1.1",
    )
    rules: dict[str, RuleOverride] = Field(
        {},
        description="changes to rules by released name, or TABLE/name for one table alone, merged into the tables; "
        "the defaults are the released thresholds (paper App-A, Tables 11-12)",
    )
    profile: Literal["compat", "default"] = Field(
        "default",
        description="compat = the released filter's behaviour with its known defects, default = ours; not in the "
        "paper: both are the same so far",
    )
    unknown: Literal["keep", "drop"] = Field(
        "drop",
        description="what becomes of a file with a rule that could not be computed; not in the paper: the released "
        "filter keeps such files, so that a file which breaks a parser passes",
    )
    seed: int = Field(
        0,
        description="seed of the rules that drop a share of their hits; not in the paper: the released filter "
        "draws without a seed",
    )

    @property
    def signals(self) -> SignalsConfig:
        """What the signals depend on, so that a new threshold never measures again."""
        return SignalsConfig(transform=self.transform, profile=self.profile)


class SignalsSummary(FunnelSummary):
    """What was rewritten and measured; every document is passed on."""

    n_rewritten: int = Field(ge=0, description="documents with at least one redaction")
    redactions_by_kind: dict[str, int] = Field(description="copyright, email, ip, password, key")
    unknown_by_signal: dict[str, int] = Field(description="documents whose signal could not be computed")


class FilterSummary(FunnelSummary):
    """What was kept, and what each rule did; rules that hit nothing are left out of the counts."""

    hits_by_rule: dict[str, int] = Field(
        description="dropped documents by rule; one with several hits counts in each"
    )
    only_hits_by_rule: dict[str, int] = Field(
        description="dropped documents that this rule alone hit, which thresholds are tuned on (paper App-A.1)"
    )
    passed_by_rule: dict[str, int] = Field(
        description="hits that dropped nothing: outside of the rule's share, or unknown and kept"
    )
    unknown_by_signal: dict[str, int] = Field(description="documents whose signal could not be computed")
    unknown_reasons: dict[str, int] = Field(description="documents by reason of an unknown signal")
