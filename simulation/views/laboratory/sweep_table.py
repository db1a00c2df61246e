"""What a sweep found as short tables: by design point, by level of a factor, or over all points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from simulation.laboratory.sweep.outcomes import by_level, by_point, levels_of, over_points
from simulation.views.table import difference_text, signs_for
from simulation.views.words import Row, amount, amount_with_sign, decimals_for, interval_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from rich.console import Console

    from simulation.laboratory.sweep.factors import Value
    from simulation.laboratory.sweep.plan import Plan
    from simulation.record import Column

__all__ = ["FEW", "print_sweep", "shown", "varied"]

SIDE_BY_SIDE = 4
"""Most arms that stand beside each other; more stand below each other."""
FEW = 12
"""Most points, or levels of a factor, that are shown one by one."""


def print_sweep(plan: Plan, runs: pd.DataFrame, columns: Mapping[str, Column], console: Console) -> None:
    """Print each outcome: per design point where there are few, else per level of each factor, else over all points.

    Parameters
    ----------
    plan
        The sweep's plan.
    runs
        Its finished runs (`dataset.read`).
    columns
        Label and unit of each outcome.
    """
    if len(plan.points) <= FEW and plan.kind != "one_at_a_time":
        heads = [factor.label or factor.name for factor in plan.factors]
        _print(plan, by_point(plan, runs), [f.column for f in plan.factors], heads, columns, console)
        return
    few = [factor for factor in plan.factors if len(levels_of(plan, factor.name)) <= FEW]
    if plan.kind in {"latin_hypercube", "sobol", "morris"} or not few:
        console.print(_over_points(plan, over_points(plan, runs), columns))
        return
    for factor in few:
        table = by_level(plan, runs, factor.name, points=varied(plan, factor.name))
        _print(plan, table, ["level"], [factor.label or factor.name], columns, console)


def varied(plan: Plan, factor: str) -> list[int]:
    """Return the points that tell of a factor: all, but of one-at-a-time designs those where the others are at their base."""
    if plan.kind != "one_at_a_time":
        return list(range(len(plan.points)))
    at = [each.name for each in plan.factors].index(factor)
    base = plan.points[0]
    return [n for n, point in enumerate(plan.points) if all(k == at or point[k] == base[k] for k in range(len(base)))]


def shown(value: Value) -> str:
    """Return a factor's value for people."""
    return value if isinstance(value, str) else f"{value:,.4g}"


def _print(
    plan: Plan,
    summed: pd.DataFrame,
    keys: Sequence[str],
    heads: Sequence[str],
    columns: Mapping[str, Column],
    console: Console,
) -> None:
    note = _note(plan.replications, others=len(plan.arms) > 1)
    side_by_side = len(plan.arms) <= SIDE_BY_SIDE
    for outcome in plan.outcomes:
        column = columns[outcome]
        table = _table(f"{column.label} [{column.unit}]", f"{note}\n")
        for head in heads:
            table.add_column(Text(head), justify="right")
        rows = summed[summed["outcome"] == outcome].to_dict("records")
        told = [_row(row, column) for row in rows]
        decimals = decimals_for(told if len(plan.arms) > 1 else [_as_difference(row) for row in told])
        fill = _arms_across if side_by_side else _arms_down
        points = range(0, len(rows), len(plan.arms))
        keyed = [[Text(shown(rows[at][key])) for key in keys] for at in points]
        fill(table, plan, keyed, [told[at : at + len(plan.arms)] for at in points], decimals, signs_for(console))
        console.print(table)


def _arms_across(
    table: Table,
    plan: Plan,
    keyed: Sequence[list[Text]],
    told: Sequence[list[Row]],
    decimals: int,
    signs: tuple[str, str],
) -> None:
    """Fill in a row a point: the first arm, then each other's difference to it."""
    first, *others = plan.arms
    table.add_column(Text(plan.arm_titles[first]), justify="right")
    for arm in others:
        table.add_column(Text(f"{plan.arm_titles[arm]}, difference"), justify="right")
    for keys, (level, *gaps) in zip(keyed, told, strict=True):
        mean = amount(level.mean, decimals=decimals)
        if not others and level.replications > 1:
            mean += f" ({interval_words(level.low, level.high, decimals=decimals)})"
        table.add_row(*keys, Text(mean), *(difference_text(row, decimals=decimals, signs=signs) for row in gaps))


