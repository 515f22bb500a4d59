"""The care of a store: to look at every file of it, and to join it with others."""

from __future__ import annotations

from store.care.findings import Checked, Finding
from store.care.inspection import Doubt, Identification
from store.care.merging import Merged, merge, refuse_same
from store.care.verification import verify

__all__ = ["Checked", "Doubt", "Finding", "Identification", "Merged", "merge", "refuse_same", "verify"]
