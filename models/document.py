"""One collected file: the row that every data stage reads and writes."""

from typing import Literal

from pydantic import Field

from models.base import Frozen

Kind = Literal["code", "data", "text"]
"""The three classes of the paper's 607 file types: 470 code, 115 data, 22 text (App-E.1)."""


class Document(Frozen):
    """One file with its provenance; the Parquet columns of a document shard, in this order.

    Before dedup_exact a row's key is (source, repo, path); from dedup_exact on it is `id`.
    """

    id: str = Field(description="sha256 (hex) of the bytes as collected; never changes")
    content: str = Field(description="the text, UTF-8 without loss")
    content_sha256: str | None = Field(None, description="sha256 of `content` once a stage has changed it")
    language: str = Field(description="language name, as in tasks/text/languages.tsv")
    kind: Kind = Field(description="code, data or text")
    repo: str = Field(description="repository the file belongs to")
    path: str = Field(description="path inside the repository, with forward slashes")
    stars: int = Field(0, ge=0, description="stars of the repository; only ever a tie-break")
    commit_time: int | None = Field(None, description="last change, seconds since 1970 UTC; None = unknown")
    license: str | None = Field(None, description="SPDX identifier where known")
    source: str = Field(description="which source of the recipe the file came from")
    size_bytes: int = Field(ge=0, description="size of the bytes as collected")
    occurrences: int = Field(1, ge=1, description="byte-equal copies found, this one included")
