"""Stores of several clusters become one, trial by trial, however often it is tried."""

import shutil
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from store import SCHEMA_VERSION, DamagedStoreError, ExperimentStore, ModelMismatchError, SameStoreError
from store.care import Merged, merge, verify
from store.local import LocalMedium
from tests.store.conftest import make_chunk

STORES = Path(__file__).parent / "stores"


@pytest.fixture
def make(tmp_path, new_store):
    """A store of chunks: name, or name and attempt, to a chunk."""

    def make_store(name, **chunks):
        store = ExperimentStore(shutil.copytree(new_store, tmp_path / name))
        for chunk, content in chunks.items():
            store.commit(chunk, *content)
        return store

    return make_store


def join(target: ExperimentStore, *sources: ExperimentStore, dry_run: bool = False) -> list[Merged]:
    media = [LocalMedium(source.path) for source in sources]
    return list(merge(LocalMedium(target.path), media, dry_run=dry_run))


def trials(store: ExperimentStore) -> list[tuple[object, ...]]:
    return list(store.sql("select * exclude (chunk, attempt) from trials order by trial_id").rows())


def series(store: ExperimentStore) -> list[tuple[object, ...]]:
    return list(store.sql("select * exclude (chunk, attempt) from series order by trial_id, t").rows())


def tree(store: ExperimentStore) -> dict[str, bytes]:
    return {
        file.relative_to(store.path).as_posix(): file.read_bytes()
        for file in store.path.rglob("*")
        if file.is_file()
    }


def outcomes(merged: list[Merged]) -> Counter[tuple[str, str]]:
    return Counter((each.part, each.outcome) for each in merged)


def test_the_union_of_two_stores(make):
    one = make("one", a=make_chunk("a1", "a2"), shared=make_chunk("s1", "s2"))
    two = make("two", b=make_chunk("b1"), shared=make_chunk("s1", "s2"))
    whole = make("whole", a=make_chunk("a1", "a2"), b=make_chunk("b1"), shared=make_chunk("s1", "s2"))
    target = make("target")
    merged = join(target, one, two)
    assert outcomes(merged) == {("fragments", "copied"): 3, ("fragments", "held"): 1}
    assert sum(each.trials for each in merged) == 5
    assert (trials(target), series(target)) == (trials(whole), series(whole))
    # The fragments are the same files.
    assert (target.path / "fragments/a-a1/trials.parquet").read_bytes() == (
        one.path / "fragments/a-a1/trials.parquet"
    ).read_bytes()


def test_merging_again_changes_nothing(make):
    one, target = make("one", a=make_chunk("a1", "a2")), make("target", b=make_chunk("b1"))
    one.append("sweeps", "s", [{"sweep": "s"}])
    one.keep("wisdom", b"w")
    join(target, one)
    before = tree(target)
    assert set(outcomes(join(target, one)).elements()) == {
        (p, "held") for p in ("fragments", "sweeps", "kept")
    }
    assert tree(target) == before


def test_a_dry_run_says_the_same_and_writes_nothing(make):
    one, target = (
        make("one", a=make_chunk("a1", "a2"), b=make_chunk("b1")),
        make("target", b=make_chunk("b1")),
    )
    one.append("sweeps", "s", [{"sweep": "s"}])
    before = tree(target)
    told = join(target, one, dry_run=True)
    assert tree(target) == before
    assert told == join(target, one)


def test_what_failed_here_and_succeeded_there_has_succeeded(make):
    here = make("here", c=make_chunk("x", "y", status="lost"), d=make_chunk("z"))
    there = make("there", c=make_chunk("x", "y"), d=make_chunk("z", status="error"))
    assert outcomes(join(here, there)) == {("fragments", "renamed"): 1, ("fragments", "held"): 1}
    assert here.statuses() == dict.fromkeys("xyz", "complete")
    assert len(trials(here)) == 3
    assert len(series(here)) == 15
    before = tree(here)
    assert outcomes(join(here, there)) == {("fragments", "held"): 2}
    assert tree(here) == before
    assert not [step for step in verify(LocalMedium(here.path)) if step.findings]
    # The other way round the failures are not taken.
    other, source = (
        make("other", c=make_chunk("x", "y")),
        make("source", c=make_chunk("x", "y", status="lost")),
    )
    assert outcomes(join(other, source)) == {("fragments", "held"): 1}


