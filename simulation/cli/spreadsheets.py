"""What `silosim template` and `silosim import` do: a firm as a spreadsheet to fill in, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.opening import refuse_existing, say_warnings

__all__ = ["import_firm", "template_of"]


def template_of(
    path: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write; one that exists is refused.")
    ],
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="What fills it: a scenario file, or a shipped scenario.")
    ] = "baseline",
    overwrite: given.OverwriteFile = False,
    debug: given.Debug = False,
) -> None:
    """Write a spreadsheet to fill in: the firm, its departments, touchpoints, levers, KPIs and arms.

    Every column says what it is and what is allowed, with drop-downs where there is a choice. Filled in by whoever knows
    the firm, it becomes a scenario by silosim import.

    \b
    Examples:
      silosim template our_firm.xlsx
      silosim template our_firm.xlsx software_vendor
    """
    with explained(debug=debug):
        from simulation.analysis.folder import write_file
        from simulation.laboratory.spreadsheet import template
        from simulation.scenario.library import shipped
        from simulation.scenario.loading import load

        _check(path, ".xlsx", overwrite=overwrite)
        loaded = load(scenario)
        name = scenario if scenario in shipped() else _named(Path(scenario), path.parent)
        write_file(path, template(loaded, name=name), overwrite=overwrite)
        say(f"Written: {path}. Fill it in, then: silosim import {path} {path.with_suffix('.yaml')}")


def import_firm(
    path: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", help="A workbook that silosim template wrote, filled in.")
    ],
    scenario: Annotated[
        Path, typer.Argument(metavar="SCENARIO.yaml", help="The scenario to write; one that exists is refused.")
    ],
    overwrite: given.OverwriteFile = False,
    debug: given.Debug = False,
) -> None:
    """Turn a filled spreadsheet into a scenario; every bad cell is named, with what is allowed there.

    The scenario says only what differs from the one that the template was filled from. Formulas and macros are refused:
    nothing in the workbook is carried out. `58 %`, `0,58` and `0.58` are the same share.

    \b
    Example:
      silosim import our_firm.xlsx our_firm.yaml
    """
    with explained(debug=debug):
        from simulation.analysis.folder import write_file
        from simulation.laboratory.spreadsheet import read_firm

        _check(scenario, ".yaml", ".yml", overwrite=overwrite)
        found = read_firm(path, target=scenario)
        for remark in found.remarks:
            say(remark)
        say_warnings(found.loaded, say)
        write_file(scenario, found.text.encode(), overwrite=overwrite)
        onto = f" (extends {found.extends})" if found.extends else ""
        say(f"Written: {scenario}{onto}. Next: silosim show {scenario}")


def _check(path: Path, *endings: str, overwrite: bool) -> None:
    from simulation.analysis.folder import FolderRefused

    if path.suffix.lower() not in endings:
        raise FolderRefused(f"{path}: the file must end in {' or '.join(endings)}")
    refuse_existing(path, overwrite=overwrite)


def _named(scenario: Path, folder: Path) -> str:
    """A scenario file as a workbook in this folder names it."""
    import os

    try:
        return Path(os.path.relpath(scenario.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return scenario.resolve().as_posix()
