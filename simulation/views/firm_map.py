"""The firm as a map to read: people, journey, departments and their levers, KPIs, arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulation.views.firm_words import (
    change_words,
    effect_words,
    kpi_words,
    lever_path_words,
    percent,
    queue_words,
    trigger_words,
)
from simulation.views.words import CHANNELS, KINDS, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console, RenderableType

    from simulation.scenario.department import DepartmentGiven
    from simulation.scenario.lever import Lever
    from simulation.scenario.scenario import Scenario
    from simulation.views.compared import Loaded

__all__ = ["print_firm"]

WIDEST = 110
"""Lines longer than this are hard to read."""
_USUAL_WORD = 12
"""Letters for which a column has room, whatever its share of the width: longer words fold."""
_IN_MID_COURSE = {"incentives", "information", "alignment", "levers", "governance"}
"""What a change in mid-course may replace."""
_FORMS = {
    "minimum": "as strong as the weakest of",
    "product": "each makes the others count for more:",
    "crowding": "the more of them claim it, the more crowded:",
}


def print_firm(loaded: Loaded, console: Console) -> None:
    """Print a scenario as a map: who the people are, where they meet the firm, and who may change what."""
    scenario = loaded.scenario
    parts: list[RenderableType] = [
        Text(scenario.title, style="bold underline"),
        *[Text(text) for text in (scenario.question, scenario.expect) if text],
        *_market(scenario),
        *_journey(scenario),
        *_departments(scenario),
        *_kpis(scenario),
        *_setting(scenario),
        *_arms(scenario),
    ]
    console.print(Group(*parts), width=min(console.width, WIDEST))


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _listing(items: Iterable[str], *, indent: int = 2) -> list[RenderableType]:
    """One paragraph per item, hanging under its dash."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row("-", Text(item))
    return [Padding(grid, (0, 0, 0, indent))] if grid.rows else []


