import numpy as np
import pytest

from learn import Judgement, cluster_series, pooled_scale
from learn.agreement import rand_index
from learn.choice import APART, STABILITY_TIE, TIE, Evidence, choose_count
from learn.gap import Gap, gap_count, gaps
from tests.learn.conftest import LAWS, T


def evidence(silhouettes, stabilities, *, weakest=None, by_gap=2, resampled=(2,)):
    weakest = weakest or dict.fromkeys(silhouettes, 0.0)
    one = Judgement(1, None, None, None, 1.0)
    more = (Judgement(k, silhouettes[k], weakest[k], None, stabilities[k]) for k in silhouettes)
    return Evidence((one, *more), by_gap, resampled)


@pytest.mark.parametrize(
    ("silhouettes", "stabilities", "k"),
    [
        # silhouettes join two near regimes of three; resamples find all three again
        ({2: 0.73, 3: 0.61, 4: 0.4}, {2: 1.0, 3: 1.0, 4: 0.8}, 3),
        ({2: 0.5, 3: 0.7, 4: 0.5}, {2: 1.0, 3: 0.5, 4: 0.5}, 2),
        # equal stabilities speak for more
        ({2: 0.7, 3: 0.7}, {2: 1.0, 3: 1.0 - STABILITY_TIE / 2}, 3),
        ({2: 0.7, 3: 0.7}, {2: 1.0, 3: 1.0 - 2 * STABILITY_TIE}, 2),
        # no structure is no structure, whatever is found again
        ({2: 0.2, 3: 0.24}, {2: 1.0, 3: 1.0}, 1),
        ({}, {}, 1),
    ],
)
def test_regimes_that_overlap_are_those_found_again_best(silhouettes, stabilities, k):
    assert choose_count(evidence(silhouettes, stabilities), 0.25).k == k


@pytest.mark.parametrize(
    ("weakest", "k"),
    [
        ({2: 0.84, 3: 0.93, 4: 0.4}, 3),
        ({2: 0.9, 3: APART, 4: APART - 0.01}, 3),
        ({2: 0.9, 3: 0.7, 4: 0.7}, 2),
        ({2: 0.7, 3: 0.7, 4: 0.7}, 4),
    ],
)
def test_as_many_as_are_set_apart_whatever_is_found_again(weakest, k):
    silhouettes, stabilities = dict.fromkeys(weakest, 0.9), {2: 0.9, 3: 0.5, 4: 1.0}
    chosen = choose_count(evidence(silhouettes, stabilities, weakest=weakest), 0.25)
    assert chosen.k == k
    assert chosen.set_apart == (None if k == 4 else k)
    assert chosen.by_stability == 4


@pytest.mark.parametrize(
    ("kept", "k"), [(None, 3), (2, 2), (4, 4), (1, 3), (5, 3)], ids=["none", "two", "four", "one", "untried"]
)
def test_a_number_is_kept_against_stability(kept, k):
    some = evidence({2: 0.6, 3: 0.6, 4: 0.5}, {2: 0.8, 3: 0.95, 4: 0.7})
    chosen = choose_count(some, 0.25, kept)
    assert (chosen.k, chosen.kept, chosen.by_stability) == (k, kept if k == kept else None, 3)


def test_a_number_is_kept_against_no_structure_but_not_against_regimes_set_apart():
    vague = evidence({2: 0.2, 3: 0.24}, {2: 1.0, 3: 1.0})
    assert choose_count(vague, 0.25, 3).k == 3
    apart = evidence({2: 0.9, 3: 0.9}, {2: 1.0, 3: 1.0}, weakest={2: 0.9, 3: 0.9})
    assert (choose_count(apart, 0.25, 2).k, choose_count(apart, 0.25, 2).kept) == (3, None)


def with_gaps(*values, weakest=0.5):
    judgements = (
        Judgement(k, None if k == 1 else 0.6, None if k == 1 else weakest, Gap(value, 0.1), 1.0)
        for k, value in enumerate(values, 1)
    )
    return Evidence(tuple(judgements), 1, (2,))


def test_gaps_no_better_than_that_of_one_regime_are_one_regime_unless_all_are_set_apart():
    assert choose_count(with_gaps(0.5, 0.65), 0.25).k == 1
    assert choose_count(with_gaps(0.5, 0.65, weakest=0.9), 0.25).k == 2
    assert choose_count(with_gaps(0.5, 0.75), 0.25).k == 2
    assert choose_count(with_gaps(0.5, np.inf), 0.25).k == 2


