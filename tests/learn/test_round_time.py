"""What a round costs, counted in Cholesky factorisations, so that the machine's speed does not decide."""

import time

import numpy as np
from scipy.linalg import cholesky

from benchmarks.boundary_maps import MAPS
from learn import RegimeClassifier
from learn.acquisition import straddle
from learn.candidates import apart, candidates
from learn.choosing import choose
from learn.schedule import Chain, learned, sizes
from learn.space import unit_sobol

# The aim is 2 s on a core that factorises a matrix of 1,000 rows in 12 ms.
FACTORISATIONS = 160


def seconds_of(work):
    """Processor seconds, the least of two."""
    spent = []
    for _ in range(2):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def test_a_round_at_a_thousand_points_costs_less_than_so_many_factorisations():
    known = next(known for known in MAPS if known.name == "three")
    n = max(size for size in sizes(1100) if size <= 1000)
    X = unit_sobol(2, n, [1])
    memberships, counts = known.observe(X, 1), np.ones(n)
    kernel = RegimeClassifier.learn_kernel(X[:100], memberships[:100])
    # All but the last link, which this round learns.
    before = Chain(X[:-1], memberships[:-1], counts[:-1], tuple((size, kernel) for size in sizes(n - 1)))

    def round_of_eight():
        chain = learned(X, memberships, counts, before)
        assert chain.kernels[-1][0] == n
        classifier = RegimeClassifier.fit(X, memberships, counts, kernel=chain.kernel)
        pending = classifier.condition(unit_sobol(2, 7, [5]))
        choose(pending, straddle, apart(candidates(pending, 2, (1, 2, 3)), X))
        classifier.predict_proba(unit_sobol(2, 2048, [9]))

    covariance = np.cov(np.random.default_rng(0).standard_normal((1000, 2000))) + np.eye(1000)
    unit = seconds_of(lambda: [cholesky(covariance, lower=True) for _ in range(10)]) / 10
    assert seconds_of(round_of_eight) < FACTORISATIONS * unit
