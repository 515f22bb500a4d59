"""The part of the page about trials without data."""

from __future__ import annotations

from sweep.report.account import Account, Failure
from sweep.report.markup import Markup, element
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted


def failures_section(account: Account) -> Markup:
    """Trials by status, and what failed by kind of reason."""
    statuses = _statuses(account)
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


def _statuses(account: Account) -> Markup:
    if any(frozen for _, _, frozen in account.statuses):
        rows = [(status, f"{trials:,}", f"{frozen:,}") for status, trials, frozen in account.statuses]
        return table(("status", "trials", "of them frozen"), rows)
    return table(("status", "trials"), [(status, f"{trials:,}") for status, trials, _ in account.statuses])


def _failed(failure: Failure) -> tuple[str, ...]:
    reason: str = element("span", failure.kind or "no reason given")
    if failure.reason and failure.reason != failure.kind:
        reason = folded(failure.kind or "no reason given", element("pre", failure.reason))
    return f"{failure.trials:,}", failure.status, reason, element("code", failure.example)