def of_sizes(sizes, scatter, seed, laws=LAWS):
    """Features of series of known laws, and their classes, in no order."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    pace, height = np.exp(scatter * rng.standard_normal((2, len(truth), 1)))
    series = np.array([laws[law](T * p) * h for law, p, h in zip(truth, pace, height, strict=True)])
    features = np.log1p(series)[..., None]
    return pooled_scale(features).apply(features), truth


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scatter", [0.0, 1e-9, 1e-4, 1e-2])
@pytest.mark.parametrize("sizes", [(3, 3, 3), (2, 9, 9), (4, 4)])
def test_series_that_are_nearly_the_same_are_one_regime_each(sizes, scatter, seed):
    features, truth = of_sizes(sizes, scatter, seed)
    clustering = cluster_series(features)
    assert clustering.k == len(sizes)
    assert rand_index(clustering.labels, truth) == 1.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("few", [2, 3])
def test_a_regime_of_few_series_is_seen_where_it_is_far_from_the_others(few, seed):
    features, truth = of_sizes((14, 14 - few, few), 0.05, seed)
    clustering = cluster_series(features)
    assert clustering.k == clustering.choice.set_apart == 3
    assert rand_index(clustering.labels, truth) == 1.0
    assert max(clustering.choice.shares, key=clustering.choice.shares.get) == 3


@pytest.mark.parametrize(
    ("sizes", "k"), [((4,), 1), ((2, 2), 2), ((2, 1, 1), 2), ((1, 1), 1), ((1, 1, 1), 1)]
)
@pytest.mark.parametrize("seed", range(4))
def test_a_regime_takes_two_series_on_average(sizes, k, seed):
    features, _ = of_sizes(sizes, 0.01, seed)
    assert cluster_series(features).k <= k
    if sizes in ((4,), (2, 2)):
        assert cluster_series(features).k == k


@pytest.mark.parametrize("seed", range(4))
def test_scatter_about_one_law_is_one_regime(seed):
    rng = np.random.default_rng(seed)
    heights = np.exp(0.05 * rng.standard_normal((16, 1, 2)))
    features = np.log1p(np.linspace(0.0, 9.0, 30)[:, None] * heights)
    clustering = cluster_series(pooled_scale(features).apply(features))
    assert clustering.k == 1
    assert max(clustering.silhouettes.values()) > 0.25


def test_the_opinions_are_kept_with_the_choice():
    chosen = choose_count(evidence({2: 0.73, 3: 0.61}, {2: 1.0, 3: 1.0}, by_gap=None, resampled=(2, 3)), 0.25)
    assert (chosen.k, chosen.by_silhouette, chosen.by_gap, chosen.by_stability) == (3, 2, 3, 3)
    near = evidence({2: 0.7 - TIE / 2, 3: 0.7}, {2: 1.0, 3: 1.0}, by_gap=4)
    assert (choose_count(near, 0.25).by_silhouette, choose_count(near, 0.25).by_gap) == (2, 3)


def test_shares_tell_what_resamples_alone_would_lead_to():
    unsure = evidence({2: 0.5, 3: 0.6}, {2: 0.5, 3: 0.9}, resampled=(2, 3, 3, 1))
    assert choose_count(unsure, 0.25).shares == {1: 0.25, 2: 0.25, 3: 0.5}


@pytest.mark.parametrize(
    "ends", [[(0, 0), (0, 0.1), (3, 0), (3, 1)], [(0, 0), (0.1, 0), (4, 0.5), (4, -0.5)]]
)
def test_four_series_are_two_regimes_at_most(ends):
    """Two near each other and two that are less so."""
    series = np.array(ends, dtype=float)[:, None, :] * np.linspace(0.0, 1.0, 16)[:, None]
    clustering = cluster_series(series)
    assert clustering.k <= 2
    assert [each.k for each in clustering.judgements] == [1, 2]
    assert cluster_series(series, 3).k == 3


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_all_opinions_are_told_for_each_k(growth_classes, noise):
    features = pooled_scale(growth_classes(12)[0]).apply(growth_classes(12)[0])
    features += noise * np.random.default_rng(0).standard_normal(features.shape)
    clustering = cluster_series(features, k_max=5)
    assert clustering.k == 3
    assert [each.k for each in clustering.judgements] == [1, 2, 3, 4, 5]
    assert all(each.gap is not None for each in clustering.judgements)
    assert clustering.choice.shares[3] > 0.7
    assert sum(clustering.choice.shares.values()) == pytest.approx(1.0)
    assert clustering.judgements[0].silhouette is clustering.judgements[0].weakest is None
    assert all(each.weakest <= each.silhouette for each in clustering.judgements[1:])
    assert clustering.choice.by_gap == clustering.choice.by_stability == 3


def test_a_continuum_is_one_regime():
    u = np.random.default_rng(0).uniform(0.0, 1.0, (40, 1))
    series = (u * np.linspace(0.0, 1.0, 24))[..., None]
    clustering = cluster_series(pooled_scale(series).apply(series))
    assert clustering.k == 1
    assert max(clustering.silhouettes.values()) > 0.5


def test_gap_count_is_the_first_that_the_next_does_not_beat_by_its_error():
    found = {1: Gap(0.0, 0.1), 2: Gap(0.5, 0.1), 3: Gap(0.55, 0.1), 4: Gap(0.9, 0.1)}
    assert gap_count(found) == 2
    assert gap_count({1: Gap(0.0, 0.1), 2: Gap(0.5, 0.1)}) is None
    assert gap_count({}) is None


def test_gap_of_series_without_regimes_is_largest_for_one():
    rng = np.random.default_rng(2)
    drawn = rng.uniform(-1, 1, (60, 2)) @ np.array([np.linspace(0, 1, 20), np.ones(20)])
    found = gaps(drawn[..., None], np.full(60, 20), [1, 2, 3, 4], 0.1, 0)
    assert gap_count(found) == 1
    assert all(each.error > 0 for each in found.values())


def test_gap_compares_series_of_one_length_and_is_infinite_where_no_spread_is_left():
    levels = np.repeat([0.0, 1.0, 5.0], 6)
    exact = np.repeat(levels, 12).reshape(18, 12, 1)
    found = gaps(exact, np.full(18, 12), [1, 2, 3, 4], 0.1, 0)
    assert [np.isinf(each.value) for each in found.values()] == [False, False, True, True]
    assert gap_count(found) == 3
    assert gaps(np.ones_like(exact), np.full(18, 12), [1, 2], 0.1, 0) == {}
    noisy = exact + 0.01 * np.random.default_rng(0).standard_normal(exact.shape)
    short = np.array([6] * 3 + [12] * 15)
    cut = np.where(np.arange(12)[None, :, None] < short[:, None, None], noisy, 0.0)
    assert gaps(cut, short, [2, 3], 0.1, 0) == gaps(noisy[3:], np.full(15, 12), [2, 3], 0.1, 0)