def _table(columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose columns share the width in the given proportions, none so narrow that a usual word is broken."""
    table, cells = Table(box=box.SIMPLE_HEAD, show_edge=False, expand=True, show_lines=False), list(rows)
    for index, (name, ratio) in enumerate(columns.items()):
        words = " ".join([name, *(row[index] for row in cells)]).split()
        least = min(max(len(word) for word in words), _USUAL_WORD)
        table.add_column(name, ratio=ratio, width=least, overflow="fold")  # beside a ratio, the width is the least
    for row in cells:
        table.add_row(*[Text(cell) for cell in row])
    return table


def _market(scenario: Scenario) -> list[RenderableType]:
    market = scenario.market
    offers = [
        f"{offer.name}: price {offer.price:g} {market.currency}, cost of one {offer.unit_cost:g} {market.currency}"
        for offer in market.offers.values()
    ]
    rows = [
        (
            segment.name,
            percent(segment.share),
            ", ".join(f"{market.offers[offer].name} {fit:.2f}" for offer, fit in segment.fit.items()),
            f"{segment.purchase_rate:.3g} a week",
            f"{segment.expectation:.2f}",
            percent(segment.voice),
        )
        for segment in market.segments.values()
    ]
    columns = {"Segment": 5, "Share": 2, "Fit (0-1)": 6, "Wants to buy": 3, "Expects (0-1)": 3, "Speaks up": 3}
    return [_heading("What is sold"), *_listing(offers), _heading("People"), _table(columns, rows)]


def _journey(scenario: Scenario) -> list[RenderableType]:
    columns = {"Touchpoint": 6, "Run by": 4, "Channel": 3, "Kind": 4, "When": 8, "Queue": 4}
    rows = [
        (
            point.name,
            scenario.departments[point.owner].name,
            CHANNELS[point.channel],
            KINDS[point.kind],
            trigger_words(scenario, point),
            queue_words(point) or "-",
        )
        for point in scenario.journey.values()
    ]
    return [_heading("The customer journey"), _table(columns, rows)]


def _levers(scenario: Scenario, levers: Mapping[str, Lever]) -> Table:
    rows = [
        (
            lever.name,
            lever.low,
            lever.high,
            f"{lever.start:g}" + ("" if lever.learned else " (left alone)"),
            "\n".join(effect_words(scenario, lever.effects)) or _joint_hint(scenario, key),
        )
        for key, lever in levers.items()
    ]
    return _table({"Lever": 5, "0 means": 5, "1 means": 5, "Start": 2, "Towards 1": 9}, rows)


def _joint_hint(scenario: Scenario, lever: str) -> str:
    """Where a lever without effects of its own acts."""
    joints = scenario.joint_effects.values()
    names = [joint.name for joint in joints if any(path.endswith(f".{lever}") for path in joint.levers)]
    return f"acts together with others: {joined(names)}" if names else "no effect"


def _departments(scenario: Scenario) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for department in scenario.departments.values():
        parts += [_heading(department.name), Text(_paid_on(scenario, department))]
        if department.levers:
            parts.append(_levers(scenario, department.levers))
    if scenario.every_department:
        parts += [_heading("Every department also has"), _levers(scenario, scenario.every_department)]
    if scenario.joint_effects:
        parts.append(_heading("Levers that work together"))
        parts += _listing(
            f"{joint.name}: {_FORMS.get(joint.form, joint.form)} "
            f"{joined([lever_path_words(scenario, path) for path in joint.levers])}. "
            f"Towards 1: {'; '.join(effect_words(scenario, joint.effects))}"
            for joint in scenario.joint_effects.values()
        )
    return parts


def _paid_on(scenario: Scenario, department: DepartmentGiven) -> str:
    """A department's own KPIs and its bonus."""
    total = sum(department.kpis.values()) or 1.0
    own = joined([f"{scenario.kpis[kpi].name} ({percent(weight / total)})" for kpi, weight in department.kpis.items()])
    currency = scenario.market.currency
    return f"Own KPI: {own}. Bonus at full score: {department.bonus:g} {currency} a week per 1,000 people."


def _kpis(scenario: Scenario) -> list[RenderableType]:
    rows = [
        (
            kpi.name,
            "the company" if kpi.owner == "company" else scenario.departments[kpi.owner].name,
            kpi_words(scenario, kpi),
            kpi.unit,
            f"{kpi.better}, full score {kpi.stretch:g} {'above' if kpi.better == 'higher' else 'below'} par",
        )
        for kpi in scenario.kpis.values()
    ]
    columns = {"KPI": 5, "Of": 4, "Counted as": 9, "Unit": 4, "Better": 5}
    return [_heading("KPIs"), _table(columns, rows)]


def _setting(scenario: Scenario) -> list[RenderableType]:
    """Incentives, information and horizon before any arm changes them."""
    given, horizon = scenario.incentives, scenario.horizon
    lines = [
        *change_words(scenario, {"incentives": {"shared_weight": given.shared_weight}}),
        *change_words(
            scenario,
            {
                "incentives": given.model_dump(exclude_defaults=True, exclude={"shared_weight"}),
                "information": {"regime": scenario.information.regime},
                "levers": scenario.levers.model_dump(exclude_defaults=True),
            },
        ),
        f"departments are appraised, and learn, every {scenario.learning.review_weeks} weeks",
        f"{horizon.population:,} people, {horizon.replications} replications",
        f"{horizon.weeks} weeks after {horizon.burn_in} weeks of burn-in",
    ]
    for change in scenario.timeline:
        until = f" to before week {change.end}" if change.end is not None else " on"
        parts = change.model_dump(include=_IN_MID_COURSE, exclude_unset=True, exclude_none=True)
        what = change_words(scenario, parts)
        lines.append(f"from week {change.start}{until}: {change.title + ': ' if change.title else ''}{'; '.join(what)}")
    return [_heading("How it is run"), *_listing(lines)]


def _arms(scenario: Scenario) -> list[RenderableType]:
    if not scenario.arms:
        return []
    rows = [
        (
            f"{arm.title} ({name})",
            "\n".join(change_words(scenario, arm.changes)) or "changes nothing",
        )
        for name, arm in scenario.arms.items()
    ]
    return [_heading("Arms to compare (the others against the first)"), _table({"Arm": 2, "Changes": 4}, rows)]
