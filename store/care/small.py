"""Looks at the small files: ledgers and what is kept."""

from __future__ import annotations

from store.care.checking import AGAIN, Checking, Findings
from store.care.findings import CHANGED, OTHER_VERSION, UNDIGESTED
from store.care.inspection import Tally
from store.digests import open_blob
from store.ledgers import CHUNKS, LEDGERS, PROPOSALS


def check_ledger(checking: Checking, key: str) -> Findings:
    """Look at one addition to a ledger table."""
    table = LEDGERS[key.split("/")[1]]
    advice = AGAIN.format("it")
    if table == PROPOSALS:
        advice = (
            "restore it from a copy, or remove it and the later rounds of its campaign, "
            "in ledger/chunks too, and run the campaign again"
        )
    rows = yield from checking.decoded(key, table, advice)
    if rows is None:
        return
    if not checking.is_described(table, rows.schema):
        found = "units or meanings that no schema version of this store has"
        yield checking.finding(key, OTHER_VERSION, found, f"if no other version wrote it: {advice}")
    if table == CHUNKS and checking.identification is not None:
        tally = Tally()
        for row in rows.to_pylist():
            tally.doubt(checking.identification.planned(row))
        yield from checking.tallied(key, tally, advice)


def check_kept(checking: Checking, key: str) -> Findings:
    """Look at a kept file."""
    verdict = open_blob(checking.medium.read(key))[1]
    if verdict is None:
        found = "no digest, as an older version writes it: it cannot be checked"
        yield checking.finding(key, UNDIGESTED, found, "nothing, or remove it: the next run makes it anew")
    elif not verdict:
        yield checking.finding(key, CHANGED, "other content than its digest is of", AGAIN.format("it"))
