"""Identity of an artifact: canonical JSON of what its bytes depend on, hashed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LENGTH = 32
"""Hex digits kept: 128 bits, short enough for a folder name."""


def canonical_json(value: Any) -> bytes:  # noqa: ANN401
    """The one JSON text of a value: sorted keys, no spaces, no NaN; TypeError for anything not JSON."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def content_hash(value: Any) -> str:  # noqa: ANN401
    """[32 hex digits] of a JSON value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()[:LENGTH]


def fingerprint(stage: str, revision: int, config: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """The address of a stage's result: its config, its inputs' fingerprints and the revision of its code."""
    return content_hash(
        {"stage": stage, "revision": revision, "config": dict(config), "inputs": dict(inputs)}
    )
