"""Files that stand whole or not at all, a lock that the system frees, and words for a disk that fails."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["GO_ON", "UNFINISHED", "lock", "told_of_the_disk", "write_whole"]

GO_ON = "What was finished is kept; the same command goes on from there"
"""What to tell people whose sweep has ended early."""
UNFINISHED = ".{}.unfinished"
"""Name of a file that is being written: hidden, and no `*.parquet`, so that what reads the parts does not see it."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it stands whole or not at all, whatever happens to the process or the power."""
    hidden = path.with_name(UNFINISHED.format(path.stem))
    try:
        with hidden.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise
    _fsync_folder(path.parent)


def _fsync_folder(folder: Path) -> None:
    """Let the folder's entry survive a power cut, where the system can (Windows and some network disks cannot)."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(handle)


def lock(file: int) -> None:
    """Lock a file for this process alone; BlockingIOError if another one has.

    On POSIX with lockf, not flock: a worker that an executor forked would keep an flock after this process was killed.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except PermissionError as error:  # EACCES instead of EAGAIN on some systems
            raise BlockingIOError from error


@contextlib.contextmanager
def told_of_the_disk(folder: Path) -> Iterator[None]:
    """Say what is kept and how to go on, where the disk fails."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            what = f"the disk is full; make room ({folder})"
        elif error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            what = f"the folder cannot be written ({folder})"
        else:
            raise
        raise OSError(error.errno, f"{what}. {GO_ON}") from error
