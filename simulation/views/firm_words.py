"""A scenario's parts in plain words: triggers, effects of levers, KPIs, what an arm changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulation.views.governance_words import alignment_words, governance_words
from simulation.views.words import STAGE_WORDS, joined

if TYPE_CHECKING:
    from simulation.scenario.journey import Touchpoint
    from simulation.scenario.kpi import Kpi
    from simulation.scenario.lever import Effect
    from simulation.scenario.scenario import Scenario

__all__ = ["change_words", "effect_words", "kpi_words", "lever_path_words", "percent", "queue_words", "trigger_words"]

_MOVES = {
    "volume": ("more often", "less often"),
    "promise": ("promises more", "promises less"),
    "quality": ("better quality", "worse quality"),
    "effort": ("more effort for customers", "less effort for customers"),
    "relevance": ("more relevant", "less relevant"),
    "conversion": ("succeeds more", "succeeds less"),
    "failure": ("more problems", "fewer problems"),
    "resolution": ("solves more", "solves less"),
    "cost": ("costs more", "costs less"),
    "revenue": ("higher price", "lower price"),
    "coaching": ("survey answers talked up more", "survey answers talked up less"),
    "capacity": ("more capacity", "less capacity"),
    "staff": ("more staff", "less staff"),
    "days": ("arrives later", "arrives sooner"),
    "promised_days": ("promised for later", "promised for sooner"),
}
"""Coefficient -> words for a rise and for a fall."""
_CHOICES: dict[tuple[str, ...], dict[str, str]] = {
    ("incentives", "scheme"): {
        "own": "departments are appraised on their own KPIs alone",
        "blend": "appraisals blend own and shared metrics",
        "split_pool": "departments split what shared metrics pay into equal parts",
        "gate": "good own figures count only where the shared score is good enough",
    },
    ("incentives", "payoff"): {
        "linear": "each point of appraisal pays alike",
        "quota": "the bonus depends on meeting a quota",
        "tournament": "the bonus depends on doing better than the other departments",
    },
    ("information", "regime"): {
        "siloed": "each department sees only its own KPIs",
        "pooled": "departments see pooled data on what later happens to their customers",
    },
    ("information", "as_shared"): {
        "True": "pooled data show as much as departments put in",
        "False": "pooled data are complete",
    },
    ("levers", "frozen"): {"True": "no lever ever moves", "False": "levers are free to move"},
}
"""What the entries of catalogues, and switches, mean."""
_OUTCOMES = {"met": "each", "success": "each successful", "no_success": "each unsuccessful"}


MOVED = frozenset(_MOVES)
"""The coefficients that have words."""


def percent(share: float) -> str:
    """A share as a percentage: `0.045` is `4.5 %`."""
    return f"{100 * share:.3g} %"


def trigger_words(scenario: Scenario, point: Touchpoint) -> str:
    """When a customer comes to a touchpoint."""
    trigger = point.trigger
    who = joined([STAGE_WORDS[stage] for stage in trigger.stages])
    share = "" if trigger.weekly == 1 else f"{percent(trigger.weekly)} of the time "
    if trigger.kind == "rate":
        return f"{percent(trigger.weekly)} of {who or 'customers'} each week"
    if trigger.kind == "need":
        return f"{share}when {who} want to buy" if who else f"{share}when a customer wants to buy"
    if trigger.kind == "cycle":
        return f"{share}every {trigger.weeks} weeks for {who or 'customers'}"
    if trigger.kind == "open_case":
        return f"{share}when {who or 'someone'} with an open problem speaks up"
    before = joined([scenario.journey[name].name for name in trigger.follows], last="or")
    return f"{share}after {_OUTCOMES[trigger.when]} {before}"


def queue_words(point: Touchpoint) -> str:
    """A touchpoint's capacity; empty without a queue."""
    return f"{point.capacity.per_1000:g} a week per 1,000 people" if point.capacity else ""


def effect_words(scenario: Scenario, effects: Mapping[str, Mapping[str, Effect]]) -> list[str]:
    """What moves when a lever goes from its low to its high end: one line per touchpoint.

    Examples are `Campaign: more often (by segment), less relevant`.
    """
    lines = []
    for touchpoint, moved in effects.items():
        place = "Its own touchpoints" if touchpoint == "own" else scenario.journey[touchpoint].name
        lines.append(f"{place}: {', '.join(_moved(name, effect) for name, effect in moved.items())}")
    return lines


def _moved(coefficient: str, effect: Effect) -> str:
    up, down = _MOVES.get(coefficient, (f"more {coefficient}", f"less {coefficient}"))
    return (up if effect.slope >= 0 else down) + (" (by segment)" if effect.by_segment else "")


def kpi_words(scenario: Scenario, kpi: Kpi) -> str:
    """How a KPI is counted: `1,000 x successes at Campaign / people`."""
    scale = "" if kpi.scale == 1 else f"{kpi.scale:,.6g} x "
    return f"{scale}{_sum_words(scenario, kpi.numerator)} / {_sum_words(scenario, kpi.denominator)}"


def _sum_words(scenario: Scenario, terms: Mapping[str, float]) -> str:
    words = [("" if weight == 1 else f"{weight:g} x ") + _counter(scenario, name) for name, weight in terms.items()]
    return words[0] if len(words) == 1 else f"({' + '.join(words)})"


def _counter(scenario: Scenario, name: str) -> str:
    counter, _, touchpoint = name.partition("@")
    words = counter.replace("_", " ")
    return f"{words} at {scenario.journey[touchpoint].name}" if touchpoint in scenario.journey else words


