"""What is not as it was written is found, wherever it is, and named."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from store import SCHEMA_VERSION, DamagedStoreError, ExperimentStore, StoreNotFoundError, VersionError
from store.care import Doubt, Finding, verify
from store.care.apart import Decoder
from store.care.checking import Checking
from store.care.small import check_ledger
from store.care.verification import steps
from store.digests import digest_lines
from store.local import LocalMedium
from store.parquet import encode_table
from store.records import series_table, trials_table
from store.schema import SERIES, TRIALS
from tests.store.conftest import make_chunk

TRIAL = {"trial_id": "a", "point_id": "p", "status": "complete", "samples": 3, "disorder": 1.5}
SAMPLES = {"t": np.arange(3.0), "msd": np.ones(3)}


def fill(store: ExperimentStore) -> None:
    """Two compacted chunks, a loose one, and something in every ledger."""
    for name in ("a", "b"):
        store.commit(f"chunk-{name}", *make_chunk(f"{name}1", f"{name}2", samples=5))
    store.compact(grace=0.0)
    store.commit("chunk-c", *make_chunk("c1", "c2", samples=5))
    store.append(
        "chunks", "plan", [{"plan": "p", "chunk": "c", "ordinal": 0, "trial_id": "a", "trial": "{}"}]
    )
    store.append("labels", "v", [{"label_version": "v", "point_id": "p", "membership": [0.25, 0.75], "k": 2}])
    store.append(
        "proposals", "r", [{"campaign": "c", "round": 0, "slot": 0, "point_id": "p", "pending": ["q"]}]
    )
    store.append("sweeps", "s", [{"sweep": "s", "name": "n", "trials": 3}])
    store.keep("wisdom", b"(fftw wisdom)")


@pytest.fixture(scope="module")
def filled(new_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = shutil.copytree(new_store, tmp_path_factory.mktemp("filled") / "store")
    fill(ExperimentStore(path))
    return path


@pytest.fixture
def copy(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "store")


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as opened:
        yield opened


def findings(path: Path, decoder: Decoder) -> list[Finding]:
    """All of a verification's findings, decoded by a process that other tests use too."""
    medium = LocalMedium(path)
    checking = Checking(medium, None, decoder)
    return [finding for key, look in steps(medium) for finding in look(checking, key)]


def damage(path: Path, decoder: Decoder) -> list[tuple[str, str]]:
    found = [finding for finding in findings(path, decoder) if finding.damage]
    return [(Path(finding.place).relative_to(path).as_posix(), finding.kind) for finding in found]


def files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file() and "staging" not in file.parts)


def test_a_sound_store_is_found_sound(filled):
    checked = list(verify(LocalMedium(filled)))
    assert [step for step in checked if step.findings] == []
    assert sum(step.trials for step in checked) == 6
    assert [step.number for step in checked] == list(range(1, checked[0].total + 1))


