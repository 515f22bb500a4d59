"""`status`: how the work in a store goes."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator

import click

from store import ExperimentStore, Holder
from sweep.certainty import certainty
from sweep.cli.places import STORE
from sweep.engine.standing import Standing
from sweep.engine.wording import counts, parts
from sweep.overview import TOP, Campaign, Overview, Sweep, as_mapping, as_typed, read_overview

REFRESH_SECONDS = 2.0
# Home, and after the text: clear to the end of each line, and below. Nothing flickers.
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
CLEAR = "\x1b[2J"


@click.command("status", epilog="Example: regimap status runs/quickstart --watch")
@click.argument("store", type=STORE)
@click.option("--watch", is_flag=True, help="Look again every two seconds until Ctrl-C.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON object: store, drivers, trials by status with running and queued, sweeps, failures by "
    "kind of reason, campaigns, requests not carried out yet, next commands; with --watch, one a line.",
)
def status_command(store: str, *, watch: bool, as_json: bool) -> None:
    """Show who drives STORE, its trials by status, rate, time left, failures by reason, what to do next.

    Counts are those of the store; what is running, rate and time left are what drivers said in the last ten
    seconds.
    """
    opened = ExperimentStore(store)
    if not watch:
        overview = read_overview(opened)
        click.echo(json.dumps(as_mapping(overview)) if as_json else "\n".join(told(overview, _width())))
        return
    try:
        _watch(opened, as_json=as_json)
    except KeyboardInterrupt:
        return


def _watch(store: ExperimentStore, *, as_json: bool) -> None:
    terminal = sys.stdout.isatty() and not as_json
    if terminal:
        click.echo(CLEAR, nl=False)
    while True:
        began = time.monotonic()
        overview = read_overview(store)
        if as_json:
            click.echo(json.dumps(as_mapping(overview)))
        elif terminal:
            _redraw(list(told(overview, _width())))
        else:
            click.echo("\n".join(("---", *told(overview, _width()))))
        sys.stdout.flush()
        time.sleep(max(0.5, REFRESH_SECONDS - (time.monotonic() - began)))


def _redraw(lines: list[str]) -> None:
    """Write over what is on the screen, as many lines as it has."""
    columns, rows = shutil.get_terminal_size()
    shown = [line[:columns] for text in lines for line in text.split("\n")][: max(1, rows - 1)]
    screen = "".join(f"{line}{CLEAR_LINE}\n" for line in shown)
    click.echo(f"{HOME}{screen}{CLEAR_BELOW}", nl=False)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def told(overview: Overview, width: int | None) -> Iterator[str]:
    """Lines for people.

    Parameters
    ----------
    overview : Overview
    width : int or None
        Columns to which reasons are cut.
    """
    for driver in overview.drivers:
        yield from _driver(driver)
    if not overview.drivers:
        yield "no driver is running"
    for sweep in overview.sweeps:
        yield _sweep(sweep)
    yield from map(_campaign, overview.campaigns)
    waiting = {"running": overview.running, "queued": overview.queued}
    statuses = overview.statuses | {status: count for status, count in waiting.items() if count}
    yield f"trials: {counts(statuses) or 'none'}"
    for request in overview.requests:
        yield (
            f"request {request.request} of {request.asked_by}: {request.kind} {request.condition}; "
            f"not done yet for {request.open} of {request.trials} trials"
        )
    yield from _failures(overview, width)
    steps = list(overview.next_steps())
    if steps:
        yield "next:"
        yield from (f"  {step}" for step in steps)


def _driver(driver: Holder) -> Iterator[str]:
    since = f"since {driver.since:%Y-%m-%d %H:%M} UTC"
    who = f"{driver.note.get('sweep', driver.name)}: a driver on {driver.host} (pid {driver.pid}), {since}"
    heard = driver.state.get("at", "never")
    yield who if driver.alive else f"{who}, last heard of at {heard} by its clock"
    if "command" in driver.note:
        yield f"  {as_typed(driver.note['command'])}"
    standing = Standing.of(driver.state)
    if standing is not None:
        yield f"  {', '.join(parts(standing))}"
        if standing.last_failure:
            yield f"  last failure: {standing.last_failure}"


def _campaign(campaign: Campaign) -> str:
    line = (
        f"campaign {campaign.campaign}: {campaign.rounds} rounds, {campaign.points} points, "
        f"{campaign.boundary} chosen at a boundary"
    )
    line += f", {campaign.enqueued} added by hand" if campaign.enqueued else ""
    line += f"; {campaign.given} taken over from earlier sweeps" if campaign.given else ""
    if campaign.regimes is not None:
        regimes = "one regime" if campaign.regimes == 1 else f"{campaign.regimes} regimes"
        line += f"; {regimes}, {certainty(campaign.wrong_area)}"
    line += f"; {campaign.core_hours:.3g} core-hours" if campaign.core_hours is not None else ""
    return line + (f"; {campaign.stop_reason}" if campaign.stop_reason else "")


def _sweep(sweep: Sweep) -> str:
    whole = sweep.landed + sweep.left
    upto = "at most " if sweep.command == "campaign" and not sweep.stop_reason else ""
    line = f"{sweep.name}: {sweep.landed} of {upto}{whole} planned trials have landed"
    if sweep.driven or not sweep.left:
        return line
    for driver in sweep.drivers:
        if not driver.ended:
            return f"{line}; its driver on {driver.host} (pid {driver.pid}) died"
        if driver.state.get("stopped"):
            return f"{line}; its driver stopped: {driver.state['stopped']}"
    return line


def _failures(overview: Overview, width: int | None) -> Iterator[str]:
    if not overview.failures:
        return
    yield "trials  status     one of them           reason, # for a number"
    for failure in overview.failures[:TOP]:
        line = f"{failure.trials:6d}  {failure.status:9s}  {failure.example:20s}  {failure.reason}"
        yield line if width is None or len(line) <= width else line[: width - 1] + "…"
    if len(overview.failures) > TOP:
        yield f"and {len(overview.failures) - TOP} more kinds"
    yield f"all of them: {overview.failed_sql()}"
