"""Which documents are kept: a hash of seed and content against a ratio, so any sharding agrees."""

import hashlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt

from models.sample import SampleConfig
from tasks.runtime.errors import ConfigError
from tasks.text.languages import load_table


def unit_interval(seed: int, purpose: str, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """[n] float64 in [0, 1): one number for each key, the same whoever asks and in whatever order."""
    prefix = f"{seed}:{purpose}:".encode()
    digests = b"".join(hashlib.blake2b(prefix + key.encode(), digest_size=8).digest() for key in keys)
    high_bits = np.frombuffer(digests, dtype="<u8") >> np.uint64(11)
    return high_bits.astype(np.float64) * 2.0**-53


def check_languages(config: SampleConfig) -> None:
    """Raises ConfigError for a cap or ratio of a language that no file can have."""
    known = load_table().kinds
    for field, languages in (("max_bytes", config.max_bytes), ("keep_ratio", config.keep_ratio)):
        for language in languages:
            if language not in known:
                near = get_close_matches(language.lower(), known, n=3)
                raise ConfigError(
                    f"sample.{field}.{language}: no such language; close names: {', '.join(near)}"
                )


def keep_ratios(config: SampleConfig, bytes_by_language: Mapping[str, int]) -> dict[str, float]:
    """Language -> share of documents kept: the configured ratio, or the one that meets the byte cap.

    Documents are kept whole and by chance, so a cap is met on average (paper 2.1.1 gives caps only).
    """
    ratios: dict[str, float] = {}
    for language, size_bytes in sorted(bytes_by_language.items()):
        cap = config.max_bytes.get(language)
        by_cap = 1.0 if cap is None or size_bytes <= cap else cap / size_bytes
        ratios[language] = config.keep_ratio.get(language, by_cap)
    return ratios


def is_held_out(config: SampleConfig, repos: Sequence[str]) -> npt.NDArray[np.bool_]:
    """[n] bool: True where the repository is held out; all files of a repository share one answer."""
    distinct = sorted(set(repos))
    chosen = unit_interval(config.holdout_seed, "holdout", distinct) < config.holdout_share
    held_out = dict(zip(distinct, chosen.tolist(), strict=True))
    return np.array([held_out[repo] for repo in repos], dtype=np.bool_)


def is_sampled(
    config: SampleConfig, ids: Sequence[str], languages: Sequence[str], ratios: Mapping[str, float]
) -> npt.NDArray[np.bool_]:
    """[n] bool: True where the document's number lies below its language's ratio."""
    limits = np.array([ratios[language] for language in languages], dtype=np.float64)
    return unit_interval(config.seed, "sample", ids) < limits
