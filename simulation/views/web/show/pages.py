"""The pages of the story and what they ask for; each answer is worked out in a worker, never on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulation.laboratory.theatre.changing import Asked
from simulation.scenario.faults import Fault, ScenarioError, one_of, show
from simulation.scenario.names import REGIMES
from simulation.views.web.app import application, page
from simulation.views.web.show.acting import Playbill, Wish, luck, performed
from simulation.views.web.workers import leashed_pool
from simulation.views.words import levers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from concurrent.futures import Executor
    from multiprocessing.connection import Connection

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.routing import BaseRoute

__all__ = ["Stage", "routes", "show_app"]

MOST_WISHES = 20
"""Changes that a room may ask for, one upon the other. Our assumption."""
KEPT = 8
"""Answers that are kept: about a megabyte each. Our assumption."""
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Wished(BaseModel):
    """A wish as the page sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    side: Literal["left", "right"]
    week: int
    shared_weight: Share | None = None
    regime: str | None = None
    lever: str | None = None
    setting: Share | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.lever is None) != (self.setting is None):
            raise ValueError("a lever needs a setting, and a setting a lever")
        return self

    def wish(self) -> Wish:
        """The wish as the worker takes it."""
        levers = ((self.lever, self.setting),) if self.lever is not None and self.setting is not None else ()
        asked = Asked(week=self.week, shared_weight=self.shared_weight, regime=self.regime, levers=levers)
        return Wish(side=self.side, asked=asked)


class _Wanted(BaseModel):
    """What the page wants to see."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    left: str
    right: str
    wishes: Annotated[list[_Wished], Field(max_length=MOST_WISHES)] = []


class Stage:
    """One worker process that lives what is asked for, one thing after the other; the last few answers are kept.

    Parameters
    ----------
    bill
        What is on when the page opens.
    worker
        What does the work; a process of its own unless given.
    """

    def __init__(self, bill: Playbill, *, worker: Executor | None = None) -> None:
        self.bill = bill
        self._leash: Connection | None = None
        self._worker = worker or self._hired()
        self._kept: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def answer(self, work: Callable[[Playbill], str], wanted: _Wanted) -> str:
        """Return what is wanted, from what is kept if it has been asked for before: the same question has the same answer.

        Raises
        ------
        ScenarioError
            If an arm or a wish cannot be.
        """
        which = (work.__name__, wanted.model_dump_json())
        if which not in self._kept:
            self._kept[which] = asyncio.create_task(self.ask(work, _billed(self.bill, wanted)))
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        asked = self._kept[which]
        try:
            return await asyncio.shield(asked)  # a page that goes away leaves the work to the next one
        except Exception:
            self._kept.pop(which, None)
            raise

    async def ask(self, work: Callable[[Playbill], str], bill: Playbill) -> str:
        """Return what the worker makes of a playbill; a worker that was lost is replaced, once."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._worker, work, bill)
        except BrokenProcessPool:
            self._worker = self._hired()
            return await loop.run_in_executor(self._worker, work, bill)

    async def open(self) -> None:
        """Live what the page will ask for first, before anybody looks; what goes wrong the page will hear itself."""
        with contextlib.suppress(Exception):
            await self.answer(performed, _Wanted(left=self.bill.left, right=self.bill.right))

    def close(self) -> None:
        """End the worker, whatever it is at."""
        if self._leash is not None:
            self._leash.close()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _hired(self) -> Executor:
        pool, self._leash = leashed_pool(1)
        return pool


def show_app(stage: Stage) -> Starlette:
    """The story as an application of its own."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        opening = asyncio.create_task(stage.open())
        try:
            yield
        finally:
            opening.cancel()
            stage.close()

    return application(routes(stage), surfaces=("show",), lifespan=lifespan)


def routes(stage: Stage, *, at: str = "") -> list[BaseRoute]:
    """The story's routes below `at`."""

    async def projector(request: Request) -> Response:
        return page(request, "show/show.html", _words(stage.bill))

    async def notes(request: Request) -> Response:
        return page(request, "show/notes.html", {"title": _words(stage.bill)["title"]})

    async def worlds(request: Request) -> Response:
        return await _answered(stage, request, performed)

    async def by_luck(request: Request) -> Response:
        return await _answered(stage, request, luck)

    return [
        Route(f"{at}/", projector),
        Route(f"{at}/notes", notes),
        Route(f"{at}/worlds", worlds, methods=["POST"]),
        Route(f"{at}/luck", by_luck, methods=["POST"]),
    ]


async def _answered(stage: Stage, request: Request, work: Callable[[Playbill], str]) -> Response:
    """What the worker makes of what a page wants, or what is wrong with that."""
    try:
        wanted = _Wanted.model_validate_json(await request.body())
        told = await stage.answer(work, wanted)
    except (ValidationError, ScenarioError) as error:
        return JSONResponse({"fault": _fault_words(error)}, status_code=422)
    except asyncio.CancelledError:  # Ctrl-C while the worker was at it
        return JSONResponse({"fault": "The story has been ended at the terminal."}, status_code=503)
    return Response(told, media_type="application/json")


def _billed(bill: Playbill, wanted: _Wanted) -> Playbill:
    unknown = [arm for arm in (wanted.left, wanted.right) if arm not in bill.arms]
    if unknown:
        raise ScenarioError(
            Fault(message=f"{show(arm)} is not an arm of this scenario", allowed=one_of(bill.arms)) for arm in unknown
        )
    chosen = replace(bill, left=wanted.left, right=wanted.right, wishes=tuple(one.wish() for one in wanted.wishes))
    chosen.check()
    return chosen


def _fault_words(error: ValidationError | ScenarioError) -> str:
    if isinstance(error, ScenarioError):
        return str(error)
    return "; ".join(
        ": ".join([*filter(None, [".".join(map(str, found["loc"]))]), found["msg"]]) for found in error.errors()
    )


def _words(bill: Playbill) -> dict[str, object]:
    """What the page is made of before anything is lived."""
    scenario = next(iter(bill.arms.values()))
    levers = [
        {"key": f"{name}.{key}", "words": f"{department.name}: {lever.name}", "low": lever.low, "high": lever.high}
        for name, department in scenario.departments.items()
        for key, lever in levers_of(scenario, name).items()
    ]
    return {
        "title": scenario.title,
        "weeks": scenario.horizon.weeks,
        "arms": bill.titles,
        "left": bill.left,
        "right": bill.right,
        "levers": levers,
        "regimes": REGIMES,
        "weighable": bool(scenario.incentives.shared_metrics),
    }
