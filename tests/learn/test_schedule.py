from itertools import pairwise

import numpy as np
import pytest

from learn import RegimeClassifier, schedule
from learn.schedule import COLD, GROWTH, STEP, learned, sizes
from learn.space import unit_sobol


@pytest.fixture
def observations(soft_membership):
    def make(n):
        X = unit_sobol(2, n, [1])
        return X, soft_membership(X), np.ones(n)

    return make


@pytest.fixture
def fits(monkeypatch):
    """What `learn_kernel` was asked: (size, warm kernel, cold)."""
    calls = []
    real = RegimeClassifier.learn_kernel

    def counting(X, memberships, counts, **options):
        calls.append((len(X), options["warm"], options["cold"]))
        return real(X, memberships, counts, **options)

    monkeypatch.setattr(schedule.RegimeClassifier, "learn_kernel", staticmethod(counting))
    return calls


def test_sizes_grow_by_a_step_and_then_by_a_ratio():
    assert sizes(1) == [1]
    assert sizes(3) == [3]
    assert sizes(20) == [4, 8, 12, 16, 20]
    found = sizes(3000)
    for before, after in pairwise(found):
        assert after == max(before + STEP, int(GROWTH * before))
    assert len(found) < 45
    assert max(found[-1] + STEP, int(GROWTH * found[-1])) > 3000
    # A study that grows learns at the same sizes.
    for n in range(STEP, 200):
        assert sizes(n) == [size for size in found if size <= n]


def test_each_link_starts_from_the_one_before_and_cold_when_the_size_doubled(observations, fits):
    chain = learned(*observations(40))
    assert [size for size, _, _ in fits] == sizes(40) == [size for size, _ in chain.kernels]
    assert [warm for _, warm, _ in fits] == [None, *[kernel for _, kernel in chain.kernels[:-1]]]
    assert [size for size, _, cold in fits if cold] == [4, 8, 16, 32]
    assert COLD == 2
    assert chain.kernel == chain.kernels[-1][1]


def test_the_kernels_are_the_same_with_and_without_a_kept_chain(observations, fits):
    X, memberships, counts = observations(40)
    chain = None
    for n in (2, 7, 13, 14, 29, 40):
        chain = learned(X[:n], memberships[:n], counts[:n], chain)
    # Two observations have a link of their own, which no longer one shares.
    assert [size for size, _, _ in fits] == [2, *sizes(40)]
    assert chain == learned(X, memberships, counts)
    fits.clear()
    assert learned(X, memberships, counts, chain) == chain
    assert not fits


def test_of_fewer_observations_the_first_links_are_kept(observations, fits):
    X, memberships, counts = observations(40)
    chain = learned(X, memberships, counts)
    fits.clear()
    shorter = learned(X[:21], memberships[:21], counts[:21], chain)
    assert shorter.kernels == chain.kernels[:5]
    assert not fits


@pytest.mark.parametrize("what", ["place", "membership", "count"])
def test_after_a_change_in_the_middle_only_later_links_are_learned_anew(observations, fits, what):
    X, memberships, counts = observations(40)
    chain = learned(X, memberships, counts)
    fits.clear()
    X, memberships, counts = X.copy(), memberships.copy(), counts.copy()
    if what == "place":
        X[18] = 0.987
    if what == "membership":
        memberships[18] = memberships[18, ::-1]
    if what == "count":
        counts[18] = 5
    changed = learned(X, memberships, counts, chain)
    assert changed.kernels[:4] == chain.kernels[:4]
    assert [size for size, _, _ in fits] == sizes(40)[4:]
    assert changed == learned(X, memberships, counts)
    assert changed.kernels[4] != chain.kernels[4]


def test_another_number_of_regimes_starts_a_new_chain(observations, fits):
    X, memberships, counts = observations(16)
    chain = learned(X, memberships, counts)
    fits.clear()
    three = np.column_stack([memberships, np.zeros(16)])
    changed = learned(X, three, counts, chain)
    assert [size for size, _, _ in fits] == sizes(16)
    assert changed.kernel.amplitudes.shape == (3,)
    assert changed == learned(X, three, counts)
