"""Shape of the network: a stock Llama decoder, in the field names of Hugging Face's LlamaConfig.

The defaults are the 1.5B model; each description also gives the 8B. There are no biases, and the
feed-forward is SwiGLU. The vocabulary size belongs to the tokenizer.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Frozen


class NetworkConfig(Frozen):
    """OpenCoder-1.5B (paper 3.1, Table 4)."""

    num_hidden_layers: int = Field(24, ge=1, le=1_000, description="blocks; 8B: 32 (paper Table 4)")
    hidden_size: int = Field(2240, ge=1, description="width of the residual stream; 8B: 4096 (paper Table 4)")
    intermediate_size: int = Field(
        6144, ge=1, description="width of the feed-forward; 8B: 14336; not in the paper: the released config"
    )
    num_attention_heads: int = Field(
        14,
        ge=1,
        description="query heads; 8B: 32 (paper Table 4; the text of 3.1 gives the 8B 8 heads, which are its "
        "key/value heads)",
    )
    num_key_value_heads: int = Field(14, ge=1, description="key and value heads; 8B: 8 (paper Table 4)")
    hidden_act: Literal["silu"] = Field("silu", description="gate of the SwiGLU feed-forward (paper Table 4)")
    max_position_embeddings: int = Field(
        4096, ge=1, description="context window in tokens; 8B: 8192 (paper Table 4)"
    )
    rope_theta: float = Field(10_000.0, gt=1, description="base of RoPE; 8B: 500,000 (paper Table 4)")
    rms_norm_eps: float = Field(
        1e-5, gt=0, lt=1, description="added to the mean square; not in the paper: the released config"
    )
    initializer_range: float = Field(
        0.02,
        gt=0,
        le=1,
        description="standard deviation of the initial weights; not in the paper: the released config",
    )
    tie_word_embeddings: bool = Field(
        False, description="one matrix for input and output; not in the paper: the released models have two"
    )

    @model_validator(mode="after")
    def _heads_fit(self) -> Self:
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"hidden_size {self.hidden_size} is not divisible by num_attention_heads "
                f"{self.num_attention_heads}"
            )
        if self.num_attention_heads % self.num_key_value_heads:
            raise ValueError(
                f"num_attention_heads {self.num_attention_heads} is not divisible by num_key_value_heads "
                f"{self.num_key_value_heads}"
            )
        if self.head_dim % 2:
            raise ValueError(
                f"the head dimension {self.head_dim} (hidden_size / num_attention_heads) is odd; RoPE turns "
                "pairs, so it must be even"
            )
        return self

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    def n_body_parameters(self) -> int:
        """Parameters of the blocks and the last norm: all but the embeddings."""
        queries_and_output = 2 * self.hidden_size * self.hidden_size
        keys_and_values = 2 * self.hidden_size * self.num_key_value_heads * self.head_dim
        feed_forward = 3 * self.hidden_size * self.intermediate_size
        norms = 2 * self.hidden_size
        block = queries_and_output + keys_and_values + feed_forward + norms
        return self.num_hidden_layers * block + self.hidden_size

    def n_parameters(self, vocab_size: int) -> int:
        """All parameters; input and output embeddings count once when they are tied."""
        embeddings = 1 if self.tie_word_embeddings else 2
        return self.n_body_parameters() + embeddings * vocab_size * self.hidden_size
