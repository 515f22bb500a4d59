"""Plain values in one canonical text, and the hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

ID_LENGTH = 20
LARGEST_SEED = 2**63


def canonical_json(content: Mapping[str, Any]) -> str:
    """The one way to write plain values: sorted keys, no spaces, no NaN."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """Short hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def rounded(value: float) -> float:
    """A float with 12 significant digits, so that 0.3 and 0.1 + 0.2 are one."""
    return float(f"{value:.12g}") + 0.0
