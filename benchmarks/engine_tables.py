"""Tables of the engine's benchmark, as markdown; ratios first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from benchmarks.engine_rivals import Pool
from benchmarks.engine_runs import Figures, Swept


def busy_table(figures: Sequence[Figures]) -> str:
    """How busy each candidate keeps its workers, and by the pool's measure."""
    kind, runs = figures[0].kind, max(map(len, _by_name(figures).values()))
    header = (f"{kind}, {figures[0].trials} trials", "of the pool's", "efficiency", "to the last result")
    rows = []
    for name, each in _by_name(figures).items():
        ratio = _ratios(figures, name, lambda run: run.efficiency)
        to_last = _percent([run.efficiency_to_last for run in each])
        rows.append((name, ratio, _percent([run.efficiency for run in each]), to_last))
    return f"{_markdown(header, rows)}\n\n{_said(figures, runs)}"


def landing_table(figures: Sequence[Figures]) -> str:
    """What a trial of no work takes, and how soon the first result comes."""
    runs = max(map(len, _by_name(figures).values()))
    header = ("no work", "trials", "wall ms / trial", "CPU ms / trial", "first result s", "shutdown s")
    rows = []
    for name, each in _by_name(figures).items():
        milliseconds = (
            f"{median(values):.2f}" for values in ([r.wall_ms for r in each], [r.cpu_ms for r in each])
        )
        seconds = (
            f"{median(values):.1f}" for values in ([r.first_s for r in each], [r.shutdown_s for r in each])
        )
        rows.append((name, f"{each[0].trials:,}", *milliseconds, *seconds))
    return f"{_markdown(header, rows)}\n\n{_said(figures, runs)}"


def sweep_table(sweeps: Iterable[Swept]) -> str:
    """What a long sweep takes and leaves."""
    header = (
        "no work, end to end", "trials", "total s", "trials/s", "wall ms / trial", "CPU ms / trial",
        "driver MB, first tenth", "last tenth", "ratio", "store MB", "files", "same command again s", "load",
    )  # fmt: skip
    rows = [
        (
            each.name,
            f"{each.trials:,}",
            f"{each.total_s:.0f}",
            f"{each.trials / each.total_s:.0f}",
            f"{each.wall_ms:.2f}",
            f"{each.cpu_ms:.2f}",
            f"{each.rss_mb[0]:.0f}",
            f"{each.rss_mb[-1]:.0f}",
            f"{each.rss_mb[-1] / each.rss_mb[0]:.2f}",
            f"{each.store_mb:.0f}",
            f"{each.files:,}",
            f"{each.again_s:.0f}",
            f"{each.load:.1f}",
        )
        for each in sweeps
    ]
    return _markdown(header, rows)


def _by_name(figures: Sequence[Figures]) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {}
    for each in figures:
        found.setdefault(each.name, []).append(each)
    return found


def _ratios(figures: Sequence[Figures], name: str, value: Callable[[Figures], float]) -> str:
    """Median of a candidate's value over the pool's of the same repetition."""
    named = _by_name(figures)
    if Pool.name not in named:
        return ""
    pairs = zip(named[name], named[Pool.name], strict=True)
    return f"{median(value(run) / value(pool) for run, pool in pairs):.3f}"


def _percent(shares: Sequence[float]) -> str:
    """Median with its range."""
    middle = f"{100.0 * median(shares):.1f}%"
    if len(shares) == 1:
        return middle
    return f"{middle} ({100.0 * min(shares):.1f}-{100.0 * max(shares):.1f})"


def _said(figures: Sequence[Figures], runs: int) -> str:
    loads = [run.load for run in figures]
    return f"Medians of {runs}; load {min(loads):.1f} to {max(loads):.1f}."


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
