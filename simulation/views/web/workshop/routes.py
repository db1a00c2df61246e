"""The addresses of the workshop, and who may ask for what."""

from __future__ import annotations

import functools
import secrets
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from simulation.views.web.app import form_of, page
from simulation.views.web.hub import converse
from simulation.views.web.limits import Throttle
from simulation.views.web.workshop import debriefing
from simulation.views.web.workshop.access import enter, leave, must_facilitate, token_of
from simulation.views.web.workshop.room import DEBRIEF, FACILITATOR, PROJECTOR

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from simulation.views.web.workshop.room import Room

__all__ = ["routes"]

_WRONG_RATE, _WRONG_BURST = 0.2, 30.0
"""Wrong codes that one address may try: thirty, then one every five seconds. Our assumption: behind one address may be a
room of people who type; a code of six letters has 10^8 forms."""
_NO_SEAT, _REPLACED = "Please join first.", "This seat is now on another device."


def routes(room: Room, *, join_url: str) -> list[BaseRoute]:
    """All routes of the workshop.

    Parameters
    ----------
    room
        The session.
    join_url
        The address that the projector shows.
    """
    wrong = Throttle(rate=_WRONG_RATE, burst=_WRONG_BURST)

    def to(handler: Callable[..., Awaitable[Any]], **given: Any) -> Callable[..., Awaitable[Any]]:
        return functools.partial(handler, room, **given)

    return [
        Route("/", to(_join_page)),
        Route("/j/{code}", to(_join_page)),
        Route("/join", to(_join, wrong=wrong), methods=["POST"]),
        Route("/seat/{token}", to(_seat_page)),
        Route("/seat", to(_take_seat, wrong=wrong), methods=["POST"]),
        Route("/play", to(_phone_page)),
        Route("/leave", to(_leave), methods=["POST"]),
        Route("/f/{key}", to(_facilitator_enters, wrong=wrong)),
        Route("/facilitator", to(_facilitator_page)),
        Route("/projector", to(_projector_page, join_url=join_url)),
        Route("/debrief", to(debriefing.page_of)),
        Route("/debrief/debrief.html", to(debriefing.saved)),
        Route("/debrief/decisions.csv", to(debriefing.decisions)),
        Route("/debrief/play.yaml", to(debriefing.scenario)),
        Route("/debrief/workshop.session", to(debriefing.session_file)),
        WebSocketRoute("/live/play", to(_phone_live)),
        WebSocketRoute("/live/facilitator", to(_live_for_facilitator, topic=FACILITATOR, join_url=join_url)),
        WebSocketRoute("/live/projector", to(_live_for_facilitator, topic=PROJECTOR)),
        WebSocketRoute("/live/debrief", to(_live_for_facilitator, topic=DEBRIEF)),
    ]


# -- joining: a page that is only looked at seats nobody ------------------------------------------------------------------


async def _join_page(room: Room, request: Request) -> Response:
    if room.plays(token_of(request, "player")):
        return RedirectResponse("/play", status_code=303)
    return _asked_to_join(request, code=request.path_params.get("code", ""))


def _asked_to_join(request: Request, *, code: str, name: str = "", fault: str = "", status: int = 200) -> Response:
    told = {"code": code, "name": name, "fault": fault, "message": secrets.token_hex(12)}
    return page(request, "workshop/join.html", told, status=status)


async def _join(room: Room, request: Request, *, wrong: Throttle) -> Response:
    form = await form_of(request)
    name, code, message = (form.get(field, "") for field in ("name", "code", "message"))
    if room.plays(token_of(request, "player")):  # a second tap, or another tab
        return RedirectResponse("/play", status_code=303)
    address = request.client.host if request.client else ""
    if wrong.spent(address):
        return _asked_to_join(request, code=code, name=name, fault="Too many wrong codes. Wait a minute.", status=429)
    answer = room.join(name, code.strip().upper(), message=message)
    if not answer.accepted:
        wrong.take(address)
        return _asked_to_join(request, code=code, name=name, fault=answer.refusal, status=400)
    response = RedirectResponse("/play", status_code=303)
    enter(response, request, "player", answer.token)
    return response


