"""A client's figures: read, checked against what each can be, and turned into targets in silosim's own units."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.laboratory.calibration.errors import USUAL_ERROR, USUAL_POINTS, error_of, native_error
from simulation.laboratory.calibration.measures import LATENT, measures_of
from simulation.laboratory.calibration.table import rows_in
from simulation.laboratory.calibration.units import Clock, known_units, minutes_at, unit_in
from simulation.scenario.faults import Fault, ScenarioError, in_file_order, nearest, on_one_line, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from simulation.laboratory.calibration.measures import Measure
    from simulation.laboratory.calibration.table import Row
    from simulation.laboratory.calibration.units import Unit
    from simulation.scenario.scenario import Scenario

__all__ = ["MOST_MONTHS", "ClientData", "Target", "read_client_data"]

MOST_MONTHS = 60
"""Last month that a file may give. Our assumption: nobody's firm stays as it was for longer."""
APART = 30.0
"""Figures of one metric that differ by this factor or more are not in one unit: a percentage among shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One observed figure.

    Attributes
    ----------
    measure
        What was observed.
    month
        Counted from 1; None: over the whole time.
    value, sd
        Figure and standard deviation of its error, in the measure's native unit.
    told
        As written, with its unit.
    basis
        Where the error comes from: `tolerance`, `n`, or `assumed`.
    line
        Of the file.
    """

    measure: Measure
    month: int | None
    value: float
    sd: float
    told: str
    basis: str
    line: int

    @property
    def name(self) -> str:
        """Name of its column in the tables: `conversion@shop`, or `nps.month3`."""
        return self.measure.key if self.month is None else f"{self.measure.key}.month{self.month}"

    @property
    def label(self) -> str:
        """Words for people."""
        return self.measure.label if self.month is None else f"{self.measure.label}, month {self.month}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientData:
    """All figures of a file, with its hash (SHA-256, hexadecimal) and what is to be said about it."""

    targets: tuple[Target, ...]
    file: str
    hash: str
    remarks: tuple[str, ...] = ()

    @property
    def months(self) -> int:
        """The last month that is given; 0 without any."""
        return max((target.month or 0 for target in self.targets), default=0)


def read_client_data(path: Path, scenario: Scenario, *, clock: Clock) -> ClientData:
    """Read a client's file.

    Parameters
    ----------
    path
        CSV file with the columns `simulation.laboratory.calibration.table.COLUMNS`.
    scenario
        The firm as silosim knows it: its touchpoints, departments, KPIs and currency.
    clock
        Length of a month, size of the market.

    Raises
    ------
    ScenarioError
        With every fault in the file.
    """
    name = on_one_line(str(path))
    rows, faults = rows_in(path)
    reader = _Reader(name, scenario, clock)
    targets = [target for row in rows if (target := reader.target(row)) is not None]
    faults += reader.faults
    faults += _scale_faults(targets, name)
    targets, remarks, contradictions = _once(targets, name)
    faults += contradictions
    if faults:
        raise ScenarioError(in_file_order(faults))
    assumed = [target for target in targets if target.basis == "assumed"]
    if assumed:
        remarks.append(
            f"{len(assumed)} of {len(targets)} figures come without `n` and `tolerance`: their error is assumed "
            f"({100 * USUAL_ERROR:.0f} % of the figure, {USUAL_POINTS:g} points on a scale; one standard deviation)."
        )
    digest = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    return ClientData(targets=tuple(targets), file=path.name, hash=digest, remarks=tuple(remarks))


