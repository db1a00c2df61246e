"""What the report rests on: replications, intervals, where the figures of the model come from, what was found elsewhere."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.scenario.people import People
from simulation.scenario.schema import docstrings
from simulation.views.report.numbers import true_minus
from simulation.views.words import amount_with_sign, interval_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.analysis.comparison import Comparison

__all__ = ["Finding", "Parameter", "SourceCount", "clear_by_luck", "findings", "parameters", "source_counts"]

FITTED, CITED, ASSUMED = "fitted to data", "from the literature, size assumed", "assumed"
_ORIGIN = {"fitted": FITTED, "cited": CITED, "assumed": ASSUMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of people: what it does, its value here, where the value is from."""

    name: str
    meaning: str
    value: str
    source: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How many figures of one part of the model have which origin."""

    part: str
    fitted: int
    cited: int
    assumed: int

    @property
    def total(self) -> int:
        return self.fitted + self.cited + self.assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One expected pattern on the shipped reference firm: what it says, and whether it was found."""

    pattern: str
    says: str
    verdict: str
    figure: str


def origin(source: str) -> str:
    """`fitted`, `cited` or `assumed`: what a source says of where a figure comes from.

    Examples
    --------
    >>> origin("fitted to C07"), origin("Kano et al. 1984 (sign); size our assumption"), origin("our assumption")
    ('fitted', 'cited', 'assumed')
    """
    text = source.strip().lower()
    if text.startswith("fitted") or re.match(r"c\d\d\b", text):
        return "fitted"
    return "assumed" if text.startswith(("our assumption", "assumption")) else "cited"


def parameters(compared: Comparison) -> list[Parameter]:
    """The parameters of people: perception, memory, loyalty, behaviour, answers to surveys."""
    found = []
    for name, text in docstrings(People):
        if name not in People.model_fields:
            continue
        meaning, _, source = text.partition("Source:")
        value = getattr(compared.scenario.people, name)
        changed = value != People.model_fields[name].default
        said = "given in this scenario" if changed else source.strip().rstrip(".")
        found.append(
            Parameter(
                name=name.replace("_", " "),
                meaning=" ".join(meaning.split()),
                value=f"{value:g}",
                source=said,
                origin=_ORIGIN["assumed" if changed else origin(source)],
            )
        )
    return found


def source_counts(compared: Comparison) -> list[SourceCount]:
    """Where the figures of people and of the firm come from, part by part."""
    scenario = compared.scenario
    levers = [lever for given in scenario.departments.values() for lever in given.levers.values()]
    levers += scenario.every_department.values()
    moved = [of.effects for of in levers] + [of.effects for of in scenario.joint_effects.values()]
    effects = [effect.source for of in moved for at_place in of.values() for effect in at_place.values()]
    people = [{label: key for key, label in _ORIGIN.items()}[each.origin] for each in parameters(compared)]
    market = [
        *(of.source for of in scenario.market.segments.values()),
        *(of.source for of in scenario.market.offers.values()),
    ]
    given = {
        "Segments and offers": market,
        "Touchpoints": [point.source for point in scenario.journey.values()],
        "Levers": [lever.source for lever in levers],
        "What levers do at touchpoints": effects,
    }
    parts = {"People: how they perceive, remember and act": people}
    parts |= {part: [origin(source) for source in of] for part, of in given.items()}
    return [
        SourceCount(part=part, fitted=of.count("fitted"), cited=of.count("cited"), assumed=of.count("assumed"))
        for part, of in parts.items()
    ]


def clear_by_luck(compared: Comparison) -> tuple[int, int, int]:
    """Differences in the summary that have an interval, how many of them are clear, how many would be by luck alone."""
    from simulation.views.report.numbers import rows_of

    first = next(iter(compared.arm_titles))
    rows = [
        row
        for metric in compared.summary["metric"].unique()
        for arm, row in rows_of(compared, str(metric)).items()
        if arm != first and row.enough and not row.same
    ]
    return len(rows), sum(row.clear for row in rows), round(0.05 * len(rows))


def _pattern_file() -> Path | None:
    """Where the shipped evidence is: in an installed package beside this file, in a checkout in `experiments`."""
    here = Path(__file__).resolve().parent
    places = (here / "patterns.csv", here.parents[2] / "experiments" / "evidence" / "results" / "patterns.csv")
    return next((path for path in places if path.is_file()), None)


def findings() -> list[Finding]:
    """What `silosim evidence` reported of the reference firm, from the middle of every lever; empty without the file."""
    path = _pattern_file()
    if path is None:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(_read(csv.DictReader(file)))


def _read(rows: csv.DictReader[str]) -> Iterator[Finding]:
    for row in rows:
        if row["firm"] != "reference" or row["start"] != "midpoint" or row["verdict"] == "-":
            continue
        low, mean, high = (float(row[name]) for name in ("low", "mean", "high"))
        figure = f"{amount_with_sign(mean, decimals=2)} ({interval_words(low, high, decimals=2)}) {row['unit']}"
        yield Finding(
            pattern=row["pattern"],
            says=row["says"],
            verdict=row["verdict"],
            figure=f"{true_minus(figure)}, n = {row['n']}",
        )
