"""What a sweep refuses, and how it says so."""


class SweepError(Exception):
    """Base of every error raised by :mod:`sweep`."""


class SpecError(SweepError, ValueError):
    """A spec that cannot be run; the text says where, what was expected, what came and what to do."""


class BackendError(SweepError, RuntimeError):
    """Workers that cannot be had; the text says what was asked for and what there is."""
