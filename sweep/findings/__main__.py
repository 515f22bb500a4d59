"""Ask a campaign's store what it found, and write the pictures and their numbers.

python -m sweep.findings runs/phase-diagram -o findings
python -m sweep.findings runs/phase-diagram -o findings --drift 24    # and run 24 points again, see --help
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from physics import PhysicsError
from store import ExperimentStore, StoreError
from sweep.errors import SweepError
from sweep.figures import Picture, save
from sweep.findings.answers import PLANE, Findings
from sweep.findings.drift import Variant, drift_between, drift_specs, drift_variants
from sweep.findings.pictures import drift_picture, pictures
from sweep.findings.summary import as_plain, findings_summary
from sweep.running import run

REALIZATIONS = 4
BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
    """Write summary.json and the pictures of the campaign that was started last in a store."""
    asked = _parser().parse_args(arguments)
    directory: Path = asked.output
    directory.mkdir(parents=True, exist_ok=True)
    try:
        findings = Findings.of(ExperimentStore(asked.store))
        variants = _variants(findings, asked) if asked.drift else {}
        summary = {"command": _command(asked), **findings_summary(findings), "drift": _drift(variants)}
    except (SweepError, StoreError, PhysicsError) as error:
        sys.stderr.write(f"findings: {error}\n")
        return BAD_INPUT
    target = directory / "summary.json"
    target.write_text(json.dumps(as_plain(summary), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{target}\n")
    for name, figure in _drawn(findings, variants):
        for ending in (".png", ".svg") if name == "map" else (".png",):
            path = directory / f"{name}{ending}"
            save(figure, path)
            sys.stdout.write(f"{path}\n")
    return 0


def _drawn(findings: Findings, variants: dict[str, Variant]) -> Iterator[tuple[str, Picture]]:
    yield from pictures(findings)
    if variants and len(findings.result.spec.axes) == PLANE:
        yield "drift", drift_picture(variants)


def _variants(findings: Findings, asked: argparse.Namespace) -> dict[str, Variant]:
    """Run the campaign's first points again, beside its store; what landed before is not run again."""
    specs = drift_specs(
        findings.result,
        asked.output / "drift_points.csv",
        points=asked.drift,
        realizations=asked.drift_realizations,
    )
    others = {}
    for name, spec in specs.items():
        place = f"{asked.store.rstrip('/')}-{name}"
        run(spec, place, backend=asked.backend, workers=asked.workers)
        others[name] = (spec, ExperimentStore(place))
    return drift_variants(findings.result, findings.store, others)


def _drift(variants: dict[str, Variant]) -> dict[str, Any] | None:
    if not variants:
        return None
    pairs = {"lattices": ("base", "lattices"), "box": ("base", "box"), "time": ("box", "time")}
    return {
        name: {"from": variants[before].title, "to": variants[after].title}
        | asdict(drift_between(variants[before], variants[after]))
        for name, (before, after) in pairs.items()
    }


def _command(asked: argparse.Namespace) -> str:
    drift = f" --drift {asked.drift} --drift-realizations {asked.drift_realizations}" if asked.drift else ""
    return f"python -m sweep.findings {asked.store} -o {asked.output}{drift}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sweep.findings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("store", metavar="STORE", help="of a campaign with twins")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="made if it does not exist"
    )
    parser.add_argument(
        "--drift",
        type=int,
        default=0,
        metavar="N",
        help="run the campaign's first N points again in twice the box (STORE-box), and there for twice the "
        "time (STORE-time), and compare the boundaries, also with those of other lattices of the campaign",
    )
    parser.add_argument(
        "--drift-realizations",
        type=int,
        default=REALIZATIONS,
        metavar="R",
        help="lattices of each, at most half of the campaign's (default: %(default)s)",
    )
    parser.add_argument("--backend", choices=("ray", "process", "serial"), default="ray")
    parser.add_argument("--workers", type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
