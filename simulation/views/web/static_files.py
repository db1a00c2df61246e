"""Scripts, styles and pictures of the package, under an address that changes when any of them does."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request

__all__ = ["StaticFiles"]

_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    kind: str


class StaticFiles:
    """All files of some folders, read once, under one digest; scripts import each other by relative names.

    Parameters
    ----------
    folders
        Prefix of the name (none for what all surfaces share) and folder; a folder that is not there has no files.
    """

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._files = {
            "/".join(part for part in (prefix, path.relative_to(folder).as_posix()) if part): _read(path)
            for prefix, folder in folders.items()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        digest = hashlib.sha256()
        for name, file in sorted(self._files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.content).digest())
        self._digest = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file, such as `silosim.css` or `explorer/explorer.js`.

        Raises
        ------
        KeyError
            If there is no such file.
        """
        if name not in self._files:
            raise KeyError(f"no static file {name}; there are {', '.join(sorted(self._files))}")
        return f"/static/{self._digest}/{name}"

    async def answer(self, request: Request) -> Response:
        """The file that is asked for; browsers may keep it for ever, as another content has another address."""
        file = self._files.get(request.path_params["name"])
        if file is None or request.path_params["digest"] != self._digest:
            raise HTTPException(404, "There is no such file.")
        return Response(file.content, media_type=file.kind, headers=_KEPT)


def _read(path: Path) -> _File:
    # The system's own table of types may say otherwise, and browsers refuse a script of another type.
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return _File(path.read_bytes(), kind)
