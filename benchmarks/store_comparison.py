"""Speed and size of the store, and of the usual ways of keeping trials.

    python benchmarks/store.py --trials 10000
    python benchmarks/store.py --million

Made-up trials of 128 samples, in chunks of 64, are written by 4 processes to our store and, up to 1e5 trials,
to each rival; then all are asked the same questions, in turn, in fresh processes. A time is that of a user's
call with a session of its own, program start and imports left out; the operating system's file cache is not
emptied, so files are warm where memory allows. Times are medians of the repetitions with their range, the
processor time of all threads, and the ratio of wall times to ours after compaction (before it, where there
is none). A question that took more than 10 s is asked once; one that takes longer than --limit is given up.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.store_candidates import Candidate, Compacted, Ours
from benchmarks.store_data import Data
from benchmarks.store_questions import Question
from benchmarks.store_rivals import FilePerTrial, JsonLines, JsonPython, Sqlite
from benchmarks.store_runs import WRITERS, Asked, Written, ask, compact, write

MOST_WITH_RIVALS = 100_000
# Aims at 1e6 trials on two cores, in seconds, after compaction.
AIMS = {Question.CELLS: 1.0, Question.LISTING: 3.0}
# Bytes on disk per trial: fragments and compacted files, then the rivals too.
OURS_BYTES, ALL_BYTES = 36_000, 150_000


@dataclass(frozen=True)
class Figures:
    """What was measured of one candidate.

    Attributes
    ----------
    how : str
        What it does, in a phrase.
    bytes_per_trial : float
    written : Written or None
        None where the files were not written by the candidate's own writers.
    asked : Asked or None
        None where it did not write everything in time.
    """

    how: str
    bytes_per_trial: float
    written: Written | None
    asked: Asked | None

    def plain(self) -> dict[str, Any]:
        """Figures as JSON can carry them."""
        return asdict(self)


def written_by(candidates: Sequence[Candidate], data: Data, limit: float) -> Iterator[tuple[str, Written]]:
    """Write the data to each candidate in turn."""
    for candidate in candidates:
        written = write(candidate, data, limit)
        print(f"{candidate.name:20s} {written.trials:9,d} trials in {written.seconds:7.1f} s", flush=True)
        yield candidate.name, written


def compacted(ours: Ours, root: Path) -> Compacted | None:
    """A compacted copy of the store; None where this version cannot compact."""
    copy = Compacted(root)
    shutil.copytree(ours.root, root, copy_function=os.link)  # no file of a store is ever written to again
    if (spent := compact(copy)) is None:
        shutil.rmtree(root)
        print("no compaction in this version")
        return None
    print(f"compacted in {spent[0]:.1f} s, {spent[1]:,.0f} MB", flush=True)
    return copy


def measure(
    data: Data, directory: Path, repetitions: int, limit: float, *, rivals: bool
) -> dict[str, Figures]:
    """Write everything, ask everything."""
    ours = Ours(directory / "ours")
    others: list[Candidate] = [FilePerTrial(directory / "files"), Sqlite(directory / "sqlite")]
    lines = JsonLines(directory / "lines")
    writers = [ours, *others, lines] if rivals else [ours]
    written = dict(written_by(writers, data, 1800.0 if rivals else 7200.0))
    candidates = [candidate for candidate in writers if written[candidate.name].trials == data.trials]
    if lines in candidates:
        candidates.append(JsonPython(lines.root))
    if (copy := compacted(ours, directory / "compacted")) is not None:
        candidates.insert(1, copy)
    asked = ask(candidates, data, repetitions, limit)
    every = [*candidates, *(c for c in writers if c not in candidates)]
    return {
        c.name: Figures(
            c.how,
            c.size() / (written[c.name].trials if c.name in written else data.trials),
            written.get(c.name),
            asked.get(c.name),
        )
        for c in every
    }


def milliseconds(asked: Asked, question: Question, limit: float, base: float | None) -> str:
    """Median, range, processor time and ratio of a question's times."""
    seconds = asked.seconds[question]
    if not seconds:
        return f">{limit:.0f} s"
    middle, cpu = 1e3 * statistics.median(seconds), 1e3 * statistics.median(asked.cpu_seconds[question])
    spread = f"({1e3 * min(seconds):,.0f}-{1e3 * max(seconds):,.0f})" if len(seconds) > 1 else "(once)"
    ratio = f"  x{middle / base / 1e3:.2g}" if base else ""
    return f"{middle:9,.0f} {spread:17s} cpu {cpu:7,.0f}{ratio}"


