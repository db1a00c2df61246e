"""The debrief's addresses: the page, and what can be taken home; the facilitator's alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from simulation.views.web.app import page
from simulation.views.web.workshop.access import must_facilitate
from simulation.views.web.workshop.debrief import shown

if TYPE_CHECKING:
    from starlette.requests import Request

    from simulation.views.web.workshop.room import Room

__all__ = ["decisions", "page_of", "saved", "scenario", "session_file"]

_WEB = Path(__file__).parent.parent
_STYLES = (_WEB / "static" / "silosim.css", _WEB / "workshop" / "static" / "workshop.css")


async def page_of(room: Room, request: Request) -> Response:
    """The page on the screen."""
    must_facilitate(room, request)
    version = room.runs.version
    told = await run_in_threadpool(shown, room.debrief())
    return page(request, "workshop/debrief.html", {**told, "version": version})


async def saved(room: Room, request: Request) -> Response:
    """The page as one file that needs nothing else."""
    must_facilitate(room, request)
    told = await run_in_threadpool(shown, room.debrief())
    style = "\n".join(path.read_text(encoding="utf-8") for path in _STYLES)
    made = page(request, "workshop/debrief_export.html", {**told, "style": style})
    return HTMLResponse(made.body, headers=_to_save("debrief.html"))


async def decisions(room: Room, request: Request) -> Response:
    """Every decision."""
    must_facilitate(room, request)
    return Response(room.session.decisions_csv(), media_type="text/csv", headers=_to_save("decisions.csv"))


async def scenario(room: Room, request: Request) -> Response:
    """The play as a scenario: an arm for each firm and act."""
    must_facilitate(room, request)
    text = await run_in_threadpool(room.session.scenario_file)
    return Response(text, media_type="application/yaml", headers=_to_save("play.yaml"))


async def session_file(room: Room, request: Request) -> Response:
    """The journal, to open again elsewhere."""
    must_facilitate(room, request)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workshop.session"
        room.session.save_copy(path)
        content = path.read_bytes()
    return Response(content, media_type="application/vnd.sqlite3", headers=_to_save("workshop.session"))


def _to_save(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
