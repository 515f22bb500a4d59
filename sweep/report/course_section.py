"""The part of the page about how a campaign went."""

from __future__ import annotations

from sweep.report.account import Account
from sweep.report.charts import history_charts
from sweep.report.markup import Markup, element
from sweep.report.tables import figure, folded, paragraph, section, table
from sweep.report.words import percent


def course_section(account: Account, target: float | None) -> Markup:
    """How a campaign went from decision to decision, and why it ended."""
    charts = list(history_charts(account.decisions, target))
    reason = account.stop_reason
    end = f"It ended because {reason}." if reason else "It has not ended yet."
    drawn = (
        figure(
            element("div", *charts, class_="pair"),
            caption="What was expected when the next round was to be chosen. Regimes are found anew each "
            "time, so both rise where one appears.",
        )
        if charts
        else Markup("")
    )
    rows = [
        (
            str(each.round),
            str(each.points),
            "–" if each.regimes is None else str(each.regimes),
            "–" if each.wrong_area is None else percent(each.wrong_area),
            "–" if each.changed_area is None else percent(each.changed_area),
            each.stop_reason or "",
            f"{each.decided_at:%Y-%m-%d %H:%M}" if each.decided_at else "",
        )
        for each in account.decisions
    ]
    header = ("before round", "points", "regimes", "expected wrong", "changed", "stopped because", "UTC")
    told = folded("Every decision", table(header, rows)) if rows else Markup("")
    return section("course", "The course of the campaign", paragraph(end), drawn, told)
