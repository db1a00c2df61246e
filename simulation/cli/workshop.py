"""`silosim workshop`: a room plays the departments of several firms, by phone, against the same customers."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import BAD_INPUT, explained, say
from simulation.cli.opening import remarks
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.workshop import Session, Setup
    from simulation.workshop.journal import Synchronous

__all__ = ["workshop"]

_PLAY, _NETWORK = "The play", "How phones reach it"
_SESSION = Path("workshop.session")
_PORT = 8765
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line asked for; None: as the game has it."""

    scenario: str | None
    acts: tuple[str, ...]
    figures: dict[str, Any]


def workshop(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            show_default="four acts",
            help="A scenario whose arms are the acts: a file, or a shipped name.",
        ),
    ] = None,
    act: given.Act = None,
    firms: Annotated[
        int | None,
        typer.Option(min=1, max=60, metavar="N", show_default="4", rich_help_panel=_PLAY, help="Firms side by side."),
    ] = None,
    rounds: given.Rounds = None,
    weeks: given.RoundWeeks = None,
    seconds: given.RoundSeconds = None,
    population: Annotated[
        int | None,
        typer.Option(
            min=100,
            max=20_000,
            metavar="N",
            show_default="2,000",
            rich_help_panel=_PLAY,
            help="People in the market of each firm.",
        ),
    ] = None,
    seed: given.Seed = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", rich_help_panel=_PLAY, help="One person alone: two firms, short rounds, bots, nothing is kept."
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option(
            "--show",
            rich_help_panel=_PLAY,
            help="No play: tell the story of two arms (the first and last --act) on the projector, as `silosim present`.",
        ),
    ] = False,
    session: Annotated[
        Path | None,
        typer.Option(
            "--session",
            metavar="FILE",
            show_default=str(_SESSION),
            rich_help_panel=_PLAY,
            help="Where the session is kept; one that exists goes on.",
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", rich_help_panel=_PLAY, help="Begin anew, and remove the older session in that file."
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--survive-power-cut",
            rich_help_panel=_PLAY,
            help="Wait for the disk with each decision; slower in a burst.",
        ),
    ] = False,
    lan: Annotated[
        bool,
        typer.Option(
            "--lan", rich_help_panel=_NETWORK, help="Let phones on the local network in; otherwise only this machine."
        ),
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="ADDRESS", rich_help_panel=_NETWORK, help="The one address of this machine to listen on."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", rich_help_panel=_NETWORK, help="0: any that is free.")
    ] = _PORT,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            rich_help_panel=_NETWORK,
            help="Only look for what may keep phones out: VPN, firewall, several addresses, port.",
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            metavar="N",
            show_default="one fewer than processors",
            rich_help_panel="How it runs",
            help="Processes that run firms. The results are the same for any number.",
        ),
    ] = None,
    no_browser: given.NoBrowser = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Let a room play the silos: by phone, without internet or accounts.

    Prints an address, a QR code and a short code for the room, and a secret link
    for the facilitator. Every decision is in the session's file before it is
    acknowledged: after a crash, the same command goes on where the room was.

    \b
    Examples:
      silosim workshop --check            what may keep phones out of this room
      silosim workshop --dry-run          try it alone, with bots
      silosim workshop --lan              the four acts, for phones on this network
      silosim workshop mine.yaml --act siloed --act shared --firms 6 --lan
    """
    with explained(debug=debug):
        from simulation.laboratory.extras import needed

        for library in ("starlette", "uvicorn", "websockets", "segno", "psutil"):
            needed(library, extra="web")
        if check:
            raise typer.Exit(_check(port))
        if show:
            _show(scenario, act or [], {"seed": seed, "population": population}, port, not no_browser, quiet)
            return
        figures = {
            "firms": firms,
            "rounds": rounds,
            "weeks": weeks,
            "seconds": seconds,
            "population": population,
            "seed": seed,
        }
        if dry_run:
            short = {"firms": 2, "rounds": 2, "seconds": 60}
            figures = {name: short.get(name) if value is None else value for name, value in figures.items()}
        asked = _Asked(
            scenario=scenario,
            acts=tuple(act or ()),
            figures={name: value for name, value in figures.items() if value is not None},
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "dry-run.session" if dry_run else session or _SESSION
            _serve(
                asked, path, overwrite=overwrite, full=full, lan=lan, host=host, port=port,
                workers=workers, browser=not no_browser, dry_run=dry_run, quiet=quiet,
            )  # fmt: skip


def _show(
    scenario: str | None, acts: list[str], size: dict[str, int | None], port: int, browser: bool, quiet: bool
) -> None:
    from simulation.cli.presenting import tell

    left, right = (acts[0] if acts else None), (acts[-1] if len(acts) > 1 else None)
    tell(scenario or "silo_vs_shared", left=left, right=right, size=size, port=port, browser=browser, quiet=quiet)


def _serve(
    asked: _Asked, path: Path, *, overwrite: bool, full: bool, lan: bool, host: str | None, port: int,
    workers: int | None, browser: bool, dry_run: bool, quiet: bool,
) -> None:  # fmt: skip
    from simulation.views.web.network import PortTaken
    from simulation.views.web.serving import serve
    from simulation.views.web.workshop.starting import listening, started
    from simulation.workshop import JournalRefused

    try:
        served, room_address = listening(host=host, lan=lan, port=port)
        with contextlib.closing(served.socket):
            session, facilitator = _session(asked, path, overwrite=overwrite, full=full, quiet=quiet)
            ready = started(
                session, served, room_address=room_address, facilitator=facilitator,
                workers=workers or max(1, (os.cpu_count() or 2) - 1),
            )  # fmt: skip
            say_it = partial(
                _say,
                ready.join,
                session.state.join_code,
                ready.facilitator,
                path,
                local=not lan and host is None,
                dry_run=dry_run,
                quiet=quiet,
            )
            serve(ready.app, served, opened=ready.facilitator if browser else None, ready=say_it)
    except (PortTaken, JournalRefused) as error:
        say(f"silosim: {error}")
        raise typer.Exit(BAD_INPUT) from None


def _session(asked: _Asked, path: Path, *, overwrite: bool, full: bool, quiet: bool) -> tuple[Session, str]:
    """The session of a file, gone on with or begun; and a facilitator's secret."""
    from simulation.workshop import Session

    remark = remarks(quiet=quiet)
    synchronous: Synchronous = "FULL" if full else "NORMAL"
    now = time.time()
    if path.exists() and not overwrite:
        session = Session.open(path, now=now, synchronous=synchronous)
        remark(f"Going on with the session in {path}: its firms, acts and figures stand. --overwrite begins anew.")
        _warm_up_aside(quiet=quiet)
        return session, session.new_facilitator(now=now)
    _warm_up_aside(quiet=quiet)
    setup = _set_up(asked)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    session, keys = Session.create(path, setup, now=now, synchronous=synchronous)
    return session, keys.facilitator


