"""What a page is about: one sweep of a store, with its map where there is one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast, final

from store import ExperimentStore, Result
from store.schema import OWN_RESERVED
from sweep.analysis import CampaignResult, campaign_result
from sweep.errors import SweepError
from sweep.report.scale import Kind
from sweep.spec import SweepSpec


@final
@dataclass(frozen=True)
class Subject:
    """One sweep of a store.

    Attributes
    ----------
    store : ExperimentStore
    sweep : str
        Its name in the table `sweeps`.
    command : str
        "run" or "campaign".
    spec : SweepSpec
    result : CampaignResult or None
        None for a fixed design, and for a campaign of which nothing can be compared yet.
    note : str
        Why a campaign has no map.
    """

    store: ExperimentStore
    sweep: str
    command: str
    spec: SweepSpec
    result: CampaignResult | None
    note: str = ""

    @property
    def campaign(self) -> str:
        """Id of the campaign."""
        return self.sweep.removeprefix("campaign-")

    @property
    def own(self) -> bool:
        """Whether the model is the user's."""
        return "physics_version" not in self.columns("trials")

    @property
    def place(self) -> str:
        """The store as commands beside :attr:`base` name it, fit for a shell; the address of a bucket."""
        return shlex.quote(self.store.url if self._directory is None else str(self._directory))

    @property
    def base(self) -> str:
        """What the directory holds in which commands are given; empty where any directory will do."""
        return "" if self._directory is None else self._directory.parts[0]

    @property
    def _directory(self) -> Path | None:
        """The store's, from the working directory; its name alone where it is elsewhere.

        A page is sent to others, to whom the rest of the path is of no help.
        """
        if "://" in self.store.url:
            return None
        root, here = Path(self.store.url).resolve(), Path.cwd().resolve()
        below = root != here and root.is_relative_to(here)
        return root.relative_to(here) if below else Path(root.name)

    @property
    def compared(self) -> dict[str, Kind]:
        """Scales on which series of a user's model are compared, by column; empty where none is named."""
        regimes = self.spec.regimes if self.result is None else self.result.labelling.regimes
        return {name: cast(Kind, scale) for name, scale in regimes.series} if self.own else {}

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the store; `planned` in the query are the ids of the sweep's trials."""
        plans = f"{self.campaign}-r%" if self.command == "campaign" else self.sweep
        given = "WITH planned AS (SELECT DISTINCT trial_id FROM chunks WHERE plan LIKE ?) "
        return self.ask(given + query, plans, *parameters)

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the store; all answers are of one state of it, whatever lands meanwhile."""
        return list(self._state.also(query, list(parameters) or None).rows())

    @cached_property
    def _state(self) -> Result:
        return self.store.sql("SELECT 1")

    def columns(self, table: str) -> dict[str, str]:
        """Columns of a table of the store, with their types."""
        return {name: kind for owner, name, kind, _ in self._described if owner == table}

    @cached_property
    def units(self) -> dict[str, str]:
        """Units of the columns of trials and series."""
        return {name: unit for owner, name, _, unit in self._described if owner in ("trials", "series")}

    @cached_property
    def _described(self) -> list[tuple[str, str, str, str]]:
        # The view of columns tells of those that a table could have; these are those that it has.
        parts = " UNION ALL ".join(
            f"SELECT '{table}' AS owner, column_name, column_type FROM (DESCRIBE SELECT * FROM {table})"
            for table in ("trials", "series")
        )
        query = (
            f"SELECT owner, column_name, column_type, coalesce(any_value(unit), '') FROM ({parts}) "
            'LEFT JOIN columns ON columns."table" = owner AND columns.name = column_name GROUP BY ALL'
        )
        return [(str(o), str(n), str(k), str(u)) for o, n, k, u in self.ask(query)]

    def returned(self, table: str) -> list[str]:
        """Columns of numbers that a user's model returned, in the order of the table."""
        parameters = {*self.spec.axis_names, *dict(self.spec.fixed)}
        return [
            name
            for name, kind in self.columns(table).items()
            if kind in ("DOUBLE", "BIGINT") and name not in OWN_RESERVED | parameters
        ]

    @cached_property
    def proposals(self) -> list[dict[str, Any]]:
        """Points that a campaign chose, was given or found, in the order of rounds."""
        if self.result is not None:
            return list(self.result.proposals)
        rows = [row for row in self.store.rows("proposals") if row["campaign"] == self.campaign]
        return sorted(rows, key=lambda row: (row["round"], row["slot"]))


def subject_of(store: ExperimentStore, result: CampaignResult | None = None) -> Subject:
    """The sweep that was started last, or the campaign that a result is of.

    Raises
    ------
    SweepError
        If nothing was run in this store.
    """
    rows = store.rows("sweeps")
    if result is not None:
        wanted = f"campaign-{result.spec.campaign_identity}"
        rows = [row for row in rows if row["sweep"] == wanted] or rows
    if not rows:
        raise SweepError(
            f"{store.url}: expected a sweep to report on, found none; "
            "start one with `regimap campaign SPEC --store DIR` or `regimap run SPEC --store DIR`"
        )
    row = max(rows, key=lambda row: row["started_at"])
    sweep, command, note = str(row["sweep"]), str(row["command"]), ""
    if command == "campaign" and result is None:
        try:
            result = campaign_result(store, sweep)
        except SweepError as error:
            note = str(error)
    return Subject(store, sweep, command, SweepSpec.from_text(str(row["spec"])), result, note)