def lever_path_words(scenario: Scenario, path: str) -> str:
    """`department.lever` by name; `*.lever` stands for every department."""
    department, _, lever = path.partition(".")
    found = scenario.every_department.get(lever)
    if department == "*":
        return f'"{found.name}" in every department' if found else f"{path}"
    given = scenario.departments.get(department)
    if given is None:
        return path
    own = given.levers.get(lever) or found
    return f'"{own.name}" of {given.name}' if own else path


def change_words(scenario: Scenario, changes: Mapping[str, object]) -> list[str]:
    """What an arm changes, one phrase per value."""
    return _flat(scenario, changes, ())


def _flat(scenario: Scenario, value: object, path: tuple[str, ...]) -> list[str]:
    special = _special(scenario, value, path)
    if special is not None:
        return special
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _flat(scenario, inner, (*path, str(key)))]
    shown = f"{len(value)} entries" if isinstance(value, list | tuple) else str(value)
    return [f"{' > '.join(_step(scenario, path, at) for at in range(len(path)))}: {shown}"]


def _special(scenario: Scenario, value: object, path: tuple[str, ...]) -> list[str] | None:
    """Phrases for the changes that arms make most; None for all others."""
    if path in _CHOICES:
        return [_CHOICES[path].get(str(value), f"{path[1]}: {str(value).replace('_', ' ')}")]
    match path:
        case ("levers", "hold") if isinstance(value, Mapping):
            return [f"{lever_path_words(scenario, str(name))} held at {level}" for name, level in value.items()]
        case ("incentives", "shared_weight") if isinstance(value, int | float):
            return [f"{percent(float(value))} of every appraisal comes from shared metrics"]
        case ("incentives", "shared_weight_by_department", department) if isinstance(value, int | float):
            name = _step(scenario, ("departments", department), 1)
            return [f"{percent(float(value))} of the appraisal of {name} comes from shared metrics"]
        case ("incentives", "shared_metrics") if isinstance(value, Mapping):
            names = [f"{_kpi(scenario, str(name))} ({weight})" for name, weight in value.items()]
            return [f"shared metrics: {joined(names)}"]
        case ("incentives", *rest):
            return _pay_words(scenario, value, tuple(rest))
        case ("levers", "limit") if isinstance(value, Mapping):
            return [_limit_words(scenario, str(name), bounds) for name, bounds in value.items()]
    return _other_words(scenario, value, path)


def _other_words(scenario: Scenario, value: object, path: tuple[str, ...]) -> list[str] | None:
    """Phrases for bodies, alignment, what happens in mid-course, and what is taken away."""
    match path:
        case ("governance",) if isinstance(value, Mapping):
            return governance_words(scenario, value, lever=lambda name: lever_path_words(scenario, name))
        case ("alignment",) if isinstance(value, Mapping):
            return alignment_words(value)
        case ("timeline",) if isinstance(value, list | tuple):
            return [words for change in value for words in _in_mid_course(scenario, change)]
        case ("journey", point, "owner") if str(value) in scenario.departments:
            return [f"{_step(scenario, ('journey', point), 1)} is run by {scenario.departments[str(value)].name}"]
        case ("departments" | "journey" | "kpis" | "joint_effects", _) if value is None:
            return [f"without {_step(scenario, path, 1)}"]
    return None


def _in_mid_course(scenario: Scenario, change: object) -> list[str]:
    """What changes from some week on, one phrase per value."""
    if not isinstance(change, Mapping):
        return [str(change)]
    end = change.get("end")
    when = f"from week {change.get('start')}" + (f" to before week {end}" if end is not None else "")
    parts = {key: value for key, value in change.items() if key not in {"title", "start", "end"}}
    return [f"{when}: {words}" for words in change_words(scenario, parts)]


def _pay_words(scenario: Scenario, value: object, path: tuple[str, ...]) -> list[str] | None:
    """Phrases for what is paid beside shared weights."""
    name = _step(scenario, ("departments", path[1]), 1) if len(path) == 2 else ""
    match path:
        case ("payoff_by_department", _):
            return [f"{name}: {_CHOICES['incentives', 'payoff'].get(str(value), str(value))}"]
        case ("own_kpis" | "charges" as part, _) if isinstance(value, Mapping):
            metrics = joined([f"{_kpi(scenario, str(kpi))} ({weight})" for kpi, weight in value.items()])
            return [f"{name} is paid on {metrics}" if part == "own_kpis" else f"{name} is charged for {metrics}"]
        case ("transparency_reward",) if isinstance(value, int | float):
            return [f"sharing all data adds {value:g} points to an appraisal"]
        case ("attention",) if value is not None:
            return [f"at a review a department heeds {value} of the metrics that it is paid on"]
    return None


def _limit_words(scenario: Scenario, lever: str, bounds: object) -> str:
    between = " and ".join(str(bound) for bound in bounds) if isinstance(bounds, list | tuple) else str(bounds)
    return f"{lever_path_words(scenario, lever)} kept between {between}"


def _kpi(scenario: Scenario, name: str) -> str:
    return scenario.kpis[name].name if name in scenario.kpis else name.replace("_", " ")


def _step(scenario: Scenario, path: tuple[str, ...], at: int) -> str:
    """One step of a path by its name, where the scenario has one for it."""
    key, before = path[at], path[:at]
    parts: dict[tuple[str, ...], Mapping[str, object]] = {
        ("departments",): scenario.departments,
        ("journey",): scenario.journey,
        ("kpis",): scenario.kpis,
        ("every_department",): scenario.every_department,
        ("joint_effects",): scenario.joint_effects,
        ("market", "segments"): scenario.market.segments,
        ("market", "offers"): scenario.market.offers,
    }
    if len(before) == 3 and before[0] == "departments" and before[2] == "levers" and before[1] in scenario.departments:
        parts[before] = scenario.departments[before[1]].levers
    found = parts.get(before, {}).get(key)
    return str(getattr(found, "name", key.replace("_", " ")))
