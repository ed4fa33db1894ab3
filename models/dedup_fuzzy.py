"""Config and summary of fuzzy deduplication: MinHash signatures cut into bands (paper 2.1.1)."""

from typing import Literal

from pydantic import Field

from models.base import StageConfig
from models.summary import FunnelSummary


class DedupFuzzyConfig(StageConfig):
    """Which files count as near-duplicates.

    Two files of Jaccard similarity J become candidates with probability 1 - (1 - J^rows)^bands. The paper's
    16 x 128 is a near-exact matcher: half of the pairs at J = 0.976, none to speak of under 0.93. The other
    settings in use, 20 x 13 and 14 x 9, reach half at 0.77 and 0.71.
    """

    ngram: int = Field(5, ge=1, description="tokens in a shingle (paper 2.1.1: 5-gram)")
    tokens: Literal["word_or_symbol"] = Field(
        "word_or_symbol",
        description=r"a token is a run of \w+ or one non-space symbol; not in the paper: it does not say of "
        "what its 5-grams are made",
    )
    bands: int = Field(
        16,
        ge=1,
        le=65_536,
        description="bands of a signature; 16 x 128 = 2048 MinHash functions (paper 2.1.1)",
    )
    rows: int = Field(
        128, ge=1, le=65_536, description="rows of a band; 16 x 128 = 2048 MinHash functions (paper 2.1.1)"
    )
    scheme: Literal["affine32"] = Field(
        "affine32",
        description="family of the hash functions, that of datasketch 2.0; not in the paper: it names none",
    )
    seed: int = Field(
        1, ge=0, lt=1 << 32, description="seed of the hash functions; not in the paper: datasketch's default"
    )
    alarm_cluster_share: float = Field(
        0.01,
        gt=0,
        le=1,
        description="a cluster larger than this share of the documents raises an alarm; not in the paper: "
        "chains of near-duplicates have wiped out whole sources elsewhere",
    )
    alarm_removed_share: float = Field(
        0.9,
        gt=0,
        le=1,
        description="a repository that loses more than this share of its documents raises an alarm; not in "
        "the paper: same reason",
    )
    alarm_min_documents: int = Field(
        50,
        ge=1,
        description="smaller clusters and repositories raise no alarm; not in the paper: same reason",
    )

    @property
    def permutations(self) -> int:
        """MinHash functions a document: bands * rows, 2048 in the paper (2.1.1)."""
        return self.bands * self.rows


class DedupFuzzySummary(FunnelSummary):
    """What fuzzy deduplication kept, how it grouped, and what looks wrong."""

    n_short: int = Field(ge=0, description="documents of fewer tokens than a shingle: kept, never compared")
    n_clusters: int = Field(ge=0, description="clusters of two or more documents")
    n_clustered: int = Field(ge=0, description="documents in such clusters, survivors included")
    largest_cluster: int = Field(ge=0, description="documents in the largest cluster; 0 without clusters")
    removed_by_language: dict[str, int] = Field(description="documents removed, by language")
    removed_bytes_by_language: dict[str, int] = Field(description="bytes removed, by language")
    alarms: tuple[str, ...] = Field((), description="clusters and repositories over the alarm thresholds")
