"""What `silosim new` does: asks a few questions, or takes them as options, and writes a scenario to start from."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import BAD_INPUT, explained, say

__all__ = ["new"]

_FIRM, _RUN = "The firm", "What is compared"


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that exists is left alone.")],
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FIRM",
            rich_help_panel=_FIRM,
            help="The firm to start from: a shipped scenario, a small world, or a file.",
            show_default="baseline",
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", rich_help_panel=_FIRM, help="Name of the firm.")
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", metavar="TEXT", rich_help_panel=_FIRM, help="What you want to know.")
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(
            "--drop",
            metavar="DEPARTMENT=OTHER",
            rich_help_panel=_FIRM,
            help="A department that the firm does not have, and who runs its touchpoints; may be given again.",
        ),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            "--rename",
            metavar="DEPARTMENT=NAME",
            rich_help_panel=_FIRM,
            help="Another name for a department; may be given again.",
        ),
    ] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure",
            metavar="KEY=VALUE",
            rich_help_panel=_FIRM,
            help="A key figure: churn, price.OFFER, margin.OFFER, reach.TOUCHPOINT; may be given again.",
        ),
    ] = None,
    arms: Annotated[
        str | None,
        typer.Option(
            "--arms",
            metavar="A,B",
            rich_help_panel=_RUN,
            help="Any of siloed, shared_metrics, pooled_data, council, accountability; the first is the yardstick.",
            show_default="as in the firm to start from",
        ),
    ] = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing, on a terminal either.")] = False,
    overwrite: given.OverwriteFile = False,
    debug: given.Debug = False,
) -> None:
    """Write a commented scenario to start from: on a terminal by a few questions.

    Whatever an option answers is not asked. Every answer is checked at once; Ctrl-C writes nothing. Without a terminal,
    or with --no-input, options alone decide; without any of them a starter with examples is written.

    \b
    Examples:
      silosim new mine.yaml
      silosim new mine.yaml --name "Nordic Home" --drop billing=service --arms siloed,council --figure churn=0.3
      silosim new mine.yaml --from software_vendor --no-input
    """
    with explained(debug=debug):
        from simulation.cli.interview import Given, answers_from, at_terminal, interview

        answered = Given(
            start=start,
            title=title,
            question=question,
            drop=tuple(drop or ()),
            rename=tuple(rename or ()),
            arms=arms,
            population=population,
            weeks=weeks,
            figures=tuple(figure or ()),
        )
        asks = at_terminal() and not no_input
        if (
            path.exists()
            and not overwrite
            and not (asks and typer.confirm(f"{path} exists already. Replace it?", err=True))
        ):
            say(
                f"silosim: {path} exists already and is left alone; name another file, or add --overwrite to replace it"
            )
            raise typer.Exit(BAD_INPUT)
        if asks:
            _write(path, interview(answered).text_for(path))
        elif answered == Given():
            from simulation.scenario.loading import starter

            _write(path, starter().replace("THIS_FILE", path.name))
        else:
            _write(path, answers_from(answered).text_for(path))


def _write(path: Path, text: str) -> None:
    from simulation.analysis.folder import write_file

    write_file(path, text.encode(), overwrite=True)
    say(f"Written: {path}. Next: silosim validate {path}")
