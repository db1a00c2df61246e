"""Who is asking: cookies for players and the facilitator, never anything that a page's script could read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from simulation.views.web.workshop.room import Room

__all__ = ["Role", "enter", "leave", "must_facilitate", "token_of"]

Role = Literal["player", "facilitator"]
_DAYS = 3


def token_of(connection: HTTPConnection, role: Role) -> str:
    """The token that a browser holds for a role, or nothing."""
    return connection.cookies.get(_name(connection, role), "")


def enter(response: Response, connection: HTTPConnection, role: Role, token: str) -> None:
    """Let a browser hold a token.

    A facilitator's cookie is never sent from another site; a player's is when she follows the join link anew, so that
    she finds her own seat and takes no second one.
    """
    response.set_cookie(
        _name(connection, role),
        token,
        max_age=_DAYS * 24 * 3600,
        httponly=True,
        samesite="strict" if role == "facilitator" else "lax",
    )


def leave(response: Response, connection: HTTPConnection, role: Role) -> None:
    """Let a browser forget a token."""
    response.delete_cookie(_name(connection, role), httponly=True)


def must_facilitate(room: Room, request: Request) -> None:
    """Let nobody but the facilitator go on.

    Raises
    ------
    HTTPException
        If it is somebody else.
    """
    if not room.facilitates(token_of(request, "facilitator")):
        raise HTTPException(403, "This page is the facilitator's: open the link that the terminal shows.")


def _name(connection: HTTPConnection, role: Role) -> str:
    # Cookies know no ports: two workshops on one machine would overwrite each other's.
    return f"silosim_{role}_{connection.url.port or 80}"
