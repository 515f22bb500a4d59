"""What all parts of a verification share: the store, the words, and how a small file is decoded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import final

import pyarrow as pa

from store.care.apart import Decoder
from store.care.findings import CHANGED, DAMAGE, MISSING, STRANGER, TORN, Finding
from store.care.inspection import Identification, Tally
from store.care.soundness import UnsoundError
from store.columns import Table
from store.declarations import schema_of
from store.medium import Medium

Findings = Generator[Finding, None, None]
AGAIN = "restore it from a copy, or remove {} and run the same command again, which makes it anew"
_ENDS = b"PAR1"


@final
class Checking:
    """One verification under way.

    Parameters
    ----------
    medium : Medium
        The store.
    identification : Identification or None
        What recomputes ids.
    decoder : Decoder
        Where files without a digest are decoded.
    """

    def __init__(self, medium: Medium, identification: Identification | None, decoder: Decoder) -> None:
        self.medium = medium
        self.schema = schema_of(medium)
        self.identification = identification
        self.trials = 0
        self._decoder = decoder
        self._described: defaultdict[str, list[pa.Schema]] = defaultdict(list)

    def finding(self, key: str, kind: str, found: str, advice: str) -> Finding:
        """Return a finding about the file or directory `key`."""
        return Finding(self.medium.place(key) if key else self.medium.url, kind, found, advice)

    def tallied(self, key: str, tally: Tally, advice: str) -> Findings:
        """Return the problems of rows; of what is no damage there is nothing to mend."""
        for kind, found in tally:
            todo = advice if kind in DAMAGE else "nothing, if another program wrote them"
            yield self.finding(key, kind, found, todo)

    def stranger(self, key: str) -> Findings:
        """Note something that is not the store's."""
        found = "a file or directory that regimap does not write"
        yield self.finding(key, STRANGER, found, "remove it, or leave it")

    def apart(self, payload: bytes, table: Table) -> pa.Table:
        """Decode a file in a process of its own.

        Raises
        ------
        UnsoundError
            If it is not what was written.
        """
        return self._decoder.whole_table(payload, table)

    def decoded(self, key: str, table: Table, advice: str) -> Generator[Finding, None, pa.Table | None]:
        """Decode a small file that has no digest; None and a finding if it is not sound."""
        try:
            payload = self.medium.read(key)
        except FileNotFoundError:
            yield self.finding(key, MISSING, "no such file", advice)
            return None
        try:
            rows = self.apart(payload, table)
        except UnsoundError as error:
            yield self.finding(key, broken(payload), said(payload, str(error)), advice)
            return None
        for column in table.columns:
            if column.required and rows.column(column.name).null_count:
                yield self.finding(key, CHANGED, f"a row without {column.name!r}", advice)
        return rows

    def describe(self, table: Table, schema: pa.Schema) -> None:
        """Take the units and meanings in `schema` as ones that files of `table` may have here."""
        self._described[table.name].append(schema)

    def is_described(self, table: Table, schema: pa.Schema) -> bool:
        """Whether a schema version of this store has the units and meanings in `schema`."""
        return any(
            all(f.name in known.names and f.metadata == known.field(f.name).metadata for f in schema)
            for known in self._described[table.name]
        )


def broken(payload: bytes) -> str:
    """Return the kind of a Parquet file that is not what was written: cut short, or changed."""
    return CHANGED if payload[:4] == payload[-4:] == _ENDS else TORN


def said(payload: bytes, found: str) -> str:
    """Return what to say of it."""
    return found if payload else "an empty file"
