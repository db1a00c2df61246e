"""The Starlette application that every surface lives in: templates, static files, and what keeps strangers out.

A surface is a subpackage beside this file: `<surface>/templates/*.html`, asked for as `<surface>/name.html`, and
`<surface>/static/*`, asked for in a template as `{{ asset("<surface>/name.js") }}`. It hands its routes over; the
rest is here, once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from simulation.views.templates import templates
from simulation.views.web.guard import LOOPBACK, Guard
from simulation.views.web.static_files import StaticFiles

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import Lifespan

__all__ = ["BODY_LIMIT", "application", "form_of", "page"]

HERE = Path(__file__).parent
BODY_LIMIT = 64 * 1024
"""Largest body of a request [bytes]: our assumption; a form of a page is below 1 kB."""


def application(
    routes: Sequence[BaseRoute],
    *,
    surfaces: Sequence[str],
    hosts: Collection[str] = LOOPBACK,
    lifespan: Lifespan[Starlette] | None = None,
    body_limit: int = BODY_LIMIT,
) -> Starlette:
    """An application with these surfaces.

    Parameters
    ----------
    routes
        Routes of all surfaces.
    surfaces
        Names of the subpackages whose templates and static files may be asked for.
    hosts
        Names and addresses that this machine is asked by, without port; every other Host is turned away.
    lifespan
        What runs before the first and after the last request.
    body_limit
        Largest body of a request [bytes].
    """
    static = StaticFiles({"": HERE / "static", **{name: HERE / name / "static" for name in surfaces}})
    app = Starlette(
        routes=[Route("/static/{digest}/{name:path}", static.answer, name="static"), *routes],
        middleware=[Middleware(Guard, hosts=frozenset(hosts))],
        exception_handlers={HTTPException: _told, 500: _failed},
        lifespan=lifespan,
        max_body_size=body_limit,
    )
    app.state.templates = _templates(surfaces, static)
    return app


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as a page; what it is given is text, whatever it contains."""
    template = request.app.state.templates.get_template(name)
    return HTMLResponse(template.render(request=request, **(context or {})), status_code=status, headers=headers)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form as a browser sends it; what cannot be read is an empty form."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}


def _templates(surfaces: Sequence[str], static: StaticFiles) -> jinja2.Environment:
    of_surfaces = {name: jinja2.FileSystemLoader(HERE / name / "templates") for name in surfaces}
    everywhere = jinja2.FileSystemLoader(HERE / "templates")
    environment = templates(jinja2.ChoiceLoader([everywhere, jinja2.PrefixLoader(of_surfaces)]))
    environment.globals["asset"] = static.url
    return environment


async def _told(request: Request, error: Exception) -> Response:
    """What went wrong, on a page for people and as plain text for scripts."""
    assert isinstance(error, HTTPException)
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(error.detail, status_code=error.status_code, headers=error.headers)
    told = {"status": error.status_code, "detail": error.detail}
    return page(request, "told.html", told, status=error.status_code, headers=error.headers)


async def _failed(request: Request, _error: Exception) -> Response:
    return PlainTextResponse("A fault of silosim; the terminal where it was started shows where.", status_code=500)
