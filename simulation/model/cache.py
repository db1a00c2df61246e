"""Where compiled code is kept between runs, and how it is made ready.

Numba notices an edit of the file that holds a kernel, but not of the files that the kernel calls. So the folder is named by a hash
of all our sources that compiled code can come from, and of the versions that compile them: another source, another folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import llvmlite
import numba
import numpy as np
import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cache_folder", "is_warm", "use_cache_folder", "warm_up"]

_PACKAGE = Path(__file__).parents[1]
_READY = "ready"
_FOLDERS_KEPT = 4


def _fingerprint() -> str:
    """Return a hash of the compiled sources and of what compiles them."""
    digest = hashlib.sha256()
    sources = [_PACKAGE / "randomness.py", *sorted(_PACKAGE.glob("rules/*.py")), *sorted(_PACKAGE.glob("model/*.py"))]
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__, np.__version__, platform.machine())
    settings = (os.environ.get("NUMBA_CPU_NAME", ""), os.environ.get("NUMBA_CPU_FEATURES", ""))
    digest.update(repr((versions, settings)).encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder for compiled code: private to the user, or below NUMBA_CACHE_DIR where that is set."""
    root = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("silosim", appauthor=False)
    return Path(root) / "compiled" / _fingerprint()


def use_cache_folder() -> None:
    """Tell Numba to keep compiled code there; to be called before the first kernel is declared."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return  # nowhere to write: Numba compiles anew in each process
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


def is_warm() -> bool:
    """Return whether the kernels have been compiled and kept on this machine."""
    return (cache_folder() / _READY).exists()


def warm_up(announce: Callable[[str], None] | None = None) -> bool:
    """Compile the kernels unless that has been done; return whether there was something to do.

    Parameters
    ----------
    announce
        Called with a sentence for the user before the work starts.
    """
    if is_warm():
        return False
    if announce is not None:
        announce("Compiling the engine for this machine (once, about half a minute) ...")
    from simulation.model.organization_model import OrganizationModel

    model = OrganizationModel("baseline", population=64, burn_in=4, weeks=1)
    model.run()
    model.let_go()
    _forget_old_folders()
    with contextlib.suppress(OSError):  # as above: nothing could be kept
        (cache_folder() / _READY).touch()
    return True


def _forget_old_folders() -> None:
    """Keep only the folders used last."""
    try:
        folders = sorted(cache_folder().parent.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    except OSError:
        return
    for folder in folders[_FOLDERS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
