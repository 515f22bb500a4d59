"""Series of known classes and a plane with a known boundary."""

import logging

import numpy as np
import optuna
import pytest

from learn import Axis, SearchSpace, log_growth, stack_channels

T = np.linspace(0.0, 100.0, 64)
LAWS = (
    lambda t: 60 * (1 - np.exp(-t / 8)),
    lambda t: 60 * (1 - np.exp(-t / 8)) + t**1.8,
    lambda t: 60 * t**2,
)


@pytest.fixture(autouse=True)
def quiet_optuna():
    logger = logging.getLogger("optuna")
    level = logger.level
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    logger.setLevel(level)


@pytest.fixture
def space():
    return SearchSpace([Axis("disorder", 0.2, 4.0, scale="log"), Axis("sound_speed", 0.05, 1.0, scale="log")])


@pytest.fixture
def growth_classes():
    """n series each of saturating, then released, and free growth: features (3 n, T, 2), labels (3 n,)."""

    def make(n, seed=0, jitter=0.15):
        rng = np.random.default_rng(seed)
        msd, size = [], []
        for law, rate in zip(LAWS, (0.01, 0.02, 0.1), strict=True):
            for _ in range(n):
                pace, height = np.exp(jitter * rng.standard_normal(2))
                msd.append(law(T * pace) * height)
                size.append(np.log1p(rate * T * height))
        return stack_channels([log_growth(msd, 1.0), size]), np.repeat([0, 1, 2], n)

    return make


@pytest.fixture
def curve():
    return lambda u: 0.3 + 0.4 * u**2 + 0.08 * np.sin(6 * u)


@pytest.fixture
def true_regime(curve):
    """Regime (n,) over the unit square: 1 above the curve, 0 below."""
    return lambda U: (U[:, 1] > curve(U[:, 0])).astype(int)


@pytest.fixture
def soft_membership(curve):
    """Membership (n, 2) that crosses one half on the curve."""

    def make(U, width=0.06):
        share = 1 / (1 + np.exp(-(U[:, 1] - curve(U[:, 0])) / width))
        return np.column_stack([1 - share, share])

    return make


@pytest.fixture
def observe(space, soft_membership):
    """Tell a trial the membership of its point."""

    def tell(study, trial):
        U = space.to_unit(space.rows([trial.params]))
        trial.set_user_attr("membership", soft_membership(U)[0].tolist())
        study.tell(trial, 0.0)

    return tell
