"""The options that several commands share, each with its words for --help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer

__all__ = [
    "Act",
    "AlignmentOut",
    "AnswerOut",
    "Arm",
    "AttributionOut",
    "Debug",
    "Deck",
    "EngineName",
    "ExportOut",
    "NoBrowser",
    "NoCharts",
    "OptimumOut",
    "Out",
    "Overwrite",
    "OverwriteFile",
    "Population",
    "Port",
    "Precision",
    "Quiet",
    "Replication",
    "Replications",
    "ReplicationsOut",
    "Report",
    "RoundSeconds",
    "RoundWeeks",
    "Rounds",
    "ScenarioArgument",
    "Seed",
    "StoryOut",
    "Threads",
    "VectorWidth",
    "Weeks",
    "Workbook",
    "Workers",
    "estimate_option",
    "out_option",
]

_SIZE, _MACHINE, _OUTPUT = "Size of the run", "How it runs", "What comes out"
_PLAY, _PAGE = "The play", "The page"
_AS_GIVEN = "as in the scenario"

ScenarioArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
]
Arm: TypeAlias = Annotated[
    str | None, typer.Option("--arm", show_default="the first", help="Name of the arm to run.", metavar="NAME")
]
Replications: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=100_000,
        show_default=_AS_GIVEN,
        metavar="N",
        rich_help_panel=_SIZE,
        help="How often everything is repeated with other luck (the same luck in every arm).",
    ),
]
Replication: TypeAlias = Annotated[
    int, typer.Option("--replication", min=0, max=99_999, metavar="N", help="Which replication; 0 is the first.")
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=2**63 - 1,
        show_default=_AS_GIVEN,
        metavar="N",
        rich_help_panel=_SIZE,
        help="Number that all luck follows from: same seed, same results.",
    ),
]
Population: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=10, max=20_000_000, show_default=_AS_GIVEN, metavar="N", rich_help_panel=_SIZE, help="People in the market."
    ),
]
Weeks: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1, max=5200, show_default=_AS_GIVEN, metavar="N", rich_help_panel=_SIZE, help="Weeks after burn-in."
    ),
]
Precision: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=1e-6,
        show_default="off",
        rich_help_panel=_SIZE,
        metavar="POINTS",
        help="Go on (from --replications, at least 10, to at most 1,000) until the 95 % half-width of the loyalty "
        "difference to the first arm is no wider than this in any arm.",
    ),
]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1024,
        show_default="one per processor",
        metavar="N",
        rich_help_panel=_MACHINE,
        help="Processes that share the replications. The results are the same for any number.",
    ),
]
Threads: TypeAlias = Annotated[
    int,
    typer.Option(
        min=1, max=1024, metavar="N", rich_help_panel=_MACHINE, help="Threads of the compiled engine in each process."
    ),
]
EngineName: TypeAlias = Annotated[
    Literal["compiled", "plain"],
    typer.Option(
        "--engine", rich_help_panel=_MACHINE, help="compiled: fast. plain: readable Python, slow, same numbers."
    ),
]
VectorWidth: TypeAlias = Annotated[
    Literal["auto", "128", "256", "512"],
    typer.Option(
        "--vector-width",
        envvar="SILOSIM_VECTOR_WIDTH",
        rich_help_panel=_MACHINE,
        help="Bits of the processor's vectors that the compiled engine works with. The results are the same for any width.",
    ),
]


def out_option(default: str, of: str = "results") -> Any:
    """Return the option --out of a command: the folder by default, and what goes into it."""
    return typer.Option(
        "--out",
        show_default=f"results/{default}",
        rich_help_panel=_OUTPUT,
        metavar="FOLDER",
        help=f"Folder for the {of}; one that exists is refused.",
    )


def estimate_option(panel: str) -> Any:
    """Return the option --estimate of a command, in a panel of its help."""
    return typer.Option("--estimate", rich_help_panel=panel, help="Only say how many runs it takes and how long.")


Out: TypeAlias = Annotated[Path | None, out_option("<scenario>")]
ExportOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-export", "tables")]
ReplicationsOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-replications", "tables and charts")]
AnswerOut: TypeAlias = Annotated[Path | None, out_option("<sweep>-<command>", "answer")]
AttributionOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-attribution")]
AlignmentOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-alignment")]
OptimumOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-optimum")]
StoryOut: TypeAlias = Annotated[Path | None, out_option("<scenario>-story", "story")]
Overwrite: TypeAlias = Annotated[
    bool, typer.Option("--overwrite", rich_help_panel=_OUTPUT, help="Replace an older folder of results.")
]
OverwriteFile: TypeAlias = Annotated[
    bool, typer.Option("--overwrite", rich_help_panel=_OUTPUT, help="Replace an older file.")
]
Report: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--report", rich_help_panel=_OUTPUT, help="Write report.html, too: the whole answer as one page to hand over."
    ),
]
Workbook: TypeAlias = Annotated[
    bool,
    typer.Option("--xlsx", rich_help_panel=_OUTPUT, help="Write report.xlsx, too: every figure with unit and note."),
]
Deck: TypeAlias = Annotated[
    bool,
    typer.Option("--pptx", rich_help_panel=_OUTPUT, help="Write report.pptx, too: slides to edit, one message each."),
]
Act: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--act",
        metavar="ARM",
        show_default="all",
        rich_help_panel=_PLAY,
        help="An arm to play; may be given again, in the order of the play.",
    ),
]
Rounds: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=40, metavar="N", show_default="5", rich_help_panel=_PLAY, help="Rounds of an act."),
]
RoundWeeks: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--weeks", min=1, max=52, metavar="N", show_default="12", rich_help_panel=_PLAY, help="Weeks of a round."
    ),
]
RoundSeconds: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--seconds",
        min=10,
        max=3600,
        metavar="N",
        show_default="150",
        rich_help_panel=_PLAY,
        help="Time to decide in a round.",
    ),
]
Port: TypeAlias = Annotated[
    int,
    typer.Option(
        "--port",
        min=0,
        max=65_535,
        metavar="N",
        show_default="any that is free",
        rich_help_panel=_PAGE,
        help="Where on this computer the page is.",
    ),
]
NoBrowser: TypeAlias = Annotated[
    bool, typer.Option("--no-browser", rich_help_panel=_PAGE, help="Open no browser; only print the page's address.")
]
NoCharts: TypeAlias = Annotated[bool, typer.Option("--no-charts", rich_help_panel=_OUTPUT, help="Draw no charts.")]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", rich_help_panel=_OUTPUT, help="No progress and no remarks; faults still show.")
]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="When something fails, show where in the program.")]