def _arms_down(
    table: Table,
    plan: Plan,
    keyed: Sequence[list[Text]],
    told: Sequence[list[Row]],
    decimals: int,
    signs: tuple[str, str],
) -> None:
    """Fill in a row an arm, point by point: so many arms do not fit side by side."""
    first = plan.arms[0]
    for head, justify in (("Arm", "left"), ("Mean", "right"), (f"Difference to “{plan.arm_titles[first]}”", "right")):
        table.add_column(Text(head), justify=justify)  # type: ignore[arg-type]
    for keys, rows in zip(keyed, told, strict=True):
        for row in rows:
            gap = Text("") if row.arm == first else difference_text(row, decimals=decimals, signs=signs)
            known = keys if row.arm == first else [Text("") for _ in keys]
            mean = Text(amount(row.mean, decimals=decimals))
            table.add_row(*known, Text(plan.arm_titles[row.arm]), mean, gap, end_section=row is rows[-1])


def _note(replications: int, *, others: bool) -> str:
    over = f"{replications:,} replication{'s' * (replications > 1)}"
    said = f"In brackets: 95 % interval over {over}" if replications > 1 else f"From {over}, so without intervals"
    return f"{said}; same customers and same luck in every arm." if others else f"{said}."


def _row(row: Mapping[Any, Any], column: Column) -> Row:
    return Row(
        metric=column.name, label=column.label, unit=column.unit, better=column.better, arm=row["arm"],
        mean=row["mean"], low=row["low"], high=row["high"], difference=row["difference"],
        difference_low=row["difference_low"], difference_high=row["difference_high"], replications=row["n"],
    )  # fmt: skip


def _as_difference(row: Row) -> Row:
    """Return the row with its level's interval as the difference's, for its number of decimals."""
    return replace(row, difference=row.mean, difference_low=row.low, difference_high=row.high)


def _over_points(plan: Plan, summed: pd.DataFrame, columns: Mapping[str, Column]) -> Table:
    titles = plan.arm_titles
    table = _table(
        f"Over {len(plan.points):,} design points",
        "Mean over the points, in brackets the least and the most. Share: points at which the arm's mean is higher than "
        f"“{titles[plan.arms[0]]}”, clearly or not.\n",
    )
    for head in ("Outcome", "Arm", "Level", "Difference", "Higher at"):
        table.add_column(head, justify="left" if head in {"Outcome", "Arm"} else "right")
    for outcome in plan.outcomes:
        rows = summed[summed["outcome"] == outcome].to_dict("records")
        spread = max(row["most"] - row["least"] for row in rows)
        decimals = 0 if spread >= 100 else 1 if spread >= 2 else 2
        for at, row in enumerate(rows):
            level = _with_ends(amount, row, "mean", "least", "most", decimals)
            gap = _with_ends(amount_with_sign, row, "difference", "difference_least", "difference_most", decimals)
            name = f"{columns[outcome].label} [{columns[outcome].unit}]" if at == 0 else ""
            cells = [level, *(["", ""] if at == 0 else [gap, f"{100 * row['higher']:.0f} % of points"])]
            table.add_row(Text(name), Text(titles[row["arm"]]), *map(Text, cells), end_section=at == len(rows) - 1)
    return table


def _with_ends(said: Any, row: Mapping[Any, Any], mean: str, least: str, most: str, decimals: int) -> str:
    ends = " to ".join(said(row[key], decimals=decimals) for key in (least, most))
    return f"{said(row[mean], decimals=decimals)} ({ends})"


def _table(title: str, caption: str) -> Table:
    return Table(
        title=Text(title), caption=Text(caption), title_justify="left", caption_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, show_edge=False,
    )  # fmt: skip
