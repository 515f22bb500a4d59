"""The nodes of a regular grid over the unit cube, on which boundaries are looked for."""

import numpy as np

from learn.errors import InvalidSettingError
from learn.value import Floats


def lattice(dimension: int, resolution: int) -> Floats:
    """Nodes (resolution^d, d), the last axis fastest, both ends included.

    Raises
    ------
    InvalidSettingError
        If there are not two nodes per axis at least.
    """
    if resolution < 2:
        raise InvalidSettingError(f"expected a resolution of 2 or more, got {resolution}; leave it out")
    nodes = np.linspace(0.0, 1.0, resolution)
    return np.stack(np.meshgrid(*[nodes] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)