def throughput(written: Written) -> str:
    """What writing took, in a phrase."""
    trials, commits = written.trials / written.seconds, written.commits / written.seconds
    return (
        f"{trials:7,.0f} trials/s, {commits:5.1f} commits/s by {WRITERS} writers "
        f"({written.commit_ms:.0f} ms each, {written.peak_rss_mb:.0f} MB)"
    )


def base_times(figures: Mapping[str, Figures]) -> dict[Question, float]:
    """Our own medians, after compaction where there is one."""
    asked = figures[Compacted.name if Compacted.name in figures else Ours.name].asked
    return {} if asked is None else {q: statistics.median(s) for q, s in asked.seconds.items() if s}


def table(figures: Mapping[str, Figures], limit: float) -> str:
    """The figures, a line per question and candidate."""
    bases = base_times(figures)
    lines = []
    for name, figure in figures.items():
        parts = [f"{figure.bytes_per_trial / 1e3:6.1f} kB per trial"]
        if figure.written is not None:
            parts.append(throughput(figure.written))
        parts.append("not asked" if figure.asked is None else f"asking {figure.asked.peak_rss_mb:,.0f} MB")
        lines.append(f"{name:20s} {'; '.join(parts)}\n{'':20s} {figure.how}")
    for question in Question:
        lines.append(f"\n{question} (ms)")
        for name, figure in figures.items():
            if figure.asked is not None:
                cell = milliseconds(figure.asked, question, limit, bases.get(question))
                lines.append(f"  {name:20s} {cell}")
    return "\n".join(lines)


def disagreements(figures: Mapping[str, Figures]) -> list[str]:
    """Answers that differ from ours."""
    asked = {name: figure.asked for name, figure in figures.items() if figure.asked is not None}
    right = asked[Ours.name].answers
    return [
        f"{name} answers {question!r} with {answer}, ours with {right[question]}"
        for name, each in asked.items()
        for question, answer in each.answers.items()
        if question in right and not answer.agrees(right[question])
    ]


def verdicts(figures: Mapping[str, Figures]) -> list[str]:
    """Whether the aims at a million trials are met."""
    times = base_times(figures) if Compacted.name in figures else {}
    return [
        f"{'pass' if times.get(question, aim) < aim else 'FAIL'}: {question}: "
        + (f"{times[question]:.2f} s" if question in times else "not measured after compaction")
        + f", the aim is under {aim:.0f} s"
        for question, aim in AIMS.items()
    ]


def check_space(directory: Path, trials: int, *, rivals: bool) -> None:
    """Exit if the disk is too small for the files."""
    need, free = trials * (ALL_BYTES if rivals else OURS_BYTES), shutil.disk_usage(directory).free
    if free < need:
        raise SystemExit(
            f"expected {need / 1e9:.0f} GB free in {directory}; got {free / 1e9:.0f} GB; "
            "give another --directory or fewer --trials"
        )


def parsed() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--million", action="store_true", help="1e6 trials, ours alone, against the aims")
    parser.add_argument("--alone", action="store_true", help="without the rivals")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that an answer may take")
    parser.add_argument("--directory", type=Path, help="where to write; a temporary directory by default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    asked = parsed()
    data = Data(1_000_000 if asked.million else asked.trials, asked.seed)
    rivals = not asked.alone and data.trials <= MOST_WITH_RIVALS
    print(f"{data.trials:,} trials of 128 samples, {os.cpu_count()} cores; file cache warm, not controlled")
    if asked.directory is not None:
        asked.directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="regimap-bench-", dir=asked.directory) as scratch:
        check_space(Path(scratch), data.trials, rivals=rivals)
        figures = measure(data, Path(scratch), asked.repetitions, asked.limit, rivals=rivals)
    print("\n" + table(figures, asked.limit))
    if data.trials == 1_000_000:
        print("\n" + "\n".join(verdicts(figures)))
    if asked.json:
        plain = {name: figure.plain() for name, figure in figures.items()}
        asked.json.write_text(json.dumps(plain, indent=1))
    if wrong := disagreements(figures):
        raise SystemExit("\n".join(wrong))
