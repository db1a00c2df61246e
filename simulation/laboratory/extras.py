"""Libraries that only some commands need: asked for by name, so that a missing one is told in one line."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["ExtraMissing", "needed"]


class ExtraMissing(ImportError):
    """A library of an extra is not installed; the message says how to install it."""


def needed(module: str, *, extra: str = "lab") -> ModuleType:
    """Import a module of an extra.

    Parameters
    ----------
    module
        Name of the module, such as `SALib.sample.sobol`.
    extra
        Name of the extra that brings its library.

    Raises
    ------
    ExtraMissing
        If its library is not installed.

    Examples
    --------
    >>> needed("json").__name__
    'json'
    """
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ExtraMissing(f'this needs the library {library}: pip install "silosim[{extra}]"') from error
