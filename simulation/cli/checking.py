"""What `silosim validate` and `silosim schema` do: say what is wrong with scenario files, and what may stand in them."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.opening import say_warnings

if TYPE_CHECKING:
    from simulation.scenario.faults import Fault
    from simulation.scenario.loading import LoadedScenario

__all__ = ["schema", "validate"]


def validate(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files, or shipped names.")],
    debug: given.Debug = False,
) -> None:
    """Check scenario files: every fault at once, with file, line, key and what is allowed.

    \b
    Example:
      silosim validate mine.yaml
    """
    with explained(debug=debug):
        from simulation.scenario.faults import ScenarioError
        from simulation.scenario.loading import load

        faults: list[Fault] = []
        for name in scenarios:
            try:
                typer.echo(_verdict(name, load(name)))
            except ScenarioError as error:
                faults += error.faults
        if faults:
            raise ScenarioError(faults)


def _verdict(name: str, loaded: LoadedScenario) -> str:
    say_warnings(loaded, say)
    parts = loaded.scenario
    return (
        f"{name}: valid ({len(loaded.arms)} arm(s), {len(parts.departments)} departments, "
        f"{len(parts.journey)} touchpoints, {len(parts.kpis)} KPIs, {len(loaded.warnings)} warning(s))"
    )


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", show_default="printed", help="File to write it to.")
    ] = None,
    overwrite: given.OverwriteFile = False,
    debug: given.Debug = False,
) -> None:
    """Give the JSON Schema of scenario files, so that an editor completes and checks them.

    With the YAML extension of VS Code, and most others, put this first line into a scenario:

    \b
      # yaml-language-server: $schema=silosim.schema.json

    \b
    Example:
      silosim schema --out silosim.schema.json
    """
    with explained(debug=debug):
        from simulation.analysis.folder import write_file
        from simulation.scenario.schema import json_schema

        text = json.dumps(json_schema(), indent=2)
        if out is None:
            typer.echo(text)
        else:
            write_file(out, f"{text}\n".encode(), overwrite=overwrite)