def test_one_name_for_other_trials_is_two_chunks(make):
    here, there = make("here", c=make_chunk("x")), make("there", c=make_chunk("y"))
    join(here, there)
    assert set(here.statuses()) == {"x", "y"}
    query = (
        "select chunk from trials where trial_id = 'y' union select chunk from series where trial_id = 'y'"
    )
    ((name,),) = here.sql(query).rows()
    assert name.startswith("c+")
    assert not [step for step in verify(LocalMedium(here.path)) if step.findings]


@pytest.mark.parametrize("compacted", ["source", "target", "both"])
def test_compacted_stores_merge_as_others_do(make, compacted):
    chunks = {f"c{n}": make_chunk(f"c{n}-1", f"c{n}-2", samples=n) for n in range(1, 5)}
    source, target = make("source", **chunks), make("target", c1=chunks["c1"], mine=make_chunk("mine"))
    source.commit("c2", *make_chunk("c2-1", "c2-2", samples=2, disorder=9.0), attempt=2)
    source.commit("failed", [{"trial_id": "none", "point_id": "p", "status": "error", "reason": "r"}], {})
    whole = make("whole", mine=make_chunk("mine"))
    join(whole, source)
    for store in {"source": [source], "target": [target], "both": [source, target]}[compacted]:
        store.compact(grace=0.0)
    source.commit("late", *make_chunk("late"))
    whole.commit("late", *make_chunk("late"))
    merged = join(target, source)
    assert ("fragments", "renamed") not in outcomes(merged)
    assert (trials(target), series(target)) == (trials(whole), series(whole))
    before = tree(target)
    assert {each.outcome for each in join(target, source)} == {"held"}
    assert tree(target) == before
    target.compact(grace=0.0)
    assert {each.outcome for each in join(target, source)} == {"held"}
    assert (trials(target), series(target)) == (trials(whole), series(whole))
    assert not [step for step in verify(LocalMedium(target.path)) if step.findings]


def test_compacted_chunks_are_found_in_many_batches(make):
    source, target = make("source"), make("target")
    for number in range(40):
        ids = [f"{number}-{n}" for n in range(8)]
        rows = [
            {"trial_id": i, "point_id": "p", "status": "complete", "disorder": number % 7 / 8} for i in ids
        ]
        source.commit(f"c{number}", rows, {i: {"t": np.arange(64.0), "msd": np.arange(64.0)} for i in ids})
    before = trials(source), series(source)
    source.compact(grace=0.0)
    assert outcomes(join(target, source)) == {("fragments", "copied"): 40}
    assert (trials(target), series(target)) == before


def test_a_merge_that_was_stopped_is_finished_by_the_next(make):
    chunks = {f"c{n}": make_chunk(f"c{n}-1", f"c{n}-2") for n in range(4)}
    source = make("source", **chunks)
    source.compact(grace=0.0)
    source.commit("late", *make_chunk("late"))
    source.append("sweeps", "s", [{"sweep": "s"}])
    whole = make("whole")
    join(whole, source)
    target = make("target")
    for stop in range(1, 7):
        list(islice(merge(LocalMedium(target.path), [LocalMedium(source.path)]), stop))
        counts = target.sql("select count(*), count(distinct trial_id) from trials")
        ((rows, ids),) = counts.rows()
        assert rows == ids
    join(target, source)
    assert (trials(target), series(target)) == (trials(whole), series(whole))
    assert target.rows("sweeps") == source.rows("sweeps")


def test_an_older_store_is_merged_and_every_view_answers(make):
    older, target = ExperimentStore(STORES / "1.0"), make("target", a=make_chunk("a1"))
    join(target, older)
    assert len(trials(target)) == 5
    assert sorted(path.name for path in (target.path / "schema").iterdir()) == ["1.0", SCHEMA_VERSION]
    views = ("trials", "series", "points", "twins", "labels", "proposals", "sweeps", "chunks")
    assert all(next(iter(target.sql(f"select count(*) from {view}").rows()))[0] for view in views)
    assert not [f for step in verify(LocalMedium(target.path)) for f in step.findings if f.damage]


