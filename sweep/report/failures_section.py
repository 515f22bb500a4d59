"""The part of the page about trials without data."""

from __future__ import annotations

from sweep.report.account import Account, Failure
from sweep.report.markup import Markup, element
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted


def failures_section(account: Account) -> Markup:
    """Trials by status, and what failed by kind of reason."""
    statuses = table(
        ("status", "trials", "of them frozen"), [(s, f"{n:,}", f"{f:,}") for s, n, f in account.statuses]
    )
    if not account.failures:
        return section(
            "failures", "What failed", paragraph("Every trial that has landed gave data."), statuses
        )
    shown = account.failures[:30]
    more = len(account.failures) - len(shown)
    words = f"{counted(account.failed, 'trial')} of {account.landed:,} gave no data."
    words += f" {counted(more, 'rarer kind')} of reason are left out." if more else ""
    reasons = table(("trials", "status", "reason", "one of them"), map(_failed, shown))
    return section("failures", "What failed", paragraph(words), reasons, statuses)


def _failed(failure: Failure) -> tuple[str, ...]:
    reason: str = element("span", failure.kind or "no reason given")
    if failure.reason and failure.reason != failure.kind:
        reason = folded(failure.kind or "no reason given", element("pre", failure.reason))
    return f"{failure.trials:,}", failure.status, reason, element("code", failure.example)
