"""Looks at manifests and at the compacted files that they name."""

from __future__ import annotations

import duckdb

from store import layout
from store.care.checking import Checking, Findings
from store.care.findings import CHANGED, MISSING, OTHER_VERSION, REPEATED, STRANGER, TORN, UNDIGESTED
from store.care.inspection import Inspection, Tally
from store.care.soundness import UnsoundError, row_groups
from store.digests import digest_of, json_is_sealed
from store.errors import DamagedStoreError
from store.manifests import (
    CompactedFile,
    Manifest,
    is_manifest,
    manifest_key,
    manifest_numbers,
    read_manifest,
)
from store.medium import Medium
from store.snapshot import take_snapshot
from store.unnamed import lost_fragments, number_of, opened
from store.views import literal

_MEMORY = "1GB"
_RESTORE = "restore it from a copy"


def standing(medium: Medium) -> Manifest | None:
    """Return the manifest that readers use; if none can be used, the newest that can be read."""
    try:
        return take_snapshot(medium).manifest
    except DamagedStoreError:
        for number in reversed(manifest_numbers(medium)):
            try:
                return read_manifest(medium, number)
            except (DamagedStoreError, FileNotFoundError):
                continue
    return None


def check_manifest(checking: Checking, key: str) -> Findings:
    """Look at a manifest's text."""
    medium = checking.medium
    if not is_manifest(key):
        yield from checking.stranger(key)
        return
    try:
        number = int(key.rpartition("/")[2].removesuffix(".json"))
        read_manifest(medium, number)
        verdict = json_is_sealed(medium.read(key))
    except FileNotFoundError:
        return  # an old one, which a compaction has removed meanwhile
    except (DamagedStoreError, ValueError) as error:
        yield checking.finding(key, TORN, str(error), _RESTORE)
        return
    if key != manifest_key(number):
        yield from checking.stranger(key)
    elif verdict is None:
        yield checking.finding(key, UNDIGESTED, "no digest: it was checked by what it names", "nothing")
    elif not verdict:
        yield checking.finding(key, CHANGED, "other content than its digest is of", _RESTORE)


def check_unnamed(checking: Checking, key: str) -> Findings:
    """Look at what is in the directory of compacted files and no manifest names."""
    medium, name = checking.medium, key.rpartition("/")[2]
    if number_of(name) is None and not medium.exists(f"{key}/{layout.TRIALS_FILE}"):
        yield from checking.stranger(key)
        return
    lost = lost_fragments(medium, name)
    if lost:
        found = f"no manifest names it, and {len(lost)} fragments stand in it alone, such as {lost[0]}"
        yield checking.finding(key, MISSING, found, "restore the directory manifests from a copy")
    elif key in compacted_keys(medium) and name not in named(medium):
        found = "no manifest names it: of a compaction that was interrupted, or is under way"
        yield checking.finding(key, STRANGER, found, "nothing: a later compaction removes it")


def check_choice(checking: Checking, key: str, manifest: Manifest) -> Findings:
    """Note that readers use an older manifest than the newest, as in a copy of a store that was written."""
    newest = max(manifest_numbers(checking.medium), default=0)
    if manifest.number < newest:
        found = f"manifest {newest} without all of its files; readers use {manifest.number} and the fragments"
        yield checking.finding(
            key, OTHER_VERSION, found, "nothing in a copy of a store in use; else restore its files"
        )


def check_compacted(checking: Checking, _: str, file: CompactedFile) -> Findings:
    """Look at the trials and series of a compacted directory."""
    sound = True
    for finding in _check_bytes(checking, file, _RESTORE):
        sound = False
        yield finding
    if sound:
        yield from _check_rows(checking, file, _RESTORE)


def _check_bytes(checking: Checking, file: CompactedFile, advice: str) -> Findings:
    for key, digest in ((file.trials_key, file.trials_sha256), (file.series_key, file.series_sha256)):
        try:
            with opened(checking.medium, key) as content:
                if digest_of(content) != digest:
                    found = "other content than its digest in the manifest is of"
                    yield checking.finding(key, CHANGED, found, advice)
        except FileNotFoundError:
            yield checking.finding(key, MISSING, "no such file", advice)


def _check_rows(checking: Checking, file: CompactedFile, advice: str) -> Findings:
    tally = Tally()
    schema = checking.schema
    inspection = Inspection(tally, schema, None, checking.identification)
    counts = []
    for table, key, read in (
        (schema.trials, file.trials_key, inspection.trials),
        (schema.series, file.series_key, inspection.series),
    ):
        counts.append(0)
        try:
            with opened(checking.medium, key) as content:
                for rows in row_groups(content, table):
                    counts[-1] += rows.num_rows
                    read(rows)
        except UnsoundError as error:
            yield checking.finding(key, TORN, str(error), advice)
            return
    inspection.end()
    checking.trials = inspection.count
    if counts != [file.trials, file.samples]:
        found = f"{counts[0]} trials, {counts[1]} samples; the manifest says {file.trials}, {file.samples}"
        yield checking.finding(file.key, CHANGED, found, advice)
    yield from checking.tallied(file.key, tally, advice)


def check_repeated(checking: Checking, key: str, manifest: Manifest) -> Findings:
    """Look for trials that stand in two compacted files."""
    listed = [(checking.medium.place(file.trials_key), sorted(file.hidden)) for file in manifest.files]
    if len(listed) < 2:
        return
    hidden = [(place, trial_id) for place, ids in listed for trial_id in ids]
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
        checking.medium.attach(connection)
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("CREATE TABLE hidden(filename VARCHAR, trial_id VARCHAR)")
        if hidden:
            connection.executemany("INSERT INTO hidden VALUES (?, ?)", hidden)
        query = """
            SELECT trial_id, count(*) OVER () FROM (
                SELECT trial_id FROM (
                    SELECT filename, trial_id FROM read_parquet(?, filename = true)
                    ANTI JOIN hidden USING (filename, trial_id)
                ) GROUP BY trial_id HAVING count(*) > 1
            ) ORDER BY trial_id LIMIT 1
        """
        found = connection.execute(query, [[literal(place) for place, _ in listed]]).fetchone()
    if found is not None:
        text = f"trial {found[0]!r} in two compacted files, and {found[1] - 1} more like it"
        advice = "restore the store from a copy; queries count these trials twice"
        yield checking.finding(key, REPEATED, text, advice)


def manifest_keys(medium: Medium) -> list[str]:
    """List the keys in the directory of manifests."""
    return [f"{layout.MANIFESTS}/{name}" for name in medium.names(layout.MANIFESTS)]


def compacted_keys(medium: Medium) -> list[str]:
    """List the keys in the directory of compacted files."""
    return [f"{layout.COMPACTED}/{name}" for name in medium.names(layout.COMPACTED)]


def named(medium: Medium) -> frozenset[str]:
    """Return the names of the compacted directories that any manifest names."""
    names: frozenset[str] = frozenset()
    for number in manifest_numbers(medium):
        try:
            names |= {file.name for file in read_manifest(medium, number).files}
        except (DamagedStoreError, FileNotFoundError):
            continue
    return names
