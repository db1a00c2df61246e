"""What `silosim money` does: read a folder of results, say what it means in money, write a table and a picture beside it."""

from __future__ import annotations

import math
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import remarks

if TYPE_CHECKING:
    from simulation.analysis.comparison import Comparison

__all__ = ["money"]


def money(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that compare left.")],
    cost: Annotated[
        float,
        typer.Option(
            "--cost", min=0.0, metavar="MONEY",
            help="A one-off cost of the change, for the whole simulated market: a council's start, a data platform. What it costs "
            "while it runs is in the profit already, as far as the scenario has it.",
        ),
    ] = 0.0,
    overwrite: given.OverwriteFile = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Say what a comparison means in money: what the first arm forgoes, and when a change has paid back.

    Prints what is clear, and leaves money.csv (revenue, cost to serve, bonus, acquisition against retention, lifetime value,
    pay-back; all with intervals over replications) and money.png in the folder. Not for a budget: sizes are assumed.

    \b
    Examples:
      silosim money results/silo_vs_shared
      silosim money results/cx_council --cost 20000 --overwrite
    """
    with explained(debug=debug):
        from simulation.analysis.folder import FolderRefused
        from simulation.analysis.reading import read
        from simulation.scenario.faults import Fault, ScenarioError

        if not math.isfinite(cost):
            raise ScenarioError([Fault(key="--cost", message=f"{cost} is no amount of money")])
        table, picture = folder / "money.csv", folder / "money.png"
        for path in (table, picture):
            if path.exists() and not overwrite:
                raise FolderRefused(f"{path} exists already: add --overwrite to replace it")
        compared = read(folder).comparison
        _write(compared, table, picture, cost=cost, overwrite=overwrite)
        for line in _lines(compared, cost):
            typer.echo(line)
        remarks(quiet=quiet)(f"Written: {table} and {picture}")


def _write(compared: Comparison, table: Path, picture: Path, *, cost: float, overwrite: bool) -> None:
    """Write the table and the picture, each whole or not at all."""
    import tempfile
    from pathlib import Path as RealPath

    from simulation.laboratory.money.figures import money_table
    from simulation.views.money_chart import money_chart
    from simulation.views.saving import add_file, neutralised
    from simulation.views.style import look, save

    text = neutralised(money_table(compared, cost=cost)).to_csv(index=False, lineterminator="\n")
    with tempfile.TemporaryDirectory() as hidden, look():
        (drawn,) = save(money_chart(compared, cost=cost), RealPath(hidden), "money")
        content = drawn.read_bytes()
    add_file(table, text.encode(), overwrite=overwrite)
    add_file(picture, content, overwrite=overwrite)


def _lines(compared: Comparison, cost: float) -> list[str]:
    """What is printed: the tax against each other arm, then when each has paid back."""
    from simulation.laboratory.money.columns import TAXES, money_columns
    from simulation.laboratory.money.figures import money_values
    from simulation.laboratory.money.pay_back import cumulative_difference, pay_back
    from simulation.views.report.money import CAVEAT, pay_back_words, tax_sentence
    from simulation.views.report.numbers import rows_from

    columns, values = money_columns(compared.scenario.market.currency), money_values(compared)
    rows = {name: rows_from(columns[name], values[name]) for name in TAXES}
    lines = []
    for arm in list(compared.arm_titles)[1:]:
        lines.append(tax_sentence(compared, {name: rows[name][arm] for name in TAXES}, arm))
        lines.append(pay_back_words(compared, arm, pay_back(cumulative_difference(compared, arm), cost=cost)))
    return [*(lines or ["One arm only: there is nothing to compare it with."]), CAVEAT]
