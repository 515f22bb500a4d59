"""Stores in buckets are verified, and merged with directories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import DamagedStoreError, ExperimentStore
from store.care import Finding, merge
from store.care.apart import Decoder
from store.care.checking import Checking
from store.care.verification import steps
from store.medium import Medium
from store.places import open_medium
from tests.store.conftest import make_chunk


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as opened:
        yield opened


def findings(medium: Medium, decoder: Decoder) -> list[Finding]:
    checking = Checking(medium, None, decoder)
    return [finding for key, look in steps(medium) for finding in look(checking, key)]


def filled(place: str) -> ExperimentStore:
    store = ExperimentStore.create(place)
    store.commit("a", *make_chunk("a1", "a2", samples=5))
    store.compact(grace=0.0)
    store.commit("b", *make_chunk("b1", samples=5))
    store.append("labels", "v", [{"label_version": "v", "point_id": "p"}])
    store.keep("wisdom", b"(fftw)")
    return store


def test_damaged_objects_are_named(url, decoder):
    filled(url)
    medium = open_medium(url)
    assert findings(medium, decoder) == []
    keys = [
        key for part in ("fragments", "compacted", "ledger", "kept", "manifests") for key in medium.keys(part)
    ]
    assert len(keys) == 7
    for key in keys:
        sound = medium.read(key)
        changed = bytearray(sound)
        changed[len(changed) // 3] ^= 4
        medium.replace(key, bytes(changed))
        found = findings(medium, decoder)
        assert medium.place(key) in {finding.place for finding in found if finding.damage}, key
        medium.replace(key, sound)
    assert findings(medium, decoder) == []


@pytest.mark.parametrize("way", ["to a bucket", "to a directory"])
def test_a_bucket_and_a_directory_merge(url, tmp_path: Path, decoder, way):
    source, target = (
        (str(tmp_path / "store"), url) if way == "to a bucket" else (url, str(tmp_path / "store"))
    )
    filled(source)
    opened = ExperimentStore.create(target)
    opened.commit("c", *make_chunk("c1"))
    media = open_medium(target), [open_medium(source)]
    assert {step.outcome for step in merge(*media)} == {"copied"}
    assert {step.outcome for step in merge(*media)} == {"held"}
    assert set(opened.statuses()) == {"a1", "a2", "b1", "c1"}
    assert next(iter(opened.sql("select count(*) from series").rows())) == (20,)
    assert opened.kept("wisdom") == b"(fftw)"
    assert findings(media[0], decoder) == []


def test_damaged_objects_are_not_merged(url, tmp_path: Path):
    filled(url)
    medium, target = open_medium(url), ExperimentStore.create(tmp_path / "store")
    (key,) = (fragment.series for fragment in medium.fragments() if fragment.name == "b-a1")
    changed = bytearray(medium.read(key))
    changed[len(changed) // 2] ^= 1
    medium.replace(key, bytes(changed))
    with pytest.raises(DamagedStoreError, match="b-a1"):
        list(merge(open_medium(target.path), [medium]))
