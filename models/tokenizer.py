"""Config and summary of the tokenizer stage: byte-level BPE, then token shards.

The paper takes the tokenizer of INF-34B, which needs remote code to load. The stage trains its own of
the same size and reserves every special token now, so that no later stage resizes an embedding.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Frozen, StageConfig


class SpecialTokens(Frozen):
    """Tokens that are never split, by role; their ids come first, in this order."""

    end_of_text: str = Field(
        "<|endoftext|>", min_length=1, description="ends a document; not in the paper: the common name"
    )
    padding: str = Field(
        "<|pad|>", min_length=1, description="fills a batch, never trained on; not in the paper: common name"
    )
    message_start: str = Field(
        "<|im_start|>", min_length=1, description="ChatML; not in the paper: the released chat template"
    )
    message_end: str = Field(
        "<|im_end|>",
        min_length=1,
        description="ChatML, ends an answer; not in the paper: the released SFT script",
    )
    fim_prefix: str = Field(
        "<|fim_prefix|>", min_length=1, description="reserved; not in the paper: its models have no FIM"
    )
    fim_middle: str = Field(
        "<|fim_middle|>", min_length=1, description="reserved; not in the paper: its models have no FIM"
    )
    fim_suffix: str = Field(
        "<|fim_suffix|>", min_length=1, description="reserved; not in the paper: its models have no FIM"
    )
    fim_padding: str = Field(
        "<|fim_pad|>", min_length=1, description="reserved; not in the paper: its models have no FIM"
    )
    repo_name: str = Field(
        "<|repo_name|>", min_length=1, description="reserved; not in the paper: repositories are not joined"
    )
    file_separator: str = Field(
        "<|file_sep|>", min_length=1, description="reserved; not in the paper: repositories are not joined"
    )
    n_reserved: int = Field(
        64, ge=0, le=1024, description="unnamed spare tokens; not in the paper: room for later markers"
    )

    @model_validator(mode="after")
    def _all_different(self) -> Self:
        names = self.named()
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands for two special tokens; each needs its own text")
        return self

    def named(self) -> tuple[str, ...]:
        """Texts of the named tokens, in id order."""
        return tuple(text for text in self.model_dump().values() if isinstance(text, str))


class TokenizerConfig(StageConfig):
    """Byte-level BPE of the paper's size (paper 3.1)."""

    vocab_size: int = Field(
        96_640,
        ge=384,
        le=1_048_576,
        description="tokens in all, special and padding ones included; a multiple of 128 (paper Table 4)",
    )
    pre_tokenizer: Literal["qwen", "gpt2"] = Field(
        "qwen",
        description="how text is split before merging; qwen keeps every digit apart and lets indentation "
        "join what follows; not in the paper: 5.8 % more bytes a token on code than gpt2's split",
    )
    min_frequency: int = Field(
        2, ge=1, description="occurrences a merge needs; not in the paper: a pair seen once is no pattern"
    )
    train_bytes: int = Field(
        10_000_000_000,
        ge=1,
        description="size of the seeded sample the merges are learned from; not in the paper: it takes a "
        "ready tokenizer",
    )
    special_tokens: SpecialTokens = SpecialTokens()
    seed: int = Field(0, ge=0, description="seed of that sample; not in the paper: it gives no seed")

    @model_validator(mode="after")
    def _vocabulary_fits(self) -> Self:
        if self.vocab_size % 128:
            near = -(-self.vocab_size // 128) * 128
            raise ValueError(f"vocab_size {self.vocab_size} is not a multiple of 128; take {near}")
        n_fixed = 256 + len(self.special_tokens.named()) + self.special_tokens.n_reserved
        if self.vocab_size <= n_fixed:
            raise ValueError(
                f"vocab_size {self.vocab_size} leaves no merge: bytes and special tokens take {n_fixed}"
            )
        return self


class TokenizerSummary(Frozen):
    """What was learned and how well it compresses."""

    tokenizer_sha256: str = Field(description="of tokenizer.json; every token shard carries it")
    vocab_size: int = Field(ge=1)
    n_merges: int = Field(ge=0, description="learned; the rest of the vocabulary is padding")
    train_bytes: int = Field(ge=0, description="bytes the merges were learned from")
    n_documents: int = Field(ge=0, description="documents encoded for training, hold-out excluded")
    n_tokens: int = Field(ge=0, description="their tokens, one end of text a document included")
    n_holdout_tokens: int = Field(ge=0)
    bytes_per_token: float = Field(ge=0)
    tokens_by_language: dict[str, int]
    bytes_per_token_by_language: dict[str, float]
