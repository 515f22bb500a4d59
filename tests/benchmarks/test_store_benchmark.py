"""The benchmark compares like with like: every candidate gives the same answers to the same trials."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.store_candidates import Candidate, Ours
from benchmarks.store_data import REPEATED_EVERY, SAMPLES, Data
from benchmarks.store_questions import Question
from benchmarks.store_rivals import FilePerTrial, JsonLines, JsonPython, Sqlite
from store.schema import SERIES, TRIALS

DATA = Data(200)
ROOT = Path(__file__).parents[2]


def filled(candidate: Candidate) -> Candidate:
    candidate.prepare()
    assert len(list(candidate.write(DATA.part(0, 1), 0))) >= DATA.chunks
    return candidate


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return filled(Ours(tmp_path_factory.mktemp("bench") / "ours"))


@pytest.mark.parametrize("kind", [FilePerTrial, Sqlite, pytest.param(JsonLines, marks=pytest.mark.slow)])
def test_a_rival_answers_as_the_store_does(kind: type[Candidate], ours: Candidate, tmp_path: Path) -> None:
    rival = filled(kind(tmp_path / "rival"))
    rivals = [rival, JsonPython(rival.root)] if kind is JsonLines else [rival]
    for question in Question:
        right = ours.ask(question, DATA)
        assert right.rows > 0
        for candidate in rivals:
            assert candidate.ask(question, DATA).agrees(right), (candidate.name, question)


def test_a_repeated_chunk_counts_once(ours: Candidate) -> None:
    assert DATA.chunks < REPEATED_EVERY
    assert sum(len(chunk.attempts) for chunk in DATA.part(0, 1)) == DATA.chunks + 1
    assert ours.ask(Question.LISTING, DATA).rows == DATA.trials


def test_the_data_are_the_same_for_every_writer() -> None:
    alone = {chunk.name: chunk for chunk in DATA.part(0, 1)}
    shared = [chunk for writer in range(3) for chunk in DATA.part(writer, 3)]
    assert {chunk.name for chunk in shared} == set(alone)
    for chunk in shared:
        assert chunk.trials == alone[chunk.name].trials
        for trial_id, series in chunk.series.items():
            assert all((alone[chunk.name].series[trial_id][k] == v).all() for k, v in series.items())
            assert {len(v) for v in series.values()} == {SAMPLES}


def test_the_data_use_the_columns_of_the_store() -> None:
    chunk = DATA.chunk(0)
    assert set(chunk.trials[0]) <= set(TRIALS.by_name)
    unused = {"msd_classical", "msd_classical_err"} | SERIES.keys
    assert set(next(iter(chunk.series.values()))) == set(SERIES.by_name) - unused


def test_the_command_finds_the_package_behind_its_own_name() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "store.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert "--million" in done.stdout