class _Reader:
    """Turns rows into targets and notes what is wrong with them."""

    def __init__(self, file: str, scenario: Scenario, clock: Clock) -> None:
        self.file, self.scenario, self.clock = file, scenario, clock
        self.measures = measures_of(scenario)
        self.faults: list[Fault] = []

    def target(self, row: Row) -> Target | None:
        """Return the row's target; None if anything is wrong with it."""
        before = len(self.faults)
        measure = self._measure(row)
        value = self._number(row, "value", needed=True)
        month = self._whole(row, "month", most=MOST_MONTHS)
        n = self._whole(row, "n", most=10**12)
        tolerance = self._number(row, "tolerance", needed=False)
        if tolerance is not None and tolerance <= 0:
            self._add(row, "tolerance", "is not allowed", "a number above 0, in the unit of the value; or nothing")
        unit = None if measure is None else self._unit(row, measure)
        if unit is not None and value is not None:
            self._check_value(row, value, unit)
        if len(self.faults) > before or measure is None or unit is None or value is None:
            return None
        error, basis = error_of(measure, unit, value, n=n, tolerance=tolerance)
        native = unit.native(value)
        told = f"{row.cells['value']} {unit.name}"
        sd = native_error(unit, value, error)
        return Target(measure=measure, month=month, value=native, sd=sd, told=told, basis=basis, line=row.line)

    def _add(self, row: Row, column: str, message: str, allowed: str, hint: str | None = None) -> None:
        text = row.cells[column]
        said = f"{show(text)} {message}" if text else message
        self.faults.append(Fault(said, self.file, row.line, column, text, allowed, hint))

    def _measure(self, row: Row) -> Measure | None:
        name, where = row.cells["metric"].lower(), row.cells["where"]
        names = list(dict.fromkeys(each for each, _ in self.measures))
        if not name:
            self._add(row, "metric", "is missing", "a metric: `silosim calibrate SCENARIO --template FILE` lists them")
            return None
        if name in LATENT and name not in names:
            allowed = "what is counted or surveyed, such as nps, csat, churn"
            self._add(row, "metric", "is nothing that a firm can observe", allowed)
            return None
        if name not in names:
            self._add(row, "metric", "is not known", one_of(names, most=8), nearest(name, names))
            return None
        found = self.measures.get((name, where))
        if found is None:
            places = [place for each, place in self.measures if each == name]
            listed = one_of([place or "nothing" for place in places], most=20)
            allowed = "nothing: it is of the whole firm" if places == [""] else listed
            message = (
                f"is no place for {name}" if where else f"is missing: {name} is measured at a touchpoint or department"
            )
            self._add(row, "where", message, allowed, nearest(where, places) if where else None)
        return found

    def _number(self, row: Row, column: str, *, needed: bool) -> float | None:
        text = row.cells[column]
        if not text:
            if needed:
                self._add(row, column, "is missing", "a number; leave the whole row out where there is none")
            return None
        try:
            number = float(text) if "_" not in text else math.nan
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        allowed = "a number with a point and without other marks, such as 1240.5"
        if text.endswith("%"):
            allowed = "a number without %: the unit stands in the column unit"
        elif "," in text:
            allowed = "a number with a point and without commas: 3.5 for three and a half, 1240 for a thousand and more"
        self._add(row, column, "is no number", allowed)
        return None

    def _whole(self, row: Row, column: str, *, most: int) -> int | None:
        number = self._number(row, column, needed=False)
        if number is None:
            return None
        if number != round(number) or not 1 <= number <= most:
            self._add(row, column, "is not allowed", f"a whole number from 1 to {most:,}, or nothing")
            return None
        return int(number)

    def _unit(self, row: Row, measure: Measure) -> Unit | None:
        name = row.cells["unit"]
        if measure.name == "handle_time":
            return self._minutes(row)
        currency = self.scenario.market.currency
        known = known_units(
            measure.family, clock=self.clock, currency=currency, own=measure.unit, staying=measure.staying
        )
        allowed = " or ".join(f"`{each}`" for each in known)
        if not name:
            self._add(row, "unit", "is missing", allowed)
            return None
        unit = unit_in(
            measure.family, name, clock=self.clock, currency=currency, own=measure.unit, staying=measure.staying
        )
        if unit is None:
            self._add(row, "unit", f"is no unit of {measure.name}", allowed, nearest(name, known))
        elif measure.family == "people" and unit.name in ("a week", "a month") and self.clock.market is None:
            allowed = "--market N with the number of people in it, or `per 1,000 people a week`"
            self._add(row, "unit", "counts the whole market", allowed)
            return None
        return unit

    def _minutes(self, row: Row) -> Unit | None:
        from simulation.laboratory.calibration.units import Unit

        price = minutes_at(row.cells["unit"])
        if price is None:
            self._add(row, "unit", "is no unit of handle_time",
                      f"`minutes at 0.60`, where a minute of work costs 0.60 {self.scenario.market.currency}")  # fmt: skip
            return None
        return Unit(name=row.cells["unit"], native=lambda value: value * price)

    def _check_value(self, row: Row, value: float, unit: Unit) -> None:
        if not unit.low <= value <= unit.high:
            allowed = f"from {unit.low:g}" + (f" to {unit.high:g}" if math.isfinite(unit.high) else " upwards")
            hint = "a percentage? Then the unit is `%`" if unit.of == 1.0 and 1.0 < value <= 100.0 else ""
            self._add(row, "value", f"cannot be in `{unit.name}`", f"{allowed}{f'; {hint}' if hint else ''}")
        elif unit.of == 100.0 and 0.0 < value < 1.0:
            share, mille = (
                unit.name.replace("%", "share").replace("points of 100", "share"),
                f"{10 * value:g} per 1,000",
            )
            allowed = f"{100 * value:g} if {value:g} of all is meant (or unit `{share}`); {mille} if it is that little"
            self._add(row, "value", f"in `{unit.name}` may be a share or a percentage", allowed)


def _scale_faults(targets: Sequence[Target], file: str) -> Iterator[Fault]:
    """Yield figures of one metric that lie so far apart that they cannot be in one unit."""
    for group in _by_key(targets).values():
        positive = sorted((target for target in group if target.value > 0), key=lambda target: target.value)
        if (
            len(positive) > 1
            and positive[-1].value / positive[0].value >= APART
            and positive[0].measure.family != "nps"
        ):
            low, high = positive[0], positive[-1]
            yield Fault(
                f"{high.told} here and {low.told} in line {low.line}: {high.measure.said} cannot change so much", file, high.line,
                "value", allowed="one unit, and figures in it: a percentage among shares?",
            )  # fmt: skip


def _by_key(targets: Sequence[Target]) -> Mapping[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        found.setdefault(target.measure.key, []).append(target)
    return found


def _once(targets: Sequence[Target], file: str) -> tuple[list[Target], list[str], list[Fault]]:
    """Return each figure once, with a remark for each that was told twice, and a fault for each contradiction."""
    kept: dict[str, Target] = {}
    remarks: list[str] = []
    faults: list[Fault] = []
    for target in targets:
        first = kept.setdefault(target.name, target)
        if first is target:
            continue
        if abs(first.value - target.value) > 3.0 * math.hypot(first.sd, target.sd):
            of = "" if target.month is None else f" of month {target.month}"
            message = f"{target.measure.said} {target.told}{of} contradicts line {first.line}: {first.measure.said} {first.told}"
            allowed = (
                "each figure once"
                if first.measure.name == target.measure.name
                else "those kept and those lost add up to all"
            )
            faults.append(Fault(message, file, target.line, "value", allowed=allowed))
        elif first.measure.name == target.measure.name:
            faults.append(
                Fault(
                    f"{target.label} is given already, in line {first.line}",
                    file,
                    target.line,
                    allowed="each figure once",
                )
            )
        else:
            same = f"says the same as line {first.line} ({first.measure.said}) and counts once."
            remarks.append(f"Line {target.line} ({target.measure.said}) {same}")
    return list(kept.values()), remarks, faults
