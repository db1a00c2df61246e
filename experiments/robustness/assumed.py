"""Every assumed number of the reference firm with its plausible range, by one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from annotated_types import Ge, Le

from simulation.scenario.base import Part
from simulation.scenario.schema import docstrings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.scenario.scenario import Scenario

__all__ = ["FACTOR", "Assumed", "assumed"]

FACTOR = 2.0
"""A size is drawn between a half and twice, a share so that its odds are. Our assumption."""
CHOSEN = ("arms", "governance", "horizon", "incentives", "information", "levers", "timeline")
"""What the arms differ in, how long and how many: chosen by who compares, not assumed of the firm."""
DEFINITIONS = frozenset({"neutral", "numerator", "denominator", "scale", "par", "share", "weeks"})
"""Fields that say what is meant (where a slope starts, what a KPI counts, how people are divided), not how large it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """An assumed number.

    Attributes
    ----------
    path
        Dotted path in the scenario.
    value
        As shipped.
    low, high
        Ends of its range; of a negative number `low` is the larger in size.
    share
        True where it is drawn by its odds.
    whole
        True where the scenario takes whole numbers only.
    source
        What the scenario or the schema says of it.
    """

    path: str
    value: float
    low: float
    high: float
    share: bool
    whole: bool = False
    source: str

    def at(self, drawn: float) -> float:
        """Return the value at a share of the way [0-1], even in the logarithm of the size or of the odds.

        Examples
        --------
        >>> shop = Assumed(path="journey.shop.cost", value=0.3, low=0.15, high=0.6, share=False, source="our assumption")
        >>> [shop.at(drawn) for drawn in (0.0, 0.5, 1.0)]
        [0.15, 0.3, 0.6]
        """
        times = FACTOR ** (2.0 * drawn - 1.0)
        moved = _odds(self.value, times) if self.share else self.value * times
        within = min(max(moved, self.low), self.high)
        return float(round(within)) if self.whole else float(f"{within:.4g}")


def assumed(scenario: Scenario) -> list[Assumed]:
    """List every number of a scenario that acts in it and whose size is assumed, in the order of the schema.

    A number's source is its docstring's `Source:`, else that of the nearest part around it, else the scenario's. A number that is
    nought is left out: half and twice of it are nought.
    """
    numbers = _numbers(scenario, (), scenario.source or "our assumption")
    found = [
        _ranged(".".join(path), value, allowed, source)
        for path, value, allowed, source in numbers
        if value != 0 and "assum" in source and not _given(path, scenario)
    ]
    return [each for each in found if each.low < each.high]


def _given(path: tuple[str, ...], scenario: Scenario) -> bool:
    """Whether a number is chosen, a definition, or without effect in this firm."""
    if path[0] in CHOSEN or DEFINITIONS & set(path) or (path[0] == "departments" and path[2] == "kpis"):
        return True
    if path[0] == "kpis":
        paid = {*scenario.incentives.shared_metrics}.union(*(each.kpis for each in scenario.departments.values()))
        return path[1] not in paid
    return path[0] == "journey" and path[2] == "sale_size" and not scenario.journey[path[1]].sells


def _ranged(name: str, value: float, allowed: tuple[float, float], source: str) -> Assumed:
    share = allowed == (0.0, 1.0) and value < 1.0
    ends = [_odds(value, times) if share else value * times for times in (1.0 / FACTOR, FACTOR)]
    low, high = (min(max(end, allowed[0]), allowed[1]) for end in sorted(ends))
    return Assumed(path=name, value=value, low=low, high=high, share=share, whole=isinstance(value, int), source=source)


def _odds(share: float, times: float) -> float:
    """Return the share whose odds are so many times as high."""
    return times * share / (1.0 - share + times * share)


def _numbers(
    part: Any, path: tuple[str, ...], source: str, allowed: tuple[float, float] = (-1e12, 1e12)
) -> Iterator[tuple[tuple[str, ...], float, tuple[float, float], str]]:
    """Yield every number: its path, value, allowed range and source."""
    if isinstance(part, Part):
        own = getattr(part, "source", None) or source
        words = dict(docstrings(type(part)))
        for name, field in type(part).model_fields.items():
            told = words.get(name, "").partition("Source:")[2].strip()
            metadata = [*field.metadata, *_within(field.annotation)]
            yield from _numbers(getattr(part, name), (*path, name), told or own, _bounds(metadata))
    elif isinstance(part, dict):
        for key, inner in part.items():
            yield from _numbers(inner, (*path, key), source, allowed)
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield path, part, allowed, source


def _within(annotation: Any) -> list[Any]:
    """Return what annotations inside one say: of `dict[str, Share]` the bounds of a share."""
    found = list(getattr(annotation, "__metadata__", ()))
    for inner in get_args(annotation):
        found += _within(inner)
    return [each for one in found for each in (getattr(one, "metadata", None) or [one])]


def _bounds(metadata: list[Any]) -> tuple[float, float]:
    lows = [float(each.ge) for each in metadata if isinstance(each, Ge)]
    highs = [float(each.le) for each in metadata if isinstance(each, Le)]
    return max(lows, default=-1e12), min(highs, default=1e12)