@pytest.mark.parametrize("how", ["cut", "empty", "gone", "flip"])
def test_each_damaged_file_is_named(filled, tmp_path, decoder, how):
    for number, file in enumerate(files(filled)):
        path = shutil.copytree(filled, tmp_path / str(number))
        target = path / file.relative_to(filled)
        content = bytearray(target.read_bytes())
        content[len(content) // 3] ^= 4
        damaged = {"cut": content[:-9], "empty": b"", "flip": content}
        if how == "gone":
            target.unlink()
        else:
            target.write_bytes(damaged[how])
        found = findings(path, decoder)
        name = target.name
        if how == "gone" and ("ledger" in file.parts or "kept" in file.parts or name.endswith(".json")):
            # The last file of its directory, or one of many that may or may not be there.
            assert name != "store.json" or damage(path, decoder) == [("store.json", "missing")]
            continue
        if how == "gone" and name == "sha256":
            assert [finding.kind for finding in found] == ["undigested"]
            continue
        # A bit in the words that describe a column does no damage; it is noted.
        named = {finding.place for finding in found if finding.damage or how == "flip"}
        assert str(target) in named, (file, found)
        assert all(finding.advice and finding.found for finding in found)


def flips(path: Path, decoder: Decoder, seed: int, count: int) -> list[tuple[str, int]]:
    """Flip single bits, one at a time, and list those that were not found: file and place."""
    draw = random.Random(seed)
    medium, missed = LocalMedium(path), []
    planned = steps(medium)
    checking = Checking(medium, None, decoder)
    assert [finding for key, look in planned for finding in look(checking, key)] == []
    sound = {file: file.read_bytes() for file in files(path)}
    known = {table: tuple(schemas) for table, schemas in checking._described.items()}
    for file in (draw.choice(list(sound)) for _ in range(count)):
        content = bytearray(sound[file])
        place = draw.randrange(len(content))
        content[place] ^= 1 << draw.randrange(8)
        file.write_bytes(content)
        # Without what an earlier flip made a schema's file say: the same flip elsewhere would pass for it.
        checking._described.update({table: list(schemas) for table, schemas in known.items()})
        key = file.relative_to(path).as_posix()
        looks = [(each, look) for each, look in planned if key == each or key.startswith(f"{each}/")]
        if not [finding for each, look in looks for finding in look(checking, each)]:
            missed.append((key, place))
        file.write_bytes(sound[file])
    return missed


def harmless(path: Path, missed: list[tuple[str, int]]) -> bool:
    """Whether the flips hit the name of the program that a Parquet footer gives, which nobody reads by."""
    return all(b"parquet-cpp" in (path / key).read_bytes()[place - 60 : place + 60] for key, place in missed)


def test_flipped_bits_are_found_anywhere(copy, decoder):
    missed = flips(copy, decoder, seed=1, count=200)
    assert harmless(copy, missed), missed
    assert len(missed) <= 4


@pytest.mark.slow
def test_many_flipped_bits_are_found_anywhere(copy, decoder):
    missed = flips(copy, decoder, seed=2, count=4000)
    assert harmless(copy, missed), missed


def test_a_footer_that_would_end_the_reader_is_survived(copy, decoder):
    key = "ledger/labels/v.parquet"
    checking, target = Checking(LocalMedium(copy), None, decoder), copy / key
    content = target.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    kinds = set()
    for place in range(len(content) - 8 - length, len(content) - 8, 37):
        broken = bytearray(content)
        broken[place] ^= 2
        target.write_bytes(broken)
        kinds |= {finding.kind for finding in check_ledger(checking, key)}
    assert kinds <= {"changed", "torn", "other version"}
    assert "changed" in kinds


def put(path: Path, name: str, trials: pa.Table, series: pa.Table) -> None:
    """Commit rows that `commit` would refuse, with right digests."""
    LocalMedium(path).put_fragment(name, encode_table(TRIALS, trials), encode_table(SERIES, series))


def rows(
    *trials: dict[str, object], chunk: str = "d", **series: dict[str, object]
) -> tuple[pa.Table, pa.Table]:
    table = trials_table(chunk, 1, list(trials))
    return table, series_table(table, series)


def replaced(table: pa.Table, **columns: list[object]) -> pa.Table:
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place, table.schema.field(place), pa.array(values, table.schema.types[place])
        )
    return table


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("repeated", lambda t, s: (pa.concat_tables([t, t]), s)),
        ("misplaced", lambda t, s: (replaced(t, chunk=["other"]), replaced(s, chunk=["other"] * 3))),
        ("misplaced", lambda t, s: (replaced(t, attempt=[2]), replaced(s, attempt=[2] * 3))),
        ("status", lambda t, s: (replaced(t, status=["done"]), s)),
        ("orphan", lambda t, s: (t, replaced(s, trial_id=["a", "a", "z"]))),
        ("short", lambda t, s: (t, s.slice(0, 2))),
        ("short", lambda t, s: (t, pa.concat_tables([s, replaced(s.slice(0, 1), t=[9.0])]))),
        ("repeated", lambda t, s: (t, replaced(s, t=[0.0, 2.0, 1.0]))),
        ("changed", lambda t, s: (t, replaced(s, disorder=[1.5, 1.5, 2.5]))),
        ("changed", lambda t, s: (replaced(t, point_id=[None]), s)),
    ],
)
def test_rows_that_make_no_sense_are_named(copy, decoder, kind, change):
    put(copy, "d-a1", *change(*rows(TRIAL, a=SAMPLES)))
    assert ("fragments/d-a1", kind) in damage(copy, decoder)


def test_rows_that_make_sense_are_not(copy, decoder):
    nan = TRIAL | {"diffusion": float("nan"), "direction": float("inf"), "status": "escaped", "samples": 9}
    put(copy, "d-a1", *rows(nan, TRIAL | {"trial_id": "b", "samples": None}, a=SAMPLES))
    assert findings(copy, decoder) == []


def test_a_trial_in_two_compacted_files_is_named(copy, decoder):
    (manifest,) = (copy / "manifests").iterdir()
    content = json.loads(manifest.read_text())
    twice = dict(content["files"][0], name="again")
    shutil.copytree(copy / "compacted" / content["files"][0]["name"], copy / "compacted" / "again")
    manifest.write_text(json.dumps(content | {"files": [*content["files"], twice]}))
    assert ("compacted", "repeated") in damage(copy, decoder)
    hidden = dict(twice, hidden=["a1", "a2", "b1", "b2"])
    manifest.write_text(json.dumps(content | {"files": [*content["files"], hidden]}))
    assert ("compacted", "repeated") not in damage(copy, decoder)


def test_series_of_another_commit_are_named(copy, decoder):
    fragment = copy / "fragments" / "chunk-c-a1"
    other = replaced(rows(TRIAL, a=SAMPLES)[1], msd=[1.0, 1.0, 2.0])
    (fragment / "series.parquet").write_bytes(encode_table(SERIES, other))
    contents = {name: (fragment / name).read_bytes() for name in ("trials.parquet", "series.parquet")}
    (fragment / "sha256").write_bytes(digest_lines(contents))
    assert ("fragments/chunk-c-a1/series.parquet", "misplaced") in damage(copy, decoder)


