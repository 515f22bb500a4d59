"""What a sweep refuses, and how it says so."""


class SweepError(Exception):
    """Base of every error raised by :mod:`sweep`."""


class SpecError(SweepError, ValueError):
    """A spec that cannot be run; the text says where, what was expected, what came and what to do."""


class BackendError(SweepError, RuntimeError):
    """Workers that cannot be had; the text says what was asked for and what there is."""


class ClusterLostError(BackendError):
    """A cluster that was there and is gone; what was committed is kept, and the same command continues."""


class EngineError(SweepError, ValueError):
    """A way to run that cannot be had; the text says what was expected and what came."""


class DirtyTreeError(SweepError, RuntimeError):
    """Code with uncommitted changes, where a run was asked to be strict."""


class WorkerError(SweepError, RuntimeError):
    """A worker that must not take up work: it runs other code than the driver, or sees another store."""


class SimulatorError(SweepError, ValueError):
    """What a simulator returned is no row and series of its trial."""


class SelectionError(SweepError, ValueError):
    """Trials that were asked for and are not there."""


class PictureError(SweepError, ValueError):
    """A picture that cannot be drawn; the text says what can."""
