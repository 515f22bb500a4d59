"""Values as JSON can say them."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401  # nested plain values
    """The value, null in place of what is no finite number, and times as text (ISO 8601)."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value
