"""Looks at fragments: their digests, then their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pyarrow as pa

from store import layout
from store.care.checking import AGAIN, Checking, Findings, broken, said
from store.care.findings import CHANGED, MISPLACED, MISSING, STRANGER, UNDIGESTED, Finding
from store.care.inspection import Inspection, Tally
from store.care.soundness import UnsoundError, row_groups
from store.columns import Table
from store.digests import digest_lines, sha256
from store.local import DIGESTS_FILE, LocalMedium
from store.medium import Fragment

_LINE = re.compile(r"([0-9a-f]{64})  ([a-z]+\.parquet)")


def check_uncommitted(checking: Checking, key: str) -> Findings:
    """Note what an interrupted commit to an object store leaves: series without trials."""
    found = "series without trials: of a commit that was interrupted, or is under way"
    yield checking.finding(key, STRANGER, found, "remove it, or leave it")


def check_fragment(checking: Checking, key: str, fragment: Fragment, *, counted: bool = True) -> Findings:
    """Look at the fragment in the directory `key`; its trials do not count if they are compacted."""
    advice = AGAIN.format(f"the directory {checking.medium.place(key)}")
    names = checking.medium.names(key)
    keys = {layout.TRIALS_FILE: fragment.trials, layout.SERIES_FILE: fragment.series}
    files = {}
    for name, each in keys.items():
        try:
            files[name] = checking.medium.read(each)
        except FileNotFoundError:
            if fragment.name not in checking.medium.names(layout.FRAGMENTS):
                return  # compacted and removed meanwhile
            yield checking.finding(each, MISSING, "no such file", advice)
    known = {DIGESTS_FILE, *(each.rpartition("/")[2] for each in keys.values())}
    for name in names:
        if name not in known:
            yield from checking.stranger(f"{key}/{name}")
    if len(files) < len(keys):
        return
    digested = DIGESTS_FILE in names
    wrong = list(_digests(checking, key, keys, files, advice)) if digested else []
    yield from wrong
    if not digested and isinstance(checking.medium, LocalMedium):
        found = "no digests, as an older version writes it: its files were checked by decoding them"
        yield checking.finding(key, UNDIGESTED, found, "nothing")
    if not wrong:
        yield from _rows(checking, fragment, files, digested=digested, advice=advice)
    if not counted:
        checking.trials = 0


def wrong_digests(text: bytes, files: Mapping[str, bytes]) -> list[str] | None:
    """List the files, name to content, whose digest `text` does not state; None if it is no such text."""
    if text == digest_lines(files):
        return []
    lines = [_LINE.fullmatch(line) for line in text.decode("ascii", "replace").splitlines()]
    stated = {line[2]: line[1] for line in lines if line is not None}
    wrong = [name for name in files if stated.get(name) != sha256(files[name])]
    return wrong if wrong and stated.keys() == files.keys() else None


def _digests(
    checking: Checking, key: str, keys: Mapping[str, str], files: Mapping[str, bytes], advice: str
) -> Iterator[Finding]:
    wrong = wrong_digests(checking.medium.read(f"{key}/{DIGESTS_FILE}"), files)
    if wrong is None:
        found = "other text than the digests of the files beside it"
        yield checking.finding(f"{key}/{DIGESTS_FILE}", CHANGED, found, advice)
    for name in wrong or ():
        if _decodes(checking, name, files[name]):
            found = f"another digest than that of {name}, which can be decoded: one of the two was changed"
            yield checking.finding(f"{key}/{DIGESTS_FILE}", CHANGED, found, advice)
            continue
        found = said(files[name], f"other content than the file {DIGESTS_FILE} beside it states")
        yield checking.finding(keys[name], broken(files[name]), found, advice)


def _decodes(checking: Checking, name: str, payload: bytes) -> bool:
    try:
        table = checking.schema.trials if name == layout.TRIALS_FILE else checking.schema.series
        checking.apart(payload, table)
    except UnsoundError:
        return False
    return True


def _rows(
    checking: Checking, fragment: Fragment, files: Mapping[str, bytes], *, digested: bool, advice: str
) -> Findings:
    chunk, _, attempt = fragment.name.rpartition("-a")
    tally = Tally()
    schema = checking.schema
    inspection = Inspection(tally, schema, (chunk, int(attempt)), checking.identification)
    for table, name, key, read in (
        (schema.trials, layout.TRIALS_FILE, fragment.trials, inspection.trials),
        (schema.series, layout.SERIES_FILE, fragment.series, inspection.series),
    ):
        try:
            for rows in _groups(checking, files[name], table, digested=digested):
                read(rows)
                if not _is_of(rows, files[layout.SERIES_FILE]):
                    found = "other series than the trials were committed with"
                    yield checking.finding(fragment.series, MISPLACED, found, advice)
        except UnsoundError as error:
            yield checking.finding(key, broken(files[name]), said(files[name], str(error)), advice)
            return
    inspection.end()
    checking.trials = inspection.count
    directory = fragment.trials.rpartition("/")[0]
    yield from checking.tallied(directory, tally, advice)


def _groups(checking: Checking, payload: bytes, table: Table, *, digested: bool) -> Iterator[pa.Table]:
    # Bytes with the right digest are those that were written: they harm no reader.
    return row_groups(pa.BufferReader(payload), table) if digested else iter([checking.apart(payload, table)])


def _is_of(trials: pa.Table, series: bytes) -> bool:
    """Whether the digest in the footer of trials, where there is one, is that of the series file."""
    stated = (trials.schema.metadata or {}).get(layout.SERIES_DIGEST.encode())
    return stated is None or stated.decode() == sha256(series)
