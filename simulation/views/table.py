"""The summary of a comparison as a short table in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from simulation.views.words import (
    Row,
    amount,
    amount_with_sign,
    decimals_for,
    interval_words,
    quoted,
    row_of,
    short_unit,
    size_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from simulation.views.compared import Compared

__all__ = ["difference_text", "print_summary", "signs_for"]

ARMS_A_TABLE = 4
"""More arms than this are stacked in further tables."""
SENTENCES = 4
"""At most so many sentences below the tables."""
TOO_FEW, EVERY = "too few replications to tell", "in every replication"
"""Said where the spread between replications is not known, and where there is none."""
_CUSTOMERS = ("loyalty", "nps", "retention", "complaints")
_MONEY = ("profit", "bonus", "profit_at_equal_bonus")
_UNICODE, _ASCII = ("▲", "▼"), ("(+)", "(-)")
"""Signs for better and worse."""


def print_summary(comparison: Compared, console: Console) -> None:
    """Print what each arm reaches, the paired differences to the first arm, and both in a few sentences.

    Where the interval of a difference covers zero the table says `no clear difference`, and no sentence claims one.
    From fewer than 3 replications nothing is told; a difference that is the same in each of 6 or more is told without
    an interval.
    """
    first, *others = comparison.arm_titles
    signs = signs_for(console)
    for arms in _chunks([first, *others], ARMS_A_TABLE):
        console.print(_means(comparison, arms, room=console.width))
    for arms in _chunks(others, ARMS_A_TABLE - 1):
        console.print(_differences(comparison, arms, signs=signs, room=console.width))
    for sentence in _sentences(comparison, others):
        console.print(Text(sentence if signs is _UNICODE else sentence.replace("“", '"').replace("”", '"')))


def signs_for(console: Console) -> tuple[str, str]:
    """Signs for better and worse that the console can show."""
    return _UNICODE if console.encoding.lower().startswith("utf") else _ASCII


def _chunks(arms: Sequence[str], size: int) -> list[list[str]]:
    return [list(arms[at : at + size]) for at in range(0, len(arms), size)]


def _metrics(comparison: Compared) -> list[tuple[str, str, bool]]:
    """Metric, its name in the table, and whether a line is drawn below: customers, departments' KPIs, money."""
    scenario, summary = comparison.scenario, set(comparison.summary["metric"])
    kpis = [
        (kpi, f"{department.name}: {scenario.kpis[kpi].name}")
        for department in scenario.departments.values()
        for kpi in department.kpis
    ]
    rows: list[tuple[str, str, bool]] = []
    for block in ([(name, "") for name in _CUSTOMERS], kpis, [(name, "") for name in _MONEY]):
        known = [(metric, name) for metric, name in block if metric in summary]
        rows += [(metric, name, at == len(known)) for at, (metric, name) in enumerate(known, start=1)]
    return rows


def _table(title: str, caption: str) -> Table:
    return Table(
        title=Text(title),
        caption=caption,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
    )


