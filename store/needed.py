"""Optional packages, and how to get them."""

from __future__ import annotations

import importlib
from typing import Any

from store.errors import MissingPackageError


def needed(*packages: str, instead: str = "") -> Any:  # noqa: ANN401 - a module known at run time only
    """Import optional packages and return the first.

    Parameters
    ----------
    *packages : str
        Names of the modules, which are those to install too.
    instead : str
        What else the caller may do, for the message.

    Raises
    ------
    MissingPackageError
        If one is not installed; the message has the line that installs them.
    """
    try:
        modules = [importlib.import_module(package) for package in packages]
    except ImportError as error:
        advice = f", or {instead}" if instead else ""
        raise MissingPackageError(
            f"expected the package {error.name or packages[0]} for this form; got none; "
            f"pip install {' '.join(packages)}{advice}"
        ) from None
    return modules[0]
