"""What a calibration fits: values of the scenario, or several at once that keep their proportions, each within a range.

Before the data are seen every value of a range is equally likely (of a range on a log scale: every proportion).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from simulation.laboratory.sweep.paths import kind_of, known_paths, resolved, scenario_format, value_at, with_value
from simulation.scenario.faults import Fault, ScenarioError, dotted, nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulation.laboratory.calibration.client_data import Target
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.scenario import Scenario

__all__ = ["MOST_PARAMETERS", "Parameter", "default_fit", "parameters_of", "set_values"]

MOST_PARAMETERS = 12
"""Parameters that one calibration fits at most: a quadratic of more takes very many runs. Our assumption."""
_SPREAD = 2.0
"""A range that is not given goes from the value divided by this to the value times this."""
_SHARE_SPREAD = 0.15
"""Of a quality or threshold on the 0-1 scale: from so much below to so much above."""
_NEAR = ("quality", "survey_promoter", "anchor", "survey_detractor")
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter to be fitted.

    Attributes
    ----------
    name
        As asked for; a `*` stands for every entry.
    paths, bases
        Places in the scenario and what stands there now.
    low, high, scale
        Range and whether even in the value or in its logarithm. Of several places: of the factor that multiplies all.
    """

    name: str
    paths: tuple[KeyPath, ...]
    bases: tuple[float, ...]
    low: float
    high: float
    scale: Literal["linear", "log"]

    @property
    def many(self) -> bool:
        """True where it multiplies several places."""
        return "*" in self.name

    @property
    def label(self) -> str:
        """Words for people."""
        return f"{self.name} (times)" if self.many else self.name

    @property
    def now(self) -> float:
        """Its value as the scenario stands."""
        return 1.0 if self.many else self.bases[0]

    def at(self, share: float) -> float:
        """Return the value at a share of the way from low to high [0-1]."""
        if self.scale == "log":
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)

    def places(self, value: float) -> Iterator[tuple[KeyPath, float]]:
        """Yield each place with what is set there, to six digits."""
        for path, base in zip(self.paths, self.bases, strict=True):
            yield path, float(f"{base * value if self.many else value:.{_DIGITS}g}")

    def told(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"name": self.name, "places": [dotted(path) for path in self.paths], "bases": list(self.bases),
                "low": self.low, "high": self.high, "scale": self.scale}  # fmt: skip


def set_values(raw: Mapping[str, Any], parameters: Sequence[Parameter], values: Iterable[float]) -> dict[str, Any]:
    """Return a scenario's plain data with these parameters at these values."""
    found = dict(raw)
    for parameter, value in zip(parameters, values, strict=True):
        for path, put in parameter.places(value):
            found = with_value(found, path, put)
    return found


def default_fit(scenario: Scenario, targets: Iterable[Target]) -> list[str]:
    """Return what is fitted unless the user says: for each kind of figure in the data the parameter that it speaks of most."""
    found: dict[str, None] = {}
    for target in targets:
        measure = target.measure
        for path in _speaks_of(scenario, measure.name, measure.where):
            found.setdefault(path)
    return list(found)[:MOST_PARAMETERS]


def _speaks_of(scenario: Scenario, name: str, where: str) -> list[str]:
    journey = scenario.journey
    places = [where] if where in journey else [each for each, of in journey.items() if of.owner == where]
    company = {
        "nps": ["journey.*.quality", "people.survey_promoter"],
        "csat": ["journey.*.quality"],
        "churn": ["market.segments.*.defection"],
        "retention": ["market.segments.*.defection"],
        "complaints": ["journey.*.failure"],
        "contacts": ["journey.*.failure"],
        "open_problems": ["journey.*.resolution"],
        "resolution": ["journey.*.resolution"],
        "repeat_purchases": ["market.segments.*.purchase_rate"],
        "revenue": ["market.segments.*.purchase_rate"],
        "order_value": ["market.offers.*.price"],
        "leads": [f"journey.{each}.conversion" for each, of in journey.items() if "lead" in of.moves.values()][:1],
        "new_customers": [
            f"journey.{each}.conversion" for each, of in journey.items() if "customer" in of.moves.values()
        ][:1],
    }
    local = {"conversion": "conversion", "csat": "quality", "resolution": "resolution", "contact_cost": "cost",
             "handle_time": "cost", "volume": "trigger.weekly", "wait": "capacity.per_1000"}  # fmt: skip
    if not where or name not in local:
        return [path for path in company.get(name, []) if _moves(scenario, path)]
    return [path for each in places if _moves(scenario, path := f"journey.{each}.{local[name]}")]


def _moves(scenario: Scenario, path: str) -> bool:
    """Tell whether there is anything to move at a path."""
    return bool(_values(path, scenario.model_dump(mode="json")))


def parameters_of(scenario: Scenario, asked: Sequence[str]) -> tuple[Parameter, ...]:
    """Look up what is to be fitted.

    Parameters
    ----------
    scenario
        The firm.
    asked
        `PATH` or `PATH=LOW..HIGH`; a `*` in place of a key stands for every entry, all of which are multiplied by one factor.

    Raises
    ------
    ScenarioError
        With every fault in what was asked.
    """
    data = scenario.model_dump(mode="json")
    faults: list[Fault] = []
    found: list[Parameter] = []
    for text in asked:
        try:
            found.append(_parameter(text, data))
        except ScenarioError as error:
            faults += error.faults
    if not asked:
        message = "nothing is fitted: the data speak of no parameter by themselves"
        faults.append(Fault(message, key="--fit", allowed="--fit PATH"))
    if len(asked) > MOST_PARAMETERS:
        faults.append(Fault(f"{len(asked)} parameters are too many", key="--fit", allowed=f"at most {MOST_PARAMETERS}"))
    faults += _overlaps(found)
    if faults:
        raise ScenarioError(dict.fromkeys(faults))
    return tuple(found)