def _set_up(asked: _Asked) -> Setup:
    """What is played, after one run."""
    from simulation.workshop import default_setup, setup_from
    from simulation.workshop.setup import ACTS

    if asked.scenario is None and not asked.acts:
        return _aside(default_setup, **asked.figures)
    return _aside(setup_from, asked.scenario or ACTS, acts=asked.acts, **asked.figures)


def _warm_up_aside(*, quiet: bool) -> None:
    """Make the engine ready for the worker processes."""
    from simulation.model.target import WIDTH_VARIABLE

    os.environ[WIDTH_VARIABLE] = "auto"  # they must ask for the very code that is made ready
    if not _aside(_warmed_up, quiet=quiet):
        # The temporary folder for its code must last as long as the server, which is larger then.
        warm_up(vector_width="auto", quiet=quiet)


def _warmed_up(*, quiet: bool) -> bool:
    """Make the engine ready; False, and nothing is done, where its code can be kept in a temporary folder only."""
    from simulation.model import cache

    if cache.settle_folder():
        return False
    warm_up(vector_width="auto", quiet=quiet)
    return True


def _aside(work: Callable[..., _Found], *args: Any, **options: Any) -> _Found:
    """Do what needs the engine in a process of its own: the server itself never loads it, and stays small."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *args, **options).result()


def _say(join: str, code: str, facilitator: str, path: Path, *, local: bool, dry_run: bool, quiet: bool) -> None:
    from simulation.views.web.workshop.starting import qr_code

    if not quiet:
        typer.echo(qr_code(f"{join}j/{code}"))
    typer.echo(f"The room:         {join}   code {code}")
    typer.echo(f"The facilitator:  {facilitator}   (secret: do not show it)")
    if local:
        typer.echo("Only this machine can open these. For phones: --lan")
    if dry_run:
        typer.echo(
            "A dry run: open the room's address in another tab and take a seat; bots play the others. Nothing is kept."
        )
    else:
        typer.echo(f"Kept in {path}; if this stops, the same command goes on.")
    typer.echo("Ctrl-C ends.")
    sys.stdout.flush()


def _check(port: int) -> int:
    """Say what may keep phones out; the exit code says whether a trap was found."""
    from simulation.views.web.network import PortTaken, addresses, findings, way_out
    from simulation.views.web.serving import bound

    taken = None
    try:
        bound(port=port).socket.close()
    except PortTaken as error:
        taken = str(error)
    found = findings(addresses(), out=way_out(), port=port, port_taken=taken)
    marks = {"well": "well ", "mind": "MIND ", "trap": "TRAP "}
    for finding in found:
        say(f"{marks[finding.level]} {finding.what}")
        if finding.do:
            say(f"      {finding.do}")
    return BAD_INPUT if any(finding.level == "trap" for finding in found) else 0