def test_ledgers_join_by_name(make):
    here, there = make("here"), make("there")
    plan = {"plan": "p", "chunk": "c", "ordinal": 0, "trial_id": "a", "trial": "{}"}
    proposal = {"campaign": "c", "round": 0, "slot": 0, "point_id": "p"}
    here.append("chunks", "plan", [plan, plan | {"trial_id": "b"}])
    there.append("chunks", "plan", [plan | {"trial_id": "b", "chunk": "d"}, plan | {"trial_id": "z"}])
    there.append("chunks", "other", [plan])
    here.append("chunks", "part", [plan, plan | {"trial_id": "b"}])
    there.append("chunks", "part", [plan])
    here.append("proposals", "r0", [proposal])
    there.append("proposals", "r0", [proposal | {"point_id": "q"}])
    for store, when in ((here, "2026-01-01"), (there, "2026-02-02")):
        store.append("sweeps", "s", [{"sweep": "s", "started_at": np.datetime64(when).astype(object)}] * 0)
    told = {(each.part, each.name): each.outcome for each in join(here, there)}
    assert told == {
        ("chunks", "other"): "copied",
        ("chunks", "part"): "held",
        ("chunks", "plan"): "renamed",
        ("proposals", "r0"): "kept ours",
        ("sweeps", "s"): "held",
    }
    (name,) = [name for name in here.names("chunks") if name.startswith("merged-")]
    assert [row["trial_id"] for row in here.rows("chunks", name)] == ["b", "z"]
    assert [row["point_id"] for row in here.rows("proposals")] == ["p"]
    assert {each.outcome for each in join(here, there)} == {"held", "kept ours"}


def test_stores_that_are_one_or_nested_are_refused(make, tmp_path):
    store = make("store", a=make_chunk("a1"))
    (tmp_path / "link").symlink_to(store.path)
    nested = ExperimentStore.create(store.path / "kept" / "inner")
    before = tree(store)
    for sources in ([store.path], [tmp_path / "link"], [nested.path]):
        with pytest.raises(SameStoreError, match="apart"):
            list(merge(LocalMedium(store.path), [LocalMedium(path) for path in sources]))
    other = make("other", b=make_chunk("b1"))
    with pytest.raises(SameStoreError):
        join(store, other, other)
    assert tree(store) == before


def test_other_models_are_refused_before_anything_is_written(make, tmp_path):
    mine, store = ExperimentStore.create(tmp_path / "mine", model="mine"), make("store", a=make_chunk("a1"))
    good = make("good", b=make_chunk("b1"))
    before = tree(store)
    with pytest.raises(ModelMismatchError, match=r"'deformation-potential'.*'mine'"):
        join(store, good, mine)
    assert tree(store) == before


@pytest.mark.parametrize("name", ["trials.parquet", "series.parquet", "sha256"])
@pytest.mark.parametrize("compacted", [False, True])
def test_damage_is_not_merged(make, name, compacted):
    source, target = make("source", a=make_chunk("a1")), make("target")
    directory = source.path / "fragments" / "a-a1"
    if compacted:
        source.compact(grace=0.0)
        (directory,) = (source.path / "compacted").iterdir()
        if name == "sha256":
            return
    content = bytearray((directory / name).read_bytes())
    content[len(content) // 2] ^= 1
    (directory / name).write_bytes(content)
    with pytest.raises(DamagedStoreError, match="verify"):
        join(target, source)
    assert target.statuses() == {}


def test_an_undigested_fragment_is_decoded_before_it_is_merged(make):
    source, target = make("source", a=make_chunk("a1")), make("target")
    (source.path / "fragments/a-a1/sha256").unlink()
    file = source.path / "fragments/a-a1/trials.parquet"
    sound = file.read_bytes()
    file.write_bytes(sound[:300] + bytes([sound[300] ^ 1]) + sound[301:])
    with pytest.raises(DamagedStoreError, match=r"a-a1/trials\.parquet"):
        join(target, source)
    file.write_bytes(sound)
    assert outcomes(join(target, source)) == {("fragments", "copied"): 1}