def test_strangers_are_noted_and_reports_are_not(copy, decoder):
    (copy / "letter.txt").write_text("x")
    (copy / "report.html").write_text("x")
    (copy / "fragments" / "Thumbs.db").write_text("x")
    (copy / "fragments" / "chunk-c-a1" / "notes").write_text("x")
    found = findings(copy, decoder)
    assert {finding.kind for finding in found} == {"stranger"}
    assert sorted(Path(finding.place).name for finding in found) == ["Thumbs.db", "letter.txt", "notes"]
    assert not any(finding.damage for finding in found)


class Suspicious:
    """Doubts one trial for certain and another not."""

    def planned(self, row):
        return None

    def trial(self, row):
        return {"c1": Doubt("c1 is d1", certain=True), "a1": Doubt("a1?", certain=False)}.get(row["trial_id"])


def test_ids_are_checked_by_whoever_knows_them(filled):
    found = [finding for step in verify(LocalMedium(filled), Suspicious()) for finding in step.findings]
    assert [(finding.kind, finding.found, finding.damage) for finding in found] == [
        ("unnamed", "a1?", False),
        ("misnamed", "c1 is d1", True),
    ]
    assert found[1].place.endswith("fragments/chunk-c-a1")


def test_what_is_left_of_a_store_is_verified_and_other_places_are_refused(copy, tmp_path, decoder):
    (copy / "store.json").unlink()
    assert damage(copy, decoder) == [("store.json", "missing")]
    with pytest.raises(StoreNotFoundError):
        list(verify(LocalMedium(tmp_path / "nothing")))
    (tmp_path / "home").mkdir()
    with pytest.raises(StoreNotFoundError):
        list(verify(LocalMedium(tmp_path / "home")))


def test_a_newer_store_is_refused_by_name(copy):
    identity = json.loads((copy / "store.json").read_text())
    del identity["sha256"]
    (copy / "store.json").write_text(json.dumps(identity | {"format": "2.0"}))
    with pytest.raises(VersionError, match="upgrade regimap"):
        list(verify(LocalMedium(copy)))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_older_stores_are_sound(version, decoder):
    found = findings(Path(__file__).parent / "stores" / version, decoder)
    assert {finding.kind for finding in found} <= {"undigested", "other version"}


def test_lost_manifests_and_unfinished_compactions_are_told_apart(copy, decoder):
    (name,) = [path.name for path in (copy / "compacted").iterdir()]
    (manifest,) = (copy / "manifests").iterdir()
    shutil.copytree(copy / "compacted" / name, copy / "compacted" / f"{name}x")
    (copy / "compacted" / "notes").mkdir()
    found = {Path(finding.place).name: finding.kind for finding in findings(copy, decoder)}
    assert found == {f"{name}x": "stranger", "notes": "stranger"}
    manifest.unlink()
    assert damage(copy, decoder) == [(f"compacted/{each}", "missing") for each in (name, f"{name}x")]


def test_no_advice_is_to_remove_compacted_files(copy, decoder):
    trials = next((copy / "compacted").glob("*/trials.parquet"))
    trials.write_bytes(trials.read_bytes()[:-9])
    (found,) = [finding for finding in findings(copy, decoder) if finding.damage]
    assert found.advice == "restore it from a copy"
    with pytest.raises(DamagedStoreError, match="restore that file from a copy"):
        ExperimentStore(copy).statuses()


def test_a_stray_file_among_the_manifests_is_a_stranger(copy, decoder):
    (copy / "manifests" / "foo.json").write_text("x")
    assert [finding.kind for finding in findings(copy, decoder)] == ["stranger"]


def test_files_and_directories_in_each_others_place_are_named(copy, decoder):
    (copy / "fragments" / "foo-a1").write_text("x")
    (copy / "manifests" / "00000002.json").mkdir()
    assert damage(copy, decoder) == [("manifests/00000002.json", "torn"), ("fragments/foo-a1", "torn")]


@pytest.mark.parametrize(
    "lost", ["schema", "schema/1.2", "schema/1.2/trials.parquet", "schema/1.2/requests.parquet"]
)
def test_a_lost_schema_is_named_and_written_anew(new_store, tmp_path, decoder, lost):
    path = shutil.copytree(new_store, tmp_path / "store")
    lost = lost.replace("1.2", SCHEMA_VERSION)
    shutil.rmtree(path / lost) if (path / lost).is_dir() else (path / lost).unlink()
    found = damage(path, decoder)
    assert found
    assert all(place.startswith(lost) and kind == "missing" for place, kind in found)
    with pytest.raises(DamagedStoreError, match=r"schema/.*parquet; got no such file"):
        ExperimentStore(path).statuses()
    ExperimentStore(path).compact()
    assert findings(path, decoder) == []
    assert ExperimentStore(path).statuses() == {}


def test_trials_that_wait_for_the_grace_are_counted_once(store):
    store.commit("c", *make_chunk("a", "b"))
    store.compact()
    assert sum(step.trials for step in verify(LocalMedium(store.path))) == 2
