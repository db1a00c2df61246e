"""The commands that read a finished sweep: `sensitivity`, `map` and `discover`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.asking import Answer, Asking, answer
from simulation.cli.failures import explained

if TYPE_CHECKING:
    from simulation.laboratory.answers.swept import Asked

__all__ = ["discover", "pay_map", "sensitivity"]

_QUESTION = "The question"
SweepFolder: TypeAlias = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that silosim sweep wrote.")]
Outcomes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome", metavar="NAME", show_default="those of the sweep file", rich_help_panel=_QUESTION,
        help="Metric or KPI to ask about; may be given again.",
    ),
]  # fmt: skip
AskedArm: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--arm", metavar="NAME", show_default="the second of two arms", rich_help_panel=_QUESTION,
        help="Arm to ask about.",
    ),
]  # fmt: skip
Against: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="NAME", show_default="the first arm", rich_help_panel=_QUESTION,
        help="Arm to compare it with: the paired difference between the two is asked about.",
    ),
]  # fmt: skip
AgainstOrNone: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="NAME", show_default="the first arm; with --arm: none", rich_help_panel=_QUESTION,
        help="Arm to compare it with: the paired difference between the two is asked about, not the arm's own outcome.",
    ),
]  # fmt: skip
SoFar: TypeAlias = Annotated[
    bool, typer.Option("--so-far", rich_help_panel=_QUESTION, help="Answer from an unfinished sweep, too.")
]


def sensitivity(
    folder: SweepFolder,
    outcome: Outcomes = None,
    arm: AskedArm = None,
    against: AgainstOrNone = None,
    resamples: Annotated[
        int,
        typer.Option(
            "--resamples", min=100, max=100_000, metavar="N", rich_help_panel=_QUESTION,
            help="Bootstrap resamples for the intervals of Sobol' and Morris.",
        ),
    ] = 1000,
    so_far: SoFar = False,
    out: given.AnswerOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Say which factors move an outcome, or decide whether one arm pays against another.

    The sweep's design says how: sobol gives the share of the variance that each factor has a part in, morris the
    mean size of its effect from few runs, one_at_a_time a tornado. Each with 95 % intervals, and with what luck is
    left in it.

    \b
    Examples:
      silosim sensitivity results/first --outcome loyalty --arm shared_and_pooled --against siloed
      silosim sensitivity results/first --outcome profit --arm siloed
    """
    asking = Asking(folder=folder, outcomes=outcome, arm=arm, against=against, so_far=so_far, out=out,
                    overwrite=overwrite, charts=not no_charts, quiet=quiet)  # fmt: skip

    def make(asked: Asked) -> Answer:
        from simulation.laboratory.answers.columns import labelled
        from simulation.laboratory.answers.sensitivity import sensitivity as analysed
        from simulation.views.laboratory.moved_words import sensitivity_sentences, sensitivity_title
        from simulation.views.laboratory.sensitivity_charts import sensitivity_page

        found = analysed(asked, resamples=resamples)
        return Answer(
            title=sensitivity_title(found),
            sentences=sensitivity_sentences(found),
            tables={"sensitivity": labelled(asked, found.table)},
            draw=lambda: sensitivity_page(found),
        )

    with explained(debug=debug):
        answer(asking, "sensitivity", make, difference=False)


def pay_map(
    folder: SweepFolder,
    x: Annotated[str, typer.Option("--x", metavar="FACTOR", rich_help_panel=_QUESTION, help="Factor across.")],
    y: Annotated[str, typer.Option("--y", metavar="FACTOR", rich_help_panel=_QUESTION, help="Factor up.")],
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at", metavar="FACTOR=LEVEL", rich_help_panel=_QUESTION,
            help="Hold another factor at a level; else the map averages over its levels. May be given again.",
        ),
    ] = None,
    outcome: Outcomes = None,
    arm: AskedArm = None,
    against: Against = None,
    so_far: SoFar = False,
    out: given.AnswerOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Draw where one arm wins against another, loses, or cannot be told apart, over any two factors.

    Needs a sweep over a grid (full_factorial, or a table of one). Says on which share of the map it wins and loses,
    where it turns, and how many replications would tell the rest. That there are many cells is accounted for.

    \b
    Examples:
      silosim map results/first --x weight --y noise
      silosim map results/first --x weight --y noise --outcome loyalty --arm shared --against siloed --at repurchase=3
    """
    asking = Asking(folder=folder, outcomes=outcome, arm=arm, against=against, so_far=so_far, out=out,
                    overwrite=overwrite, charts=not no_charts, quiet=quiet)  # fmt: skip

    def make(asked: Asked) -> Answer:
        from simulation.laboratory.answers.columns import labelled
        from simulation.laboratory.answers.paying import pay_map as mapped
        from simulation.views.laboratory.pay_map_chart import pay_map_page, pay_map_sentences, pay_map_title

        found = mapped(asked, x, y, at=_pairs(at or []))
        return Answer(
            title=pay_map_title(found),
            sentences=pay_map_sentences(found),
            tables={"map": labelled(asked, found.cells), "turns": labelled(asked, found.turns)},
            draw=lambda: pay_map_page(found),
        )

    with explained(debug=debug):
        answer(asking, "map", make, difference=True)


def discover(
    folder: SweepFolder,
    outcome: Outcomes = None,
    arm: AskedArm = None,
    against: Against = None,
    better_than: Annotated[
        float | None,
        typer.Option(
            "--better-than", metavar="AMOUNT", show_default="off: its 95 % interval leaves out zero",
            rich_help_panel=_QUESTION, help="A point counts where its mean is better than this, in the outcome's unit.",
        ),
    ] = None,
    so_far: SoFar = False,
    out: given.AnswerOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Find the boxes in the space of factors in which one arm pays against another (scenario discovery, PRIM).

    Needs a sweep over many points, best a latin_hypercube. A box is found on half of the points and must stand on
    the other half; where none does, that is the answer.

    \b
    Examples:
      silosim discover results/first --outcome loyalty --arm shared_and_pooled --against siloed
      silosim discover results/first --outcome profit --better-than 0
    """
    asking = Asking(folder=folder, outcomes=outcome, arm=arm, against=against, so_far=so_far, out=out,
                    overwrite=overwrite, charts=not no_charts, quiet=quiet)  # fmt: skip

    def make(asked: Asked) -> Answer:
        from simulation.laboratory.answers.columns import labelled
        from simulation.laboratory.answers.discovery import discover as discovered
        from simulation.laboratory.answers.swept import refused
        from simulation.views.laboratory.discovered import discovery_page, discovery_sentences, discovery_title

        if better_than is not None and not math.isfinite(better_than):
            raise refused(
                "--better-than",
                f"{better_than:g} is no amount",
                allowed="any number of the outcome's unit, as in 0 or -2.5",
            )
        found = discovered(asked, threshold=better_than)
        return Answer(
            title=discovery_title(found),
            sentences=discovery_sentences(found),
            tables={"boxes": labelled(asked, found.limits()), "checks": labelled(asked, found.checks())},
            draw=lambda: discovery_page(found),
        )

    with explained(debug=debug):
        answer(asking, "discover", make, difference=True)


def _pairs(texts: list[str]) -> dict[str, str]:
    """Return `FACTOR=LEVEL` by factor."""
    from simulation.laboratory.answers.swept import refused

    found = {}
    for text in texts:
        name, equals, level = text.partition("=")
        if not (name and equals and level):
            raise refused("--at", f"{text!r} is not FACTOR=LEVEL")
        found[name] = level
    return found
