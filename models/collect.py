"""Config and summary of the collect stage: which sources, and which of their files become documents."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from models.base import Frozen, StageConfig
from models.summary import FunnelSummary

RejectReason = Literal[
    "not_a_file",
    "unreadable",
    "too_large",
    "empty",
    "binary",
    "undecodable",
    "unknown_language",
    "excluded_language",
]
"""Why a file of a source is no document, in the order in which the reasons are looked for.

not_a_file: a symbolic link, submodule or device. unreadable: no permission, a name that is not UTF-8, or
a Git LFS pointer in place of the content. binary: a NUL byte or many control characters. undecodable: not
UTF-8. unknown_language: neither the name nor the first line tells the language.
"""

EXCLUDED_LANGUAGES = (
    "2-dimensional array",
    "adblock filter list",
    "ags script",
    "bicep",
    "checksums",
    "collada",
    "csv",
    "directx 3d file",
    "e-mail",
    "g-code",
    "gerber image",
    "git revision list",
    "gnuplot",
    "irc log",
    "jupyter notebook",
    "kicad layout",
    "kicad legacy layout",
    "kicad schematic",
    "lasso",
    "linux kernel module",
    "max",
    "microsoft developer studio project",
    "microsoft visual studio solution",
    "pic",
    "pickle",
    "postscript",
    "pov-ray sdl",
    "public key",
    "pure data",
    "purebasic",
    "raw token data",
    "robots.txt",
    "roff manpage",
    "stl",
    "subrip text",
    "svg",
    "tsv",
    "unity3d asset",
    "wavefront object",
    "webvtt",
    "x pixmap",
)
"""The types of paper App-E.2 under our names; the list itself as the released filter has it.

"gerber image" is meant there too, but spelled with capitals that no name has, so it never matched.
"""


class InstalledPackages(Frozen):
    """Source files of Python distributions in this environment: an input that every machine has."""

    kind: Literal["installed_packages"] = "installed_packages"
    distributions: tuple[str, ...] | None = Field(
        None,
        description="names of distributions; None = the run-time dependencies of this project, transitively; "
        "not in the paper: an input for small machines",
    )
    standard_library: bool = Field(
        True, description="Python's own library too, without its tests; not in the paper: same reason"
    )
    max_files: int = Field(2000, ge=1, description="files in all; not in the paper: same reason")
    max_bytes: int = Field(20_000_000, ge=1, description="bytes in all; not in the paper: same reason")
    max_files_per_distribution: int = Field(
        200, ge=1, description="files of one distribution; not in the paper: no package may dominate"
    )
    max_file_bytes: int = Field(
        1_000_000, ge=1, description="larger files are left out; not in the paper: no file may dominate"
    )
    seed: int = Field(
        0, description="seed of the hash order that makes the cut; not in the paper: same reason"
    )


class Directory(Frozen):
    """All files below a folder: a checkout, an unpacked archive, or a prefix in an object store."""

    kind: Literal["directory"] = "directory"
    path: str = Field(min_length=1, description="local folder or fsspec URL such as s3://bucket/prefix")
    repo: str | None = Field(
        None,
        description="name of the repository; None = the name of the folder; not in the paper: a matter of layout",
    )
    repo_depth: int = Field(
        0,
        ge=0,
        description="0: the folder is one repository; 1: each folder in it is one; 2: owner/name; not in the "
        "paper: it names no layout. Files above that depth belong to `repo`",
    )
    stars: int = Field(
        0,
        ge=0,
        description="stars of the repository, a tie-break; not in the paper: each repository has its own",
    )
    license: str | None = Field(
        None,
        description="SPDX identifier; None = told by its LICENSE; not in the paper: each repository has its own",
    )
    commit_time: Literal["mtime", "none"] = Field(
        "mtime",
        description="stands for the time of the last commit, a tie-break; not in the paper: a matter of layout",
    )


class GitCheckout(Frozen):
    """One revision of a local git repository, bare or not; nothing is checked out."""

    kind: Literal["git"] = "git"
    path: str = Field(min_length=1, description="local folder of the repository")
    revision: str = Field(
        "HEAD", min_length=1, description="commit, tag or branch; not in the paper: a matter of layout"
    )
    repo: str | None = Field(
        None,
        description="name of the repository; None = that of the remote `origin`, else of the folder; not in "
        "the paper: a matter of layout",
    )
    stars: int = Field(
        0,
        ge=0,
        description="stars of the repository, a tie-break; not in the paper: each repository has its own",
    )
    license: str | None = Field(
        None,
        description="SPDX identifier; None = told by its LICENSE; not in the paper: each repository has its own",
    )


class Documents(Frozen):
    """Tables of files that somebody else collected: Parquet, JSONL or JSONL.gz.

    A row has `content`, `repo` and `path`, and may have `stars`, `commit_time`, `license` and `source`.
    """

    kind: Literal["documents"] = "documents"
    path: str = Field(min_length=1, description="a file, a local folder or an fsspec URL")


Source = Annotated[InstalledPackages | Directory | GitCheckout | Documents, Field(discriminator="kind")]
"""Where files come from; `kind` tells which."""


class CollectConfig(StageConfig):
    """Which files are collected, and which of them become documents (paper 2.1, 2.1.1).

    The sources are not part of the identity: the snapshot of what they held is, so that the same bytes
    under another path, or on another day, give the same artifact.
    """

    NOT_IDENTITY: ClassVar[frozenset[str]] = frozenset({"sources", "as_of"})

    sources: tuple[Source, ...] = Field(
        description="where files come from, in order; the paper's are GitHub until November 2023 and "
        "what The Stack v2 has from elsewhere (paper 2.1)",
    )
    as_of: str = Field(
        "", description="time the collection stands for, filled from the run's schedule; not in the paper"
    )
    max_file_bytes: int = Field(
        8_000_000, ge=1, description="larger files are mostly no text: 8 MB (paper 2.1.1)"
    )
    max_control_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="a file with a larger share of control characters is binary; not in the paper: it only "
        "says that non-text is dropped",
    )
    excluded_languages: tuple[str, ...] = Field(
        EXCLUDED_LANGUAGES, description="types of little use for training (paper App-E.2)"
    )
    shard_bytes: int = Field(
        256_000_000, ge=1, description="input bytes a shard aims at; not in the paper: a matter of memory"
    )

    @field_validator("sources")
    @classmethod
    def _not_empty(cls, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        # A length limit on the field would also complain whenever one of its sources is wrong.
        if not sources:
            raise ValueError("name at least one source")
        return sources


class CollectSummary(FunnelSummary):
    """What was found, what became a document, and why the rest did not.

    `n_documents_in` counts every file seen, `size_bytes_in` their bytes.
    """

    rejected: dict[str, int] = Field(description="files that are no documents, by reason")
    rejected_bytes: dict[str, int] = Field(description="their bytes, by reason")
    documents_by_source: dict[str, int] = Field(description="documents by the kind of their source")
    snapshot: str = Field(description="hash of the list of what the sources held")
