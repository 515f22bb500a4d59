"""What can go wrong in `learn`, each also the builtin that fits."""


class LearnError(Exception):
    """Base of every error that `learn` raises on purpose."""


class InvalidSpaceError(LearnError, ValueError):
    """An axis or a search space that cannot be searched, or points that do not fit it."""


class InvalidSeriesError(LearnError, ValueError):
    """Series whose shape, length or values cannot be compared."""


class InvalidClusterCountError(LearnError, ValueError):
    """A number of clusters that the series at hand cannot have."""


class InvalidMembershipError(LearnError, ValueError):
    """Memberships that are not shares of one common set of regimes."""


class InvalidSettingError(LearnError, ValueError):
    """A setting out of its range, or a name that is not known."""


class NoObservationsError(LearnError, LookupError):
    """A map was asked for before any point has a membership."""


class UnsupportedDimensionError(LearnError, ValueError):
    """A search space of a dimension that this operation does not cover."""
