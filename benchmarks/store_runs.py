"""Measurements in processes of their own: writers side by side, and questions that may take too long."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.store_candidates import Answer, Candidate, Compacted
from benchmarks.store_data import Chunk, Data
from benchmarks.store_questions import Question

WRITERS = 4
# A question that takes longer than this is asked once and not again.
SLOW_S = 10.0

_SPAWN = get_context("spawn")


def processor_seconds() -> float:
    """Processor time of all threads of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_rss_mb() -> float:
    """Largest resident memory of this process so far.

    From Linux's own account: ru_maxrss begins with what the parent had reached.
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(status["VmHWM"].split()[0]) / 1024.0


@dataclass(frozen=True)
class Written:
    """What writing took.

    Attributes
    ----------
    trials : int
        Trials that were written, fewer than asked where time ran out.
    commits : int
    seconds : float
        Wall time of all writers together, making up the data included.
    commit_ms : float
        Median wall time of one commit among the others.
    peak_rss_mb : float
        Of the largest writer.
    """

    trials: int
    commits: int
    seconds: float
    commit_ms: float
    peak_rss_mb: float


@dataclass(frozen=True)
class _Share:
    """What one writer did."""

    trials: int
    began: float
    ended: float
    commits: list[float]
    peak_rss_mb: float


def write(candidate: Candidate, data: Data, limit: float) -> Written:
    """Write all of the data with `WRITERS` processes; they stop after `limit` seconds."""
    candidate.prepare()
    with _SPAWN.Pool(WRITERS) as pool:
        shares = pool.starmap(_write, [(candidate, data, writer, limit) for writer in range(WRITERS)], 1)
    commits = [seconds for share in shares for seconds in share.commits]
    return Written(
        sum(share.trials for share in shares),
        len(commits),
        max(share.ended for share in shares) - min(share.began for share in shares),
        1e3 * statistics.median(commits),
        max(share.peak_rss_mb for share in shares),
    )


def _write(candidate: Candidate, data: Data, writer: int, limit: float) -> _Share:
    data.chunk(0)  # makes the design before the clock starts
    trials, began = 0, time.time()

    def timely() -> Iterator[Chunk]:
        nonlocal trials
        for chunk in data.part(writer, WRITERS):
            if time.time() - began > limit:
                return
            yield chunk
            trials += len(chunk.trials)

    commits = list(candidate.write(timely(), writer))
    return _Share(trials, began, time.time(), commits, peak_rss_mb())


@dataclass
class Asked:
    """All answers of one candidate.

    Attributes
    ----------
    seconds : dict of Question to list of float
        Wall times; empty where it took longer than allowed.
    cpu_seconds : dict of Question to list of float
        Processor times of all threads, which other programs on the machine disturb less.
    answers : dict of Question to Answer
    peak_rss_mb : float
        Largest of the processes that asked the whole set.
    """

    seconds: dict[Question, list[float]] = field(default_factory=dict)
    cpu_seconds: dict[Question, list[float]] = field(default_factory=dict)
    answers: dict[Question, Answer] = field(default_factory=dict)
    peak_rss_mb: float = 0.0

    def again(self) -> list[Question]:
        """Questions that are still worth asking."""
        taken = {question: max(seconds, default=None) for question, seconds in self.seconds.items()}
        return [q for q in Question if q not in taken or ((most := taken[q]) is not None and most < SLOW_S)]


def ask(candidates: Sequence[Candidate], data: Data, repetitions: int, limit: float) -> dict[str, Asked]:
    """Ask every candidate everything, in turn, `repetitions` times, each time in a fresh process.

    Parameters
    ----------
    candidates : sequence of Candidate
    data : Data
    repetitions : int
        A question that took longer than `SLOW_S` is not asked again.
    limit : float
        Seconds after which an answer is given up.
    """
    found = {candidate.name: Asked() for candidate in candidates}
    for _ in range(repetitions):
        for candidate in candidates:
            _ask_once(candidate, data, found[candidate.name], limit)
    return found


def _ask_once(candidate: Candidate, data: Data, asked: Asked, limit: float) -> None:
    questions = asked.again()
    while questions:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_answer, args=(candidate, data, questions, theirs))
        process.start()
        theirs.close()
        try:
            answered = _listen(ours, questions, asked, limit)
        finally:
            process.kill()
            process.join()
        questions = questions[answered + 1 :]


def _listen(pipe: Connection, questions: Sequence[Question], asked: Asked, limit: float) -> int:
    """Note the answers that come in time; return how many."""
    pipe.recv()  # everything is imported
    for place, question in enumerate(questions):
        if not pipe.poll(limit):
            asked.seconds[question] = []
            return place
        seconds, cpu_seconds, answer, rss = pipe.recv()
        asked.seconds.setdefault(question, []).append(seconds)
        asked.cpu_seconds.setdefault(question, []).append(cpu_seconds)
        asked.answers[question] = answer
        asked.peak_rss_mb = max(asked.peak_rss_mb, rss)
    return len(questions)


def _answer(candidate: Candidate, data: Data, questions: Sequence[Question], pipe: Connection) -> None:
    pipe.send(None)
    for question in questions:
        began, spent = time.perf_counter(), processor_seconds()
        answer = candidate.ask(question, data)
        taken = time.perf_counter() - began, processor_seconds() - spent
        pipe.send((*taken, answer, peak_rss_mb()))


def compact(copy: Compacted) -> tuple[float, float] | None:
    """Compact in a process of its own: seconds and peak memory in MB; None if this version cannot."""
    with _SPAWN.Pool(1) as pool:
        return pool.apply(_compact, (copy,))


def _compact(copy: Compacted) -> tuple[float, float] | None:
    began = time.perf_counter()
    return (time.perf_counter() - began, peak_rss_mb()) if copy.compact() else None