async def _seat_page(room: Room, request: Request) -> Response:
    """A link that the facilitator hands out for one seat; it is taken by a tap, not by looking."""
    token = request.path_params["token"]
    if not room.plays(token):
        raise HTTPException(404, "This link is not, or no longer, valid. Ask the facilitator for another.")
    return page(request, "workshop/seat.html", {"token": token})


async def _take_seat(room: Room, request: Request, *, wrong: Throttle) -> Response:
    form = await form_of(request)
    token = form.get("token", "")
    address = request.client.host if request.client else ""
    if wrong.spent(address) or not room.plays(token):
        wrong.take(address)
        raise HTTPException(404, "This link is not, or no longer, valid. Ask the facilitator for another.")
    response = RedirectResponse("/play", status_code=303)
    enter(response, request, "player", token)
    return response


# -- the phone ------------------------------------------------------------------------------------------------------------


async def _phone_page(room: Room, request: Request) -> Response:
    token = token_of(request, "player")
    if not room.plays(token):
        response: Response = RedirectResponse("/", status_code=303)
        leave(response, request, "player")
        return response
    return page(request, "workshop/phone.html", {"view": room.view_for(token)})


async def _leave(room: Room, request: Request) -> Response:
    """A player gives her seat back, and this browser forgets her."""
    token = token_of(request, "player")
    if token:
        room.do(token, {"do": "leave", "id": secrets.token_hex(12)})
    response = RedirectResponse("/", status_code=303)
    leave(response, request, "player")
    return response


async def _phone_live(room: Room, websocket: WebSocket) -> None:
    token = token_of(websocket, "player")
    await websocket.accept()
    if not room.plays(token):
        await websocket.close(1000, _REPLACED if token else _NO_SEAT)
        return
    with room.player(token) as listener:
        await converse(websocket, listener, _acting(room, token))


def _acting(room: Room, token: str, join_url: str = "") -> Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]:
    async def acted(message: dict[str, Any]) -> dict[str, Any]:
        answer = room.do(token, message)
        if not answer.accepted:
            return {"fault": answer.refusal}
        if not answer.token:
            return {"again": answer.again}
        link = f"{join_url}seat/{answer.token}"
        return {"link": link, "qr": _qr(link)}

    return acted


# -- the facilitator and the projector ------------------------------------------------------------------------------------


async def _facilitator_enters(room: Room, request: Request, *, wrong: Throttle) -> Response:
    """The secret of the start-up line becomes a cookie, and goes out of the address."""
    key, address = request.path_params["key"], request.client.host if request.client else ""
    if wrong.spent(address) or not room.facilitates(key):
        wrong.take(address)
        raise HTTPException(404, "This link is not valid. The terminal where the workshop was started shows it.")
    response = RedirectResponse("/facilitator", status_code=303)
    enter(response, request, "facilitator", key)
    return response


async def _facilitator_page(room: Room, request: Request) -> Response:
    must_facilitate(room, request)
    setup = room.session.state.given
    departments = setup.loaded.scenario.departments
    levers = [
        {"key": f"{department}.{lever}", "name": f"{departments[department].name}: {given.name}"}
        for department in setup.seats
        for lever, given in setup.levers(department).items()
    ]
    return page(request, "workshop/facilitator.html", {"view": room.view_for_facilitator(), "levers": levers})


async def _projector_page(room: Room, request: Request, *, join_url: str) -> Response:
    must_facilitate(room, request)
    view = room.view_for_projector()
    code = view["join_code"]
    told = {"view": view, "address": join_url.removeprefix("http://").rstrip("/"), "code": code}
    return page(request, "workshop/projector.html", {**told, "qr": _qr(f"{join_url}j/{code}")})


def _qr(url: str) -> str:
    """A QR code as the address of a picture."""
    import segno

    drawn: str = segno.make(url, error="m").svg_data_uri(border=4, scale=8, light="#fff", dark="#000")
    return drawn


async def _live_for_facilitator(room: Room, websocket: WebSocket, *, topic: str, join_url: str = "") -> None:
    token = token_of(websocket, "facilitator")
    await websocket.accept()
    if not room.facilitates(token):
        await websocket.close(1000, "This page is the facilitator's.")
        return
    with room.hub.listen([topic]) as listener:
        await converse(websocket, listener, _acting(room, token, join_url) if join_url else None)
