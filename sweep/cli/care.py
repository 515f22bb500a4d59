"""`verify` and `merge`: the care of a store."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TypeVar

import click

from store import ExperimentStore, StoreError
from store.care import Checked, Finding, Identification, Merged, refuse_same, verify
from store.care import merge as merge_stores
from store.care.arrivals import KEPT_OURS, OUTCOMES
from store.declarations import schema_of
from store.identity import read_identity
from store.medium import Medium
from store.places import open_medium
from sweep.cli.places import STORE
from sweep.cli.refusals import STORE_UNUSABLE
from sweep.identification import TrialIds
from sweep.running import MODEL

_SECONDS = 2.0
_Step = TypeVar("_Step", Checked, Merged)


@click.command("verify", epilog="Example: regimap verify runs/quickstart")
@click.argument("store", type=STORE)
@click.option(
    "--json", "as_json", is_flag=True, help="One array of findings: place, kind, found, advice, damage."
)
def verify_command(store: str, *, as_json: bool) -> int:
    """Read every file of STORE and name what is not as it was written; nothing is changed.

    Digests and page checksums are compared, all rows decoded, the ids of the trials recomputed from their
    columns. STORE may be in use. Exits with 3 if data is damaged; a note alone does no harm.
    """
    medium = open_medium(store)
    findings: list[Finding] = []
    places = trials = 0
    for checked in _told("verify", verify(medium, _identification(medium))):
        findings += checked.findings
        places, trials = places + 1, trials + checked.trials
        if not as_json:
            for finding in checked.findings:
                click.echo(_readable(finding))
    damaged = sum(finding.damage for finding in findings)
    if as_json:
        click.echo(
            json.dumps([asdict(finding) | {"damage": finding.damage} for finding in findings], indent=1)
        )
    else:
        click.echo(
            f"{store}: {places} places and {trials} trials read; {damaged} damaged, "
            f"{len(findings) - damaged} notes"
        )
    return STORE_UNUSABLE if damaged else 0


@click.command("merge", epilog="Example: regimap merge runs/all runs/cluster-a runs/cluster-b")
@click.argument("store", type=STORE)
@click.argument("sources", type=STORE, nargs=-1, required=True, metavar="SRC...")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done; STORE must exist.")
@click.option(
    "--json", "as_json", is_flag=True, help="One object: counts by part and outcome, trials, conflicts."
)
def merge_command(store: str, sources: tuple[str, ...], *, dry_run: bool, as_json: bool) -> int:
    """Bring the trials and ledgers of each SRC into STORE, by trial id; STORE is made if there is none.

    What STORE holds already is not copied. A trial that failed here and succeeded there counts as succeeded.
    Stores may be directories or s3:// addresses, and in use. To merge again, or after a kill, does the rest.
    """
    media = [open_medium(source) for source in sources]
    target = open_medium(store)
    if not dry_run:
        target = _made(store, target, media)
    counts: Counter[tuple[str, str]] = Counter()
    trials, conflicts = 0, []
    for merged in _told("merge", merge_stores(target, media, dry_run=dry_run)):
        counts[merged.part, merged.outcome] += 1
        trials += merged.trials
        if merged.outcome == KEPT_OURS:
            conflicts.append(f"{merged.part} {merged.name} of {merged.source}")
    for conflict in conflicts:
        click.echo(f"regimap: {conflict} differs from the one in {store}, which stands", err=True)
    if as_json:
        click.echo(json.dumps(_counted(counts, trials, conflicts), indent=1))
    else:
        click.echo(_summary(store, counts, trials, dry_run=dry_run))
    return 0


def _made(store: str, target: Medium, sources: list[Medium]) -> Medium:
    """Make the store to merge into, of the model of the first source, unless it is there."""
    model = read_identity(sources[0]).model
    refuse_same(target, sources)
    ExperimentStore.create(store, model=model, parameters=() if schema_of(sources[0]).own else None)
    return target


def _identification(medium: Medium) -> Identification | None:
    """What recomputes the ids of the store's model, where that is ours; a damaged identity is found later."""
    try:
        model = read_identity(medium).model
    except StoreError:
        return TrialIds()
    return TrialIds() if model == MODEL else None


def _told(command: str, steps: Iterable[_Step]) -> Iterator[_Step]:
    """Say on standard error, every now and then, how far it is."""
    spoken = time.monotonic()
    for count, step in enumerate(steps, 1):
        yield step
        if time.monotonic() - spoken > _SECONDS:
            spoken = time.monotonic()
            total = f" of {step.total}" if isinstance(step, Checked) else ""
            click.echo(f"{command}: {count}{total} parts done", err=True)


def _readable(finding: Finding) -> str:
    word = "damage" if finding.damage else "note"
    return f"{word}: {finding.place}: {finding.kind}: {finding.found}\n    {finding.advice}"


def _summary(store: str, counts: Counter[tuple[str, str]], trials: int, *, dry_run: bool) -> str:
    verb = "would gain" if dry_run else "gained"
    lines = [f"{store} {verb} {trials} trials"]
    for part in dict.fromkeys(part for part, _ in counts):
        told = ", ".join(
            f"{counts[part, outcome]} {outcome}" for outcome in OUTCOMES if counts[part, outcome]
        )
        lines.append(f"  {part:10s} {told}")
    return "\n".join(lines)


def _counted(counts: Counter[tuple[str, str]], trials: int, conflicts: list[str]) -> dict[str, object]:
    parts: dict[str, dict[str, int]] = {}
    for (part, outcome), count in counts.items():
        parts.setdefault(part, dict.fromkeys(OUTCOMES, 0))[outcome] = count
    return {"trials": trials, "parts": parts, "conflicts": conflicts}
