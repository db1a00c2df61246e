"""The explorer's routes: the page, its live connection, and what is downloaded."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from simulation.laboratory.exploring.living import lived_arms
from simulation.laboratory.exploring.settings import Move, Settings, Variant
from simulation.laboratory.exploring.streaming import Explorer
from simulation.scenario.base import Identifier, Text
from simulation.scenario.faults import ScenarioError
from simulation.views.web.app import application, page
from simulation.views.web.explorer.desk import Desk
from simulation.views.web.hub import Hub, converse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette
    from starlette.requests import HTTPConnection, Request
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from simulation.laboratory.exploring.living import Ask
    from simulation.scenario.faults import Fault
    from simulation.scenario.loading import LoadedScenario

__all__ = ["explorer_app"]

COOKIE = "silosim-explorer"
TOPICS = ("settings", "progress", "figures")


class _Sent(BaseModel):
    """What a page sends is checked to the last key."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _MoveSent(_Sent):
    key: str = Field(max_length=200)
    value: bool | int | float | str | None
    arm: str = Field(default="", max_length=40)


class _VariantSent(_Sent):
    name: Identifier
    title: Text
    of: Identifier


class _SettingsSent(_Sent):
    arms: list[str] = Field(max_length=40)
    baseline: str = Field(max_length=40)
    variants: list[_VariantSent] = Field(max_length=8)
    moves: list[_MoveSent] = Field(max_length=400)


def explorer_app(
    opened: LoadedScenario, settings: Settings, *, secret: str, workers: int, ask: Ask = lived_arms
) -> Starlette:
    """Return the application that explores a scenario.

    Parameters
    ----------
    opened
        The scenario.
    settings
        What the page begins with.
    secret
        What the first address must hold; a cookie takes its place.
    workers
        Processes that live replications.
    ask
        What lives a replication; for tests.
    """
    hub = Hub()
    surface = _Surface(opened, secret=secret, hub=hub)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        with Explorer(workers=workers, ask=ask) as explorer:
            surface.desk = Desk(
                opened, explorer=explorer, publish=lambda topic, data: _later(loop, hub.publish, topic, data)
            )
            await asyncio.to_thread(surface.desk.start, settings)
            yield
            await asyncio.to_thread(surface.desk.end)

    return application(surface.routes(), surfaces=["explorer"], lifespan=lifespan)


def _later(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *given: Any) -> None:
    """Call in the event loop from another thread; after its end there is nobody to tell."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *given)


class _Surface:
    """Answers to what a browser asks."""

    desk: Desk

    def __init__(self, opened: LoadedScenario, *, secret: str, hub: Hub) -> None:
        self._opened, self._secret, self._hub = opened, secret, hub

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/open/{secret}", self.open),
            Route("/", self.page),
            Route("/scenario.yaml", self.scenario),
            Route("/report.html", self.report),
            WebSocketRoute("/live", self.live),
        ]

    def _known(self, connection: HTTPConnection) -> bool:
        return hmac.compare_digest(connection.cookies.get(COOKIE, "").encode(), self._secret.encode())

    def _check(self, request: Request) -> None:
        if not self._known(request):
            raise HTTPException(403, "Open the address that silosim printed when it was started.")

    async def open(self, request: Request) -> Response:
        """Change the secret in the address for a cookie."""
        if not hmac.compare_digest(request.path_params["secret"].encode(), self._secret.encode()):
            raise HTTPException(403, "This address is not the one that silosim printed.")
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, self._secret, httponly=True, samesite="strict")
        return answer

    async def page(self, request: Request) -> Response:
        self._check(request)
        scenario = self._opened.scenario
        given = {"knobs": [asdict(knob) | {"path": None} for knob in self.desk.knobs], "name": _file_name(self._opened)}
        # The page reads it as data: `<` must not end its element.
        data = json.dumps(given, allow_nan=False).replace("<", "\\u003c")
        told = {"title": scenario.title, "question": scenario.question, "given": data}
        return page(request, "explorer/explorer.html", told)

    async def scenario(self, request: Request) -> Response:
        self._check(request)
        title = request.query_params.get("title", "")[:200].strip()
        text = self.desk.scenario(title=title)
        return PlainTextResponse(
            text, media_type="application/yaml", headers=_attached(f"{_file_name(self._opened)}.yaml")
        )

    async def report(self, request: Request) -> Response:
        self._check(request)
        compared = self.desk.comparison()
        if compared is None:
            raise HTTPException(409, "Nothing to report yet: the first replications are still under way.")
        from simulation.analysis.storage import provenance
        from simulation.views.report import report_html

        def made() -> str:
            return report_html(compared, told=provenance(compared, command=["silosim", "explore", compared.name]))

        text = await asyncio.to_thread(made)
        return Response(text, media_type="text/html", headers=_attached(f"{_file_name(self._opened)}_report.html"))

    async def live(self, websocket: WebSocket) -> None:
        if not self._known(websocket):
            await websocket.close(1008)
            return
        await websocket.accept()
        with self._hub.listen(TOPICS) as listener:
            await converse(websocket, listener, self._asked)

    async def _asked(self, message: dict[str, Any]) -> dict[str, Any]:
        """Answer a page: the number of its request, or what is wrong with what it moved."""
        try:
            sent = _SettingsSent.model_validate(message.get("settings"))
        except ValidationError as error:
            return {"faults": [{"key": "", "text": f"This page sent what cannot be: {error.error_count()} fault(s)."}]}
        settings = Settings(
            arms=tuple(sent.arms),
            baseline=sent.baseline,
            variants=tuple(Variant(**each.model_dump()) for each in sent.variants),
            moves=tuple(Move(**each.model_dump()) for each in sent.moves),
        )
        try:
            return {"ticket": await asyncio.to_thread(self.desk.move, settings)}
        except ScenarioError as error:
            return {"faults": [_fault(fault) for fault in error.faults]}


def _fault(fault: Fault) -> dict[str, str]:
    """A fault for the knob that it is at."""
    text = "".join(
        (
            fault.message,
            f": {fault.allowed}" if fault.allowed else "",
            f"; did you mean {fault.nearest}?" if fault.nearest else "",
        )
    )
    return {"key": fault.key, "text": text.replace("`", "")}


def _file_name(opened: LoadedScenario) -> str:
    stem = opened.path.stem if opened.path is not None else "scenario"
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '_', stem)}_explored"


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
