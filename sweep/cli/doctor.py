"""`doctor`: what this machine has and lacks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

import click

from sweep.cli.places import STORE
from sweep.doctor import NOTE, OK, TROUBLE, Finding, examine

STOPS_WORK = 1
EPILOG = """\
STORE is a store or where one is to be; the current directory by default. Each line is ok; note, where work
goes on but could be better; or trouble, which stops work. What is written to try is removed.

--json prints one array of objects: name, verdict (ok, note, trouble), found, advice.

Exit codes: 0 nothing stops work; 1 something does.

\b
Example: regimap doctor runs/quickstart --ray
"""


@click.command("doctor", epilog=EPILOG)
@click.argument("store", type=STORE, default=".")
@click.option(
    "--ray", "start_ray", is_flag=True, help="Start a Ray cluster on this machine, and stop it: 5 to 20 s."
)
@click.option("--json", "as_json", is_flag=True, help="Print one array of objects.")
def doctor_command(store: str, *, start_ray: bool, as_json: bool) -> int:
    """Check this machine, and the place of a store; say what to do.

    Software, FFTW, cores, memory, room, the file system, the clock, Ray and its ports.
    """
    findings = []
    for finding in examine(store, start_ray=start_ray):
        findings.append(finding)
        if not as_json:
            click.echo(_line(finding))
    counts = Counter(finding.verdict for finding in findings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        notes, troubles = (_counted(counts[verdict], verdict) for verdict in (NOTE, TROUBLE))
        click.echo(f"\n{counts[OK]} ok, {notes}, {troubles}")
    return STOPS_WORK if counts[TROUBLE] else 0


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _line(finding: Finding) -> str:
    line = f"{finding.verdict:8s} {finding.name:16s} {finding.found}"
    return f"{line}\n{'':26s}-> {finding.advice}" if finding.advice else line
