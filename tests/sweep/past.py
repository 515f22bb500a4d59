"""Rows of trials that nobody ran."""

from physics import resolve
from sweep.trial import Trial


def landed(trial: Trial, cpu_s: float, **columns: object) -> dict[str, object]:
    """A row as a worker writes it, of a trial that took so many core-seconds."""
    found = resolve(trial.scenario, trial.numerics)
    resolved = {
        "grid_points": found.grid.shape[0],
        "box_length": found.grid.length[0],
        "dt": found.dt,
        "integrator": found.integrator,
        "boundary": trial.numerics.boundary,
        "t_valid": trial.numerics.t_final,
    }
    return trial.row() | resolved | {"status": "complete", "cpu_s": cpu_s, "processor": "A"} | columns
