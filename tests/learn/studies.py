"""Studies of the boundary sampler, as its tests ask and tell them."""

import optuna

from learn import BoundarySampler


def new_study(space, **settings):
    return optuna.create_study(sampler=BoundarySampler(space, **settings))


def run(study, observe, n, batch=1):
    for _ in range(n // batch):
        for trial in [study.ask(study.sampler.space.distributions()) for _ in range(batch)]:
            observe(study, trial)


def unit_points(study):
    space = study.sampler.space
    return space.to_unit(space.rows([trial.params for trial in study.trials]))
