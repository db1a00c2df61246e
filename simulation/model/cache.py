"""Where compiled code is kept between runs, and how it is made ready.

Numba notices an edit of the file that holds a kernel, but not of the files that the kernel calls. So the folder is named by a hash
of all our sources that compiled code can come from, of the versions that compile them, and of the processor that they are compiled
for: another source, another folder.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import platform
import shutil
import sys
import tempfile
import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite
import numba
import numpy as np
import platformdirs
from numba.core import event
from numba.core.dispatcher import Dispatcher

from simulation.model.target import target

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cache_folder", "is_warm", "settle_folder", "use_cache_folder", "warm_up"]

FOLDER_VARIABLE = "SILOSIM_CACHE_DIR"
_PACKAGE = Path(__file__).parents[1]
_READY = "ready"
_FOLDERS_KEPT = 4
_ROOM = 4 * 2**20
"""Room that compiled code must find in its folder [bytes]; it takes about a quarter of that."""


def _sources() -> list[Path]:
    """Return the files that compiled code, and the constants in it, can come from."""
    files = [_PACKAGE / "randomness.py", _PACKAGE / "scenario" / "names.py"]
    return [*files, *sorted((_PACKAGE / "rules").rglob("*.py")), *sorted((_PACKAGE / "model").rglob("*.py"))]


def _fingerprint() -> str:
    """Return a hash of the compiled sources and of what they are compiled by and for."""
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.relative_to(_PACKAGE).as_posix().encode() + b"\0" + source.read_bytes())
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__, np.__version__, platform.machine())
    digest.update(repr((versions, target())).encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder for compiled code: private to the user, or below SILOSIM_CACHE_DIR or NUMBA_CACHE_DIR where one is set."""
    root = os.environ.get(FOLDER_VARIABLE) or os.environ.get("NUMBA_CACHE_DIR")
    return Path(root or platformdirs.user_cache_dir("silosim", appauthor=False)) / "compiled" / _fingerprint()


def settle_folder() -> str:
    """Make sure that compiled code can be kept; where its folder takes nothing, in a temporary one until this process ends.

    Without that, Numba would keep code beside our sources, where it would outlive an edit.

    Returns
    -------
    str
        Why the temporary folder was taken, in words; empty: it was not.

    Raises
    ------
    OSError
        If no temporary folder can be made either.
    """
    folder = cache_folder()
    try:
        _try_to_write(folder)
    except OSError as error:
        temporary = tempfile.mkdtemp(prefix="silosim-")
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        os.environ[FOLDER_VARIABLE] = temporary  # worker processes find it there
        _try_to_write(cache_folder())
        return (
            f"Compiled code cannot be kept in {folder} ({error.strerror or error}): it is compiled for this run only. "
            f"{FOLDER_VARIABLE} names another folder."
        )
    return ""


def _try_to_write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=folder) as probe:
        if not (folder / _READY).exists():
            probe.write(bytes(_ROOM))


def use_cache_folder() -> None:
    """Tell Numba to keep compiled code there; to be called before the first kernel is declared."""
    trouble = settle_folder()
    if trouble:
        warnings.warn(trouble, RuntimeWarning, stacklevel=2)
    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]


def is_warm() -> bool:
    """Return whether the kernels have been compiled and kept on this machine."""
    return (cache_folder() / _READY).exists()


def warm_up(progress: Callable[[int, int], None] | None = None) -> bool:
    """Compile the kernels unless that has been done; return whether there was something to do.

    Parameters
    ----------
    progress
        Called with (functions compiled, functions to compile) before the first and after each.
    """
    if is_warm():
        return False
    from simulation.model.organization_model import OrganizationModel

    import_module("simulation.model.kernel")
    kernels = _kernels()
    listener = _Compiled(kernels, progress or (lambda _done, _planned: None))
    with event.install_listener("numba:compile", listener):
        # Few people, but weeks enough for departments to review their trials: that is compiled code, too.
        model = OrganizationModel("silo_vs_shared", population=64, burn_in=8, weeks=9)
        model.run()
    model.let_go()
    _forget_old_folders()
    with contextlib.suppress(OSError):  # then it is announced again next time
        (cache_folder() / _READY).touch()
    return True


def _kernels() -> list[Any]:
    """Return our compiled functions that Python calls (they let go of its lock); their helpers go with them."""
    ours = [module for name, module in sys.modules.items() if name.startswith("simulation.")]
    found = {id(each): each for module in ours for each in vars(module).values() if isinstance(each, Dispatcher)}
    return [each for each in found.values() if each.targetoptions.get("nogil")]


class _Compiled(event.Listener):
    """Tells how many of the kernels have been compiled whenever Numba has compiled something."""

    def __init__(self, kernels: list[Any], progress: Callable[[int, int], None]) -> None:
        self._kernels, self._progress = kernels, progress
        progress(0, len(kernels))

    def on_start(self, event: Any) -> None:
        pass

    def on_end(self, event: Any) -> None:
        self._progress(sum(bool(each.signatures) for each in self._kernels), len(self._kernels))


def _forget_old_folders() -> None:
    """Keep only the folders used last."""
    try:
        folders = sorted(cache_folder().parent.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    except OSError:
        return
    for folder in folders[_FOLDERS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
