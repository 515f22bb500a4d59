"""Looks at what drivers and workers keep while they run: holds and checkpoints."""

from __future__ import annotations

from store import layout
from store.care.checking import Checking, Findings
from store.care.findings import CHANGED, LEFTOVER
from store.checkpoints import finished
from store.claims import generation_of, is_whole
from store.digests import SEAL_BYTES, digest_rest, seal_line
from store.errors import RecordError, StoreError
from store.layout import checked_name
from store.unnamed import opened


def check_hold(checking: Checking, key: str) -> Findings:
    """Look at the claims and beats of one name."""
    if checking.medium.exists(key):
        yield from checking.stranger(key)
        return
    files = {file: generation_of(file) for file in checking.medium.names(key)}
    newest = max((number or 0 for file, number in files.items() if file.endswith(".json")), default=0)
    for file, number in files.items():
        if number is None:
            yield from checking.stranger(f"{key}/{file}")
        elif number < newest:
            found = "of a driver that another has followed"
            yield checking.finding(f"{key}/{file}", LEFTOVER, found, "nothing: the next driver removes it")
        else:
            yield from _check_sealed(checking, f"{key}/{file}")


def _check_sealed(checking: Checking, key: str) -> Findings:
    try:
        text = checking.medium.read(key)
    except FileNotFoundError:  # a newer driver has removed it
        return
    if not is_whole(text):
        advice = "remove it when no driver runs"
        yield checking.finding(key, CHANGED, "other content than its digest is of", advice)


def check_checkpoint(checking: Checking, key: str) -> Findings:
    """Look at the checkpoint of one trial."""
    try:
        checked_name("trial id", key.rpartition("/")[2])
    except RecordError:
        yield from checking.stranger(key)
        return
    try:
        with opened(checking.medium, key) as file:
            sealed = file.read(SEAL_BYTES)
            sound = sealed == seal_line(digest_rest(file))
    except FileNotFoundError:  # its trial has ended
        return
    if not sound:
        advice = "remove it: its trial starts again from its beginning"
        yield checking.finding(key, CHANGED, "other content than its digest is of", advice)


def check_finished(checking: Checking, key: str) -> Findings:
    """Look for checkpoints of trials that have ended."""
    try:
        left = finished(checking.medium, checking.medium.names(key))
    except StoreError:  # found where the rows are looked at
        return
    for trial_id in left:
        found, advice = "the checkpoint of a trial that has ended", "nothing: compact removes it"
        yield checking.finding(f"{layout.CHECKPOINTS}/{trial_id}", LEFTOVER, found, advice)