def _widths(room: int, *, columns: int, wanted: int, least: int, last: float = 0.0) -> tuple[int, int, int]:
    """Widths of the label, of each of `columns` columns of figures and of a last column that gets a share `last`.

    Set by hand because rich, where it must shrink a table, cuts columns that have a smallest width.
    """
    count = 1 + columns + bool(last)
    room = min(room, 110) - 2 * count - (count - 1)
    each = max(least, min(wanted, (room - (36 if last else 22)) // columns))
    rest = max(room - each * columns, 12)
    return rest - int(rest * last), each, int(rest * last)


def _rows(comparison: Compared, metric: str) -> dict[str, Row]:
    found = {arm: row_of(comparison, metric, arm=arm) for arm in comparison.arm_titles}
    return {arm: row for arm, row in found.items() if row is not None}


def _means(comparison: Compared, arms: Sequence[str], *, room: int) -> Table:
    """Mean of each metric in each arm."""
    table = _table("What each arm reaches", "Mean over replications, each over its last year.\n")
    label, each, unit = _widths(room, columns=len(arms), wanted=12, least=9, last=0.5)
    table.add_column("", width=label)
    for arm in arms:
        table.add_column(Text(comparison.arm_titles[arm]), justify="right", width=each, overflow="fold")
    table.add_column("Unit", style="dim", width=unit)
    for metric, name, last in _metrics(comparison):
        rows = _rows(comparison, metric)
        any_row = next(iter(rows.values()))
        decimals = decimals_for(list(rows.values()))
        cells = [amount(rows[arm].mean, decimals=decimals) if arm in rows else "-" for arm in arms]
        table.add_row(Text(name or any_row.label), *cells, Text(any_row.unit), end_section=last)
    return table


def _differences(comparison: Compared, arms: Sequence[str], *, signs: tuple[str, str], room: int) -> Table:
    """Paired difference of each metric to the first arm, with its interval and what it means."""
    first = next(iter(comparison.arm_titles.values()))
    metrics = _metrics(comparison)
    by_luck = round(0.05 * len(metrics) * (len(comparison.arm_titles) - 1))
    table = _table(
        f"Difference to {first}",
        f"{signs[0]} better, {signs[1]} worse. In brackets: 95 % interval, same customers and same luck in every arm; "
        f"of so many intervals about {by_luck} may leave out zero by luck.\n",
    )
    label, each, _ = _widths(room, columns=len(arms), wanted=24, least=12)
    table.add_column("", width=label)
    for arm in arms:
        table.add_column(Text(comparison.arm_titles[arm]), justify="right", width=each, overflow="fold")
    for metric, name, last in metrics:
        rows = _rows(comparison, metric)
        decimals = decimals_for(list(rows.values()))
        cells = [difference_text(rows.get(arm), decimals=decimals, signs=signs) for arm in arms]
        table.add_row(Text(name or next(iter(rows.values())).label), *cells, end_section=last)
    return table


def difference_text(row: Row | None, *, decimals: int, signs: tuple[str, str]) -> Text:
    """One difference: a claim only where the interval leaves out zero."""
    if row is None or row.replications == 0:
        return Text("-", style="dim")
    if row.same:
        return Text("exactly the same", style="dim")
    if not row.enough:
        return Text(TOO_FEW, style="dim")
    if not row.clear:
        return Text("no clear difference", style="dim")
    span = EVERY if row.alike else interval_words(row.difference_low, row.difference_high, decimals=decimals)
    text = f"{amount_with_sign(row.difference, decimals=decimals)} ({span})"
    if row.verdict == "better":
        return Text(f"{text} {signs[0]}", style="green")
    return Text(f"{text} {signs[1]}", style="red") if row.verdict == "worse" else Text(text)


def _sentences(comparison: Compared, others: Sequence[str]) -> list[str]:
    """One sentence for each of the first few arms."""
    first = quoted(next(iter(comparison.arm_titles.values())))
    found = []
    for arm in others[:SENTENCES]:
        parts = [_clause(comparison, metric, arm=arm) for metric in ("loyalty", "profit_at_equal_bonus")]
        said = "; ".join(part for part in parts if part)
        found.append(f"Against {first}, {quoted(comparison.arm_titles[arm])}: {said}.")
    if len(others) > SENTENCES:
        found.append(f"For the other arms ({len(others) - SENTENCES}) see the table.")
    return found


def _clause(comparison: Compared, metric: str, *, arm: str) -> str:
    """`loyalty is higher by 3.1 points (2.0 to 4.2)`, or that nothing is clear."""
    rows = _rows(comparison, metric)
    row = rows.get(arm)
    if row is None:
        return ""
    name = row.label if row.label.isupper() else row.label[0].lower() + row.label[1:]
    if row.same:
        return f"{name} is exactly the same in every replication"
    if not row.enough:
        return f"{name} comes from too few replications to tell ({row.replications})"
    if not row.clear:
        return f"{name} shows no clear difference"
    decimals = decimals_for(list(rows.values()))
    word = "higher" if row.difference > 0 else "lower"
    span = EVERY if row.alike else size_words(row.difference_low, row.difference_high, decimals=decimals)
    return f"{name} is {word} by {amount(abs(row.difference), decimals=decimals)} {short_unit(row.unit)} ({span})"