def _overlaps(found: Sequence[Parameter]) -> Iterator[Fault]:
    """Yield the parameters that set what one before them sets."""
    taken: dict[KeyPath, str] = {}
    for parameter in found:
        again = next((path for path in parameter.paths if path in taken), None)
        if again is not None:
            message = f"{parameter.name} sets what {taken[again]} sets, too ({dotted(again)})"
            yield Fault(message, key="--fit", allowed="one parameter for a value")
        taken.update(dict.fromkeys(parameter.paths, parameter.name))


def _parameter(text: str, data: Mapping[str, Any]) -> Parameter:
    path, equals, span = (part.strip() for part in text.partition("="))
    values = _values(path, data)
    if not values:
        raise ScenarioError([_no_values(path, data)])
    bases = tuple(values.values())
    many = "*" in path
    low, high = _given(text, span) if equals else _usual(path, bases)
    least, most = _allowed(values, many=many)
    if equals and not (least <= low < high <= most):
        allowed = (
            f"LOW..HIGH between {least:g} and {most:g}" if math.isfinite(most) else f"LOW..HIGH from {least:g} upwards"
        )
        raise ScenarioError([Fault(f"{show(span)} is no range for {path}", key="--fit", value=span, allowed=allowed)])
    low, high = max(low, least), min(high, most)
    if not low < high:
        message = f"{path} is {show(bases[0])}: there is no range around it to choose"
        raise ScenarioError([Fault(message, key="--fit", value=text, allowed=f"--fit '{path}=LOW..HIGH'")])
    scale: Literal["linear", "log"] = "log" if low > 0 and high / low >= _SPREAD else "linear"
    return Parameter(name=path, paths=tuple(values), bases=bases, low=low, high=high, scale=scale)


def _allowed(values: Mapping[KeyPath, float], *, many: bool) -> tuple[float, float]:
    """Return the least and the largest value that all places take; of several, of the factor, which is never negative."""
    ends = []
    for path, base in values.items():
        low, high = _bounds(path)
        ends.append(sorted((low / base, high / base)) if many else [low, high])
    least, most = max(low for low, _ in ends), min(high for _, high in ends)
    return (max(least, 0.0), most) if many else (least, most)


def _given(text: str, span: str) -> tuple[float, float]:
    low, _, high = span.partition("..")
    try:
        found = float(low), float(high)
    except ValueError:
        found = math.nan, math.nan
    if not all(map(math.isfinite, found)):
        allowed = "PATH or PATH=LOW..HIGH, such as people.loyalty_speed=0.02..0.1"
        raise ScenarioError([Fault(f"{show(text)} is not allowed", key="--fit", value=text, allowed=allowed)])
    return found


def _usual(path: str, bases: tuple[float, ...]) -> tuple[float, float]:
    last = path.rpartition(".")[2]
    if last in _NEAR and "*" in path:
        return 1.0 - _SHARE_SPREAD, 1.0 + _SHARE_SPREAD
    if "*" in path:
        return 1.0 / _SPREAD, _SPREAD
    if last in _NEAR:
        return bases[0] - _SHARE_SPREAD, bases[0] + _SHARE_SPREAD
    low, high = sorted((bases[0] / _SPREAD, bases[0] * _SPREAD))
    return low, high


def _values(path: str, data: Mapping[str, Any]) -> dict[KeyPath, float]:
    """Return the numbers at a path; of one with `*`, all that are not zero (a factor would leave them as they are)."""
    found: dict[KeyPath, float] = {}
    for concrete in _expanded(path.split("."), data, ()):
        keys = resolved(".".join(concrete), data)
        if keys is None or any(isinstance(key, int) for key in keys):
            continue
        value = value_at(data, keys)
        number = kind_of(scenario_format().at(keys) or {}) == "number" and isinstance(value, (int, float))
        if number and (value or "*" not in path):
            found[keys] = float(value)
    return found


def _expanded(parts: Sequence[str], data: object, so_far: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a path with every `*` replaced by each key that stands there."""
    if "*" not in parts:
        yield (*so_far, *parts)
        return
    at = parts.index("*")
    here = value_at(data, tuple(parts[:at]))
    for key in here if isinstance(here, Mapping) else ():
        yield from _expanded(parts[at + 1 :], here[key], (*so_far, *parts[:at], key))


def _bounds(path: KeyPath) -> tuple[float, float]:
    """Return the least and the largest value that the scenario's format allows at a path."""
    node = scenario_format().at(path) or {}
    low = node.get("minimum", node.get("exclusiveMinimum", -math.inf))
    return float(low), float(node.get("maximum", node.get("exclusiveMaximum", math.inf)))


def _no_values(path: str, data: Mapping[str, Any]) -> Fault:
    hint = nearest(path, known_paths(data))
    hint = None if hint == path else hint
    allowed = "the dotted path of a number in the scenario, such as people.loyalty_speed or market.segments.*.defection"
    return Fault(f"there is no number at {show(path)}", key="--fit", value=path, allowed=allowed, nearest=hint)
