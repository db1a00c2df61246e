"""`silosim attribute`: which department is behind the gap between two arms."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulation.cli import options as given
from simulation.cli.costing import runs_take, seconds_of
from simulation.cli.failures import INTERRUPTED, explained
from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from simulation.laboratory.attribution.attribution import Played
    from simulation.laboratory.attribution.coalition_game import Game
    from simulation.scenario.loading import LoadedScenario

__all__ = ["attribute"]

_WHAT = "What is asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line asked for; None: as in the scenario, or the default."""

    first: str | None
    second: str | None
    kind: Literal["recorded", "relearning", "both"]
    outcome: str
    over: Literal["last", "all"]
    permutations: int | None


def attribute(
    scenario: given.ScenarioArgument,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="ARM", show_default="the first", rich_help_panel=_WHAT, help="Arm to count from."
        ),
    ] = None,
    second: Annotated[
        str | None,
        typer.Option("--to", metavar="ARM", show_default="the last", rich_help_panel=_WHAT, help="Arm to count to."),
    ] = None,
    kind: Annotated[
        Literal["recorded", "relearning", "both"],
        typer.Option(
            "--kind",
            rich_help_panel=_WHAT,
            help="recorded: departments play the levers recorded in either arm. relearning: they live under either arm's "
            "terms and learn anew. Every figure says which.",
        ),
    ] = "both",
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome",
            metavar="FIGURE",
            rich_help_panel=_WHAT,
            help="Any weekly figure: loyalty, profit, nps, a KPI, ...",
        ),
    ] = "loyalty",
    over: Annotated[
        Literal["last", "all"],
        typer.Option(
            "--over", rich_help_panel=_WHAT, help="last: mean of the last 52 weeks, as in compare. all: of all weeks."
        ),
    ] = "last",
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            min=1,
            max=10_000,
            metavar="PAIRS",
            show_default="all coalitions",
            rich_help_panel=_WHAT,
            help="Sample so many pairs of orders in each replication instead of living all coalitions: for many departments.",
        ),
    ] = None,
    estimate: Annotated[bool, given.estimate_option(_WHAT)] = False,
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    out: given.AttributionOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Say how much of the gap between two arms is due to each department.

    Exact Shapley values: every coalition of departments lives as in the second
    arm while the others live as in the first, with the same customers and luck.
    The parts add up to the gap. What an arm changes for all at once (who sees
    what, a council) is a player of its own. Seven departments take 128 runs a
    replication and kind; the cost is said first.

    \b
    Examples:
      silosim attribute silo_vs_shared --from siloed --to shared_and_pooled
      silosim attribute silo_vs_shared --kind recorded --outcome profit --replications 40
      silosim attribute mine.yaml --from a --to b --estimate
    """
    with explained(debug=debug):
        asked = _Asked(first=first, second=second, kind=kind, outcome=outcome, over=over, permutations=permutations)
        horizon = {"replications": replications, "seed": seed, "population": population, "weeks": weeks}
        loaded, games = _games(scenario, asked, horizon)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        from simulation.analysis.folder import check_folder
        from simulation.analysis.parallel import default_workers

        folder = folder_of(out, loaded, "attribution")
        if not estimate:
            check_folder(folder, overwrite=overwrite)
        warm_up(vector_width=vector_width, quiet=quiet)
        hands = default_workers() if workers is None else workers
        for line in _cost(games, hands):
            typer.echo(line) if estimate else remark(line)
        if estimate:
            return
        played, interrupted = _played(games, hands, quiet=quiet)
        tables = _write(played, loaded, folder, overwrite=overwrite, charts=not no_charts)
        _say(played, tables)
        remark(f"Results are in {folder}")
        if interrupted:
            kept = ", ".join(f"{len(each.lived)} {each.game.kind}" for each in played)
            remark(f"Interrupted: finished replications are kept ({kept}).")
            raise typer.Exit(INTERRUPTED)


def _games(scenario: str, asked: _Asked, horizon: dict[str, int | None]) -> tuple[LoadedScenario, list[Game]]:
    """Read the scenario and make the games that were asked for; every fault is told before anything runs."""
    from simulation.analysis.choosing import chosen_arms, overridden
    from simulation.laboratory.attribution.coalition_game import KINDS, game_between
    from simulation.scenario.faults import Fault, ScenarioError, show
    from simulation.scenario.loading import load

    loaded = overridden(load(scenario), horizon)
    names = list(loaded.arms)
    first, second = asked.first or names[0], asked.second or names[-1]
    if first == second in loaded.arms:
        message = f"a gap takes two arms: from and to are both {show(first)}"
        raise ScenarioError([Fault(message, file=loaded.path.name if loaded.path else "")])
    arms = chosen_arms(loaded, [first, second])
    given = loaded.scenario.horizon
    kinds = [kind for kind in KINDS if asked.kind in (kind, "both")]
    games = [
        game_between(
            arms, first=first, second=second, kind=kind, outcome=asked.outcome, over=asked.over, seed=given.seed,
            replications=given.replications, permutations=asked.permutations, titles=loaded.arm_titles,
        )
        for kind in kinds
    ]  # fmt: skip
    return loaded, games


def _cost(games: Sequence[Game], workers: int) -> list[str]:
    """Return what it will take, measured by one run of the first arm."""
    from simulation.analysis.run import run_arm

    each = seconds_of(lambda: run_arm("", games[0].first, seed=games[0].seed))
    return [
        f"{game.kind}: {len(game.players)} player(s): {', '.join(player.label for player in game.players)}. "
        f"At most {runs_take(game.runs, each, workers)}."
        for game in games
    ]


def _played(games: Sequence[Game], workers: int, *, quiet: bool) -> tuple[list[Played], bool]:
    """Play one game after the other; return what was finished, and whether Ctrl-C ended it."""
    from rich.console import Console

    from simulation.laboratory.attribution.attribution import play

    played: list[Played] = []
    for game in games:
        try:
            with shown_progress(Console(stderr=True), quiet=quiet, what=f"runs {game.kind}") as progress:
                played.append(play(game, workers=workers, progress=progress))
        except KeyboardInterrupt:
            if not played:
                raise
            return played, True
        if played[-1].interrupted:
            return played, True
    return played, False


def _write(
    played: Sequence[Played], loaded: LoadedScenario, folder: Path, *, overwrite: bool, charts: bool
) -> list[pd.DataFrame]:
    """Write the folder whole or not at all, and return the tables."""
    import pandas as pd

    from simulation.analysis.folder import CHARTS, whole
    from simulation.analysis.storage import circumstances, write_csv, write_provenance
    from simulation.laboratory.attribution.tables import attributed, values_frame
    from simulation.views.laboratory.attribution_words import attribution_page

    tables = [attributed(each) for each in played]
    with whole(folder, overwrite=overwrite) as hidden:
        write_csv(pd.concat(tables, ignore_index=True), hidden / "attribution.csv")
        write_csv(pd.concat([values_frame(each) for each in played], ignore_index=True), hidden / "coalitions.csv")
        page = attribution_page([(each.game, table) for each, table in zip(played, tables, strict=True)])
        (hidden / "attribution.md").write_text(page, encoding="utf-8", newline="\n")
        own = {"attribution": [_told(each) for each in played]}
        told = circumstances(own, raw=loaded.raw, scenario_hash=loaded.hash, command=["silosim", *sys.argv[1:]])
        write_provenance(told, hidden)
        if charts:
            from simulation.views.laboratory.attribution_chart import save_attribution_chart

            (hidden / CHARTS).mkdir()
            for each, table in zip(played, tables, strict=True):
                save_attribution_chart(each.game, table, hidden / CHARTS)
    return tables


def _told(played: Played) -> dict[str, object]:
    """Return what a game was, for the provenance."""
    game = played.game
    return {
        "kind": game.kind,
        "from": game.names[0],
        "to": game.names[1],
        "outcome": game.outcome,
        "over": "last 52 weeks" if game.over == "last" else "all weeks",
        "seed": game.seed,
        "replications": len(played.lived),
        "permutations": game.permutations,
        "players": {player.name: player.label for player in game.players},
        "interrupted": played.interrupted,
    }


def _say(played: Sequence[Played], tables: Sequence[pd.DataFrame]) -> None:
    """Print what was found; stdout is for results."""
    from simulation.views.laboratory.attribution_words import sentences

    for each, table in zip(played, tables, strict=True):
        for line in sentences(each.game, table):
            typer.echo(line)
