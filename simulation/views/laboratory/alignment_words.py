"""The alignment map in sentences: whose KPI pulls with the customer's value, and whose against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from simulation.analysis.frames import LAST_WEEKS
from simulation.laboratory.alignment.alignment_map import COLUMNS, LEVER_COLUMNS, Alignment
from simulation.laboratory.alignment.probes import VALUES
from simulation.views.words import amount, amount_with_sign, joined, quoted, so_few

if TYPE_CHECKING:
    from simulation.laboratory.alignment.probes import FirmProbe
    from simulation.scenario.scenario import Scenario

__all__ = ["Told", "alignment_page", "alignment_sentences", "alignment_title", "verdict_words"]

_VERDICTS = {
    "with": "pulls with it",
    "against": "pulls against it",
    "unclear": "with or against cannot be told",
    "no_kpi": "no effect of its levers on its KPI can be told from zero",
    "no_value": "no effect of its levers on {value} can be told from zero",
    "no_levers": "it has no lever that it may move",
}

_ANGLE = (
    "The angle lies between what moves a department's own KPIs' score and what moves the value, over the department's own levers: "
    "0 degrees, what is good for the KPI is good for the value; 90, it does nothing for it; 180, it is bad for it."
)
_UNITS = (
    "Levers run from 0 to 1 and one unit of each counts alike; the units of score and value do not matter to an angle. Effort is "
    "left out. Intervals are 95 %: bootstrap over replications of how far both mean gradients turn together, widened for few "
    "replications; they reach 0 and 180. A gradient is told from zero by its levers' intervals (Student, Bonferroni)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an alignment map was made of, for words and pictures."""

    probe: FirmProbe
    arm_title: str
    step: float

    @property
    def scenario(self) -> Scenario:
        """The arm."""
        return self.probe.scenario

    @property
    def value(self) -> str:
        """The value in plain words."""
        return VALUES[self.probe.value][0].lower()

    @property
    def unit(self) -> str:
        """The value's unit."""
        return VALUES[self.probe.value][1].replace("money", self.scenario.market.currency)

    @property
    def meaning(self) -> str:
        """What the value is."""
        return VALUES[self.probe.value][2]

    @property
    def window(self) -> str:
        """Which weeks the figures are of."""
        weeks = self.scenario.horizon.weeks
        return "the last 52 weeks" if self.probe.over == "last" and weeks > LAST_WEEKS else f"all {weeks} weeks"

    @property
    def policy(self) -> str:
        """Around which settings derivatives are taken."""
        return "the starting policy" if self.probe.at == "start" else "the arm's mean settings of its last 52 weeks"

    def name(self, department: str) -> str:
        """The department in plain words."""
        return self.scenario.departments[department].name


def verdict_words(row: pd.Series, told: Told) -> str:
    """Return what a department's row says, without its angle."""
    return _VERDICTS[row["verdict"]].format(value=told.value)


def alignment_title(found: Alignment, told: Told) -> str:
    """Return the message in one sentence."""
    angles = found.angles
    against, along, other = (
        [told.name(str(name)) for name in angles[angles["verdict"].isin(verdicts)]["department"]]
        for verdicts in (("against",), ("with",), ("unclear", "no_kpi", "no_value", "no_levers"))
    )
    said = []
    if against:
        said.append(f"What {_measured(against)} pulls against {told.value}")
    if along:
        said.append(
            f"what {_measured(along)} pulls with it" if said else f"What {_measured(along)} pulls with {told.value}"
        )
    if not said:
        return f"Whether KPIs pull with or against {told.value} cannot be told from {so_few(found.replications)}"
    rest = f"; for {'the others' if len(other) > 1 else other[0]} it cannot be told" if other else ""
    return "; ".join(said) + rest


def _measured(names: list[str]) -> str:
    return f"{joined(names)} {'is' if len(names) == 1 else 'are'} measured on"


def alignment_sentences(found: Alignment, told: Told) -> list[str]:
    """Return one line of a list for each department."""
    lines = []
    for _, row in found.angles.iterrows():
        name = told.name(str(row["department"]))
        if pd.isna(row["angle"]):
            lines.append(f"- {name}: {verdict_words(row, told)}.")
            continue
        lines.append(
            f"- {name}: {amount(row['angle'], decimals=0)} degrees ({amount(row['low'], decimals=0)} to "
            f"{amount(row['high'], decimals=0)}): {verdict_words(row, told)}.{_opposed(found, told, str(row['department']))}"
        )
    return lines


def _opposed(found: Alignment, told: Told, department: str) -> str:
    """Return the lever on which KPI and value are most at odds: the largest product of both, each by its own spread."""
    mine = found.levers[(found.levers["department"] == department) & (found.levers["pull"] == "opposite")]
    if mine.empty:
        return ""
    size = (mine["kpi"] / mine["kpi"].abs().max()).abs() * (mine["value"] / mine["value"].abs().max()).abs()
    worst = mine.loc[size.idxmax()]
    lever = str(worst["lever"]).partition(".")[2]
    given = told.scenario.departments[department].levers.get(lever) or told.scenario.every_department[lever]
    kpi, value = (amount_with_sign(worst[name], decimals=2) for name in ("kpi", "value"))
    return f" Most at odds: {given.name} (per unit of the lever {kpi} points of score, {value} {told.unit} of {told.value})."


def alignment_page(found: Alignment, told: Told) -> str:
    """Return the page in Markdown."""
    given = told.scenario.horizon
    lines = [
        f"# {alignment_title(found, told)}",
        "",
        f"Arm: {quoted(told.arm_title)}. Value: {told.value} [{told.unit}]. {told.meaning} Settings: {told.policy}.",
        "",
        _ANGLE,
        "",
        *alignment_sentences(found, told),
        "",
        "## How it was measured",
        "",
        (
            f"Levers are frozen; each is moved by {told.step:g} up and down and held for {given.weeks} weeks, with the same "
            f"customers and luck on both sides; figures are those of {told.window}. {found.replications} replications, "
            f"{given.population:,} people, seed {told.probe.seed}. {_UNITS}"
        ),
        "",
        "## Columns",
        "",
        *(f"- {name}: {column.meaning}" for name, column in {**COLUMNS, **LEVER_COLUMNS}.items()),
    ]
    return "\n".join(lines) + "\n"
