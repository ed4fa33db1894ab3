"""Config and summary of exact deduplication: one survivor of every set of byte-equal files."""

from typing import Literal

from pydantic import Field

from models.base import StageConfig
from models.summary import FunnelSummary


class DedupExactConfig(StageConfig):
    """How byte-equal files are told (paper 2.1.1); which one survives is fixed: tasks/text/survivors.py."""

    digest: Literal["sha256"] = Field(
        "sha256",
        description="files are equal where this hash of their bytes is equal (paper 2.1.1: SHA-256 of every "
        "file, the first step, about 75 % of files removed)",
    )


class DedupExactSummary(FunnelSummary):
    """What exact deduplication kept; bytes are those of the contents."""

    n_groups: int = Field(ge=0, description="sets of two or more byte-equal files")
    largest_group: int = Field(ge=0, description="files in the largest set; 0 without sets")
    removed_by_language: dict[str, int] = Field(description="files removed, by language")
    removed_bytes_by_language: dict[str, int] = Field(description="bytes removed, by language")
