"""Manifests are numbered, immutable, and the newest whole one counts."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from store import DamagedStoreError, ExperimentStore
from store.local import LocalMedium
from store.manifests import (
    BEFORE_THE_FIRST,
    CompactedFile,
    Manifest,
    manifest_key,
    manifest_numbers,
    newest_number,
    publish,
    read_manifest,
)
from store.removal import Removed, remove_replaced
from store.snapshot import Absorbed, take_snapshot
from store.sorting import z_order
from store.steps import Extent, pieces

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
FILE = CompactedFile("00000001-a", 3, 30, 1000, "ab", "cd", frozenset({"x", "y"}))


@pytest.fixture
def medium(store: ExperimentStore) -> LocalMedium:
    store.refresh_views()
    return LocalMedium(store.path)


def test_a_manifest_is_read_as_it_was_written(medium):
    manifest = Manifest(1, NOW, (FILE,), frozenset({"c-a1", "d-a2"}), whole=True)
    assert publish(medium, manifest)
    assert read_manifest(medium, 1) == manifest
    assert manifest.age(NOW + timedelta(hours=1)) == 3600.0
    assert (medium.root / "manifests" / "00000001.json").is_file()


def test_a_number_is_given_once(medium):
    assert publish(medium, Manifest(1, NOW, absorbed=frozenset("a")))
    assert publish(medium, Manifest(1, NOW, absorbed=frozenset("a")))  # a repetition, not a rival
    assert not publish(medium, Manifest(1, NOW, absorbed=frozenset("b")))
    assert read_manifest(medium, 1).absorbed == {"a"}


def test_numbers_are_ordered_as_numbers(medium):
    for number in (99_999_999, 2, 100_000_000):
        publish(medium, Manifest(number, NOW))
    (medium.root / "manifests" / "notes.txt").write_text("x")
    assert manifest_numbers(medium) == [2, 99_999_999, 100_000_000]
    assert newest_number(medium) == 100_000_000


def test_before_the_first_there_is_nothing(medium):
    assert newest_number(medium) == 0
    assert read_manifest(medium, 0) == BEFORE_THE_FIRST
    assert take_snapshot(medium).manifest == BEFORE_THE_FIRST


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"number": 1}'])
def test_a_manifest_that_is_none_is_named(medium, text):
    (medium.root / manifest_key(1)).write_text(text)
    with pytest.raises(DamagedStoreError, match=r"manifests/00000001\.json"):
        read_manifest(medium, 1)


def test_an_older_manifest_counts_only_where_the_fragments_make_up_for_it(store, medium, chunk):
    for name in "cde":
        store.commit(name, *chunk(name))
    publish(medium, Manifest(1, NOW, absorbed=frozenset({"c-a1"})))
    lacking = Manifest(2, NOW, (FILE,), absorbed=frozenset({"c-a1", "d-a1"}))
    publish(medium, lacking)
    snapshot = take_snapshot(medium)
    assert (snapshot.manifest.number, snapshot.newest) == (1, 2)
    assert [fragment.name for fragment in snapshot.loose] == ["d-a1", "e-a1"]
    medium.remove("fragments/d-a1")
    with pytest.raises(DamagedStoreError, match=r"00000001-a/series\.parquet, as manifest 2 says"):
        take_snapshot(medium)


def test_a_fragment_goes_only_if_the_manifest_in_use_has_absorbed_it(store, medium, chunk):
    for name in "cde":
        store.commit(name, *chunk(name))
    publish(medium, Manifest(1, NOW, (FILE,), absorbed=frozenset({"c-a1", "d-a1"})))
    publish(medium, Manifest(2, NOW + timedelta(hours=2), absorbed=frozenset({"c-a1"})))
    removed = remove_replaced(medium, 3600.0, NOW + timedelta(hours=2))
    assert removed == Removed(1, 0)
    assert [fragment.name for fragment in medium.fragments()] == ["d-a1", "e-a1"]


def test_names_of_absorbed_fragments_are_read_again_when_there_are_more(medium):
    absorbed = Absorbed(medium)
    assert absorbed.names() == frozenset()
    publish(medium, Manifest(1, NOW, absorbed=frozenset({"a"})))
    assert absorbed.names() == {"a"}
    (medium.root / manifest_key(1)).write_text("broken, but known")
    assert absorbed.names() == {"a"}
    publish(medium, Manifest(2, NOW, absorbed=frozenset({"a", "b"})))
    assert absorbed.names() == {"a", "b"}


def column(*values: float | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.float64())])


def test_the_z_order_serves_every_axis_that_varies():
    x, y = column(*(i % 4 for i in range(16))), column(*(i // 4 for i in range(16)))
    constant = column(*[2.5] * 16)
    codes = z_order([x, constant, y])
    order = sorted(range(16), key=lambda i: codes[i])
    quarters = [{(i % 4 // 2, i // 4 // 2) for i in order[k : k + 4]} for k in range(0, 16, 4)]
    assert quarters == [{(0, 0)}, {(0, 1)}, {(1, 0)}, {(1, 1)}]


def test_the_z_order_knows_null_and_odd_numbers():
    codes = z_order([column(3.0, None, float("inf"), 3.0, -1.0, float("nan"))])
    assert codes[0] == codes[3]
    assert codes[1] < codes[4] < codes[0] < codes[2] < codes[5]
    assert z_order([column(None, None)]).tolist() == [0, 0]
    assert z_order([column()]).tolist() == []


def test_pieces_are_the_fewest_of_about_equal_size():
    assert pieces(Extent(0, 0)) == []
    assert pieces(Extent(65_536, 100)) == [(0, 65_536)]
    assert pieces(Extent(65_537, 100)) == [(0, 32_768), (32_768, 65_537)]
    assert len(pieces(Extent(100, 5 * 8_388_608))) == 5
