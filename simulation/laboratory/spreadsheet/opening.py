"""Opens a spreadsheet that a stranger sent: bounded, without macros, without carrying anything out."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from simulation.laboratory.extras import needed
from simulation.scenario.faults import Fault, ScenarioError, on_one_line

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "MOST_UNPACKED", "open_book"]

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 5_000_000, 20_000_000, 200
"""Largest file, what it may unpack to [bytes], and in how many parts; the reference firm has 40,000, 400,000 and 20."""
MOST_ROWS, MOST_COLUMNS = 5_000, 200
"""Where the last cell of a sheet may stand."""
_SAVE_AS = "an Excel workbook without macros (.xlsx)"


def open_book(path: Path) -> Any:
    """Return a workbook of openpyxl: cells hold values or, where somebody wrote one, a formula that nobody carries out.

    Raises
    ------
    ScenarioError
        If it is no workbook, too large, or holds macros.
    ExtraMissing
        If openpyxl is not installed.
    """
    openpyxl = needed("openpyxl", extra="office")
    content = _content_of(path)
    _check_parts(path, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what openpyxl leaves out (drawings, other programs' extensions) is not read here
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False, keep_vba=False)
    except Exception as error:  # whatever a broken file makes its reader stumble over
        raise _fault(path, f"cannot be read as a workbook ({type(error).__name__})", _SAVE_AS) from error


def _content_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _fault(path, "is a folder", _SAVE_AS)
        if not path.exists():
            raise _fault(path, "there is no such file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _fault(path, f"cannot be read ({error.strerror or 'the system refuses'})") from error
    if len(content) > MOST_BYTES:
        raise _fault(path, "is too large", f"at most {MOST_BYTES:,} bytes")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _fault(path, "is locked by a password, or of the old kind (.xls)", _SAVE_AS)
    return content


def _check_parts(path: Path, content: bytes) -> None:
    """Look at the parts before anything is built from them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            wrong = _wrong(parts)
    except Exception as error:  # whatever a broken archive makes its reader stumble over
        raise _fault(path, "is no Excel workbook, or a damaged one", _SAVE_AS) from error
    if wrong is not None:
        raise _fault(path, *wrong)


def _wrong(parts: zipfile.ZipFile) -> tuple[str, str] | None:
    """What speaks against a workbook, and what is allowed; zipfile reads no more of a part than its size says."""
    listed = parts.infolist()
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
        return "unpacks to far more than a firm needs", f"at most {MOST_UNPACKED:,} bytes"
    if "xl/workbook.xml" not in parts.namelist():
        return "is no Excel workbook", _SAVE_AS
    if _has_macros(parts):
        return "holds macros, which are never run here", _SAVE_AS
    if any(b"<!DOCTYPE" in parts.read(part) for part in listed if part.filename.endswith((".xml", ".rels"))):
        return "declares a document type of its own, as no spreadsheet program does", _SAVE_AS
    return None


def _has_macros(parts: zipfile.ZipFile) -> bool:
    named = any(name.lower().endswith("vbaproject.bin") or "macrosheets/" in name.lower() for name in parts.namelist())
    return named or b"macroEnabled" in parts.read("[Content_Types].xml")


def _fault(path: Path, message: str, allowed: str = "") -> ScenarioError:
    return ScenarioError([Fault(message, on_one_line(str(path)), allowed=allowed)])
