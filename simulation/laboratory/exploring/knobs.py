"""What a scenario lets one move on a page: each knob with its place in the scenario, its range and its words.

Ranges, choices and explanations are read from the scenario's own format, so that nothing is allowed here which a file may
not hold. Only the selection, the order and the short labels are made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from simulation.laboratory.sweep.paths import kind_of, scenario_format, value_at
from simulation.scenario.allowed import choices
from simulation.scenario.faults import dotted
from simulation.scenario.governance import INDEPENDENT, CentralTeam, Operational, Strategic
from simulation.scenario.names import PAYOFFS, REGIMES, SCHEMES
from simulation.scenario.regime import Alignment, Horizon, Incentives, Information, Levers
from simulation.scenario.schema import docstrings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.base import Part
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

__all__ = ["MOST", "Knob", "KnobKind", "knobs_of", "stands_at", "value_of"]

KnobKind = Literal["number", "whole", "truth", "choice", "part"]
"""What is moved: a number in a range, a whole number, yes or no, one of some words, a body that there is or is not."""

MOST = {"horizon.population": 100_000, "horizon.weeks": 1_040, "horizon.replications": 200}
"""A page takes no more; `silosim compare` does. Our assumption (what a laptop's memory holds beside a browser)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One thing to move.

    Attributes
    ----------
    key, path
        Its place in the scenario, as text with dots and as keys.
    kind
        What is moved.
    group, label, words
        Heading, name, and what it means in a sentence.
    low, high, step
        Of a number: the ends of its range, and a useful step.
    low_words, high_words
        What the ends mean, where that is known.
    options
        Of a choice: word -> label.
    left_open
        What it means to leave it open (a lever that is not held: left to its department); empty where it cannot be.
    common
        True where all arms must agree (people, time, starting policy).
    needs
        Key of the body without which it means nothing; empty: none.
    """

    key: str
    path: KeyPath
    kind: KnobKind
    group: str
    label: str
    words: str = ""
    low: float | None = None
    high: float | None = None
    step: float = 0.05
    low_words: str = ""
    high_words: str = ""
    options: Mapping[str, str] | None = None
    left_open: str = ""
    common: bool = False
    needs: str = ""


_PAY, _SEE, _BUY_IN, _COUNCIL, _LEVERS, _PEOPLE = (
    "What departments are paid on",
    "What departments can see",
    "Buy-in without pay",
    "Councils and accountability",
    "Levers",
    "People and time",
)


def knobs_of(loaded: LoadedScenario) -> tuple[Knob, ...]:
    """Return what can be moved in a scenario, in the order in which a page shows it.

    Examples
    --------
    >>> from simulation.scenario.loading import load
    >>> next(knob.high for knob in knobs_of(load("baseline")) if knob.key == "incentives.shared_weight")
    1.0
    """
    scenario = loaded.scenario
    parts = (_pay(scenario), _sight(), _bodies(scenario), _levers(loaded), _people())
    return tuple(knob for part in parts for knob in part)


def value_of(knob: Knob, arm: Scenario) -> Any:
    """Return where a knob stands in an arm; None where it is left open, true or false for a body."""
    found = value_at(_plain(arm, str(knob.path[0])), knob.path[1:])
    return found is not None if knob.kind == "part" else found


def stands_at(knob: Knob, arm: Scenario) -> float | None:
    """Return what counts in an arm where a number is left open; None where it cannot be, or is not.

    A lever that is not held, and a start that is not given: where its department begins. A department without a weight of
    its own: the weight for all. A shared metric that is not among them: 0.
    """
    if not knob.left_open or value_of(knob, arm) is not None:
        return None
    part, _, name = (str(key) for key in knob.path)
    if part == "incentives":
        return arm.incentives.shared_weight if "by_department" in knob.key else 0.0
    department, _, lever = name.partition(".")
    if department == "*":
        return arm.every_department[lever].start
    if name in arm.learning.start_policy:
        return arm.learning.start_policy[name]
    given = arm.departments[department].levers[lever].start
    return 0.5 if arm.learning.start in {"midpoint", "random"} else given  # at random: half way on average


def _plain(arm: Scenario, part: str) -> Any:
    given = getattr(arm, part)
    if isinstance(given, dict):  # named parts, such as departments
        return {name: each.model_dump() for name, each in given.items()}
    return given.model_dump()


def _pay(scenario: Scenario) -> Iterator[Knob]:
    words = _words(Incentives)
    yield _knob("incentives.shared_weight", _PAY, "Weight of shared metrics", words["shared_weight"],
                low_words="own KPI only", high_words="shared metrics only")  # fmt: skip
    for name, department in scenario.departments.items():
        yield _knob(("incentives", "shared_weight_by_department", name), _PAY, f"Weight for {department.name} alone",
                    "Another weight of shared metrics for this department.", left_open="the same as for all")  # fmt: skip
    for name, kpi in scenario.kpis.items():
        if kpi.owner == "company":
            yield _knob(("incentives", "shared_metrics", name), _PAY, f"Shared metric: {kpi.name}",
                        "Its weight among the shared metrics; the weights count relative to each other.",
                        high=_twice(scenario.incentives.shared_metrics.get(name)), left_open="not among them")  # fmt: skip
    for name, department in scenario.departments.items():
        for kpi_name, weight in department.kpis.items() if len(department.kpis) > 1 else ():
            yield _knob(("departments", name, "kpis", kpi_name), _PAY,
                        f"{department.name}: own KPI {scenario.kpis[kpi_name].name}",
                        "Its weight in the own score; the weights count relative to each other.",
                        high=_twice(weight))  # fmt: skip
    yield _knob("incentives.scheme", _PAY, "Incentive scheme", words["scheme"], options=SCHEMES)
    yield _knob("incentives.payoff", _PAY, "Pay-off", words["payoff"], options=PAYOFFS)
    yield _knob(
        "incentives.transparency_reward", _PAY, "Reward for sharing data", words["transparency_reward"], high=2.0
    )


def _twice(weight: float | None) -> float:
    """Upper end for a weight that the format leaves without one: room to double it."""
    return max(1.0, 2.0 * (weight or 0.0))


def _sight() -> Iterator[Knob]:
    words, buy_in = _words(Information), _words(Alignment)
    yield _knob("information.regime", _SEE, "Customer data", words["regime"], options=REGIMES)
    yield _knob("information.as_shared", _SEE, "Only as good as what is shared", words["as_shared"])
    yield _knob("information.agreed_definitions", _SEE, "Agreed definitions", words["agreed_definitions"])
    for name, label in (
        ("buy_in", "Buy-in at the start"),
        ("line_of_sight", "Line of sight"),
        ("role_clarity", "Role clarity"),
    ):
        yield _knob(f"alignment.{name}", _BUY_IN, label, buy_in[name])


def _bodies(scenario: Scenario) -> Iterator[Knob]:
    chairs = {INDEPENDENT: "independent"} | {name: each.name for name, each in scenario.departments.items()}
    for part, body, label, inner in (
        ("operational", Operational, "Operational council",
         (("chair", "Chair"), ("follow_up", "Asks after agreed actions"), ("reporting", "Worth of having to report"),
          ("territory", "How far members defend their territory"))),
        ("strategic", Strategic, "Strategic council", (("weight_step", "Step by which it moves the shared weight"),)),
        ("central_team", CentralTeam, "Central customer-experience team", (("error_left", "Error left in reports"),)),
    ):  # fmt: skip
        key, words = f"governance.{part}", _words(body)
        yield _knob(key, _COUNCIL, label, (body.__doc__ or "").strip())
        for name, told in inner:
            options = chairs if name == "chair" else None
            high = 1.0 if name == "reporting" else None
            yield _knob(f"{key}.{name}", _COUNCIL, told, words[name], options=options, high=high, needs=key)


def _levers(loaded: LoadedScenario) -> Iterator[Knob]:
    """Each lever held at a value or left to its department, and where it starts."""
    scenario = loaded.scenario
    yield _knob("levers.frozen", _LEVERS, "All levers frozen at their start", _words(Levers)["frozen"])
    every = {f"*.{name}": lever for name, lever in scenario.every_department.items()}
    own = {
        f"{department}.{name}": lever
        for department, given in scenario.departments.items()
        for name, lever in given.levers.items()
    }
    for name, lever in {**own, **every}.items():
        department, _, _ = name.partition(".")
        who = "Every department" if department == "*" else scenario.departments[department].name
        ends: dict[str, Any] = {"low_words": lever.low, "high_words": lever.high}
        yield _knob(("levers", "hold", name), _LEVERS, f"{who}: {lever.name}, held at",
                    "From the end of burn-in its department cannot move it.",
                    left_open="left to the department", **ends)  # fmt: skip
        everywhere = department == "*"
        start: KeyPath = ("every_department", name[2:], "start") if everywhere else ("learning", "start_policy", name)
        given = "" if everywhere else f"as the scenario has it: {lever.start:g}"
        yield _knob(start, _LEVERS, f"{who}: {lever.name}, starts at",
                    "Where it stands before and during burn-in, in every arm.", left_open=given, common=True, **ends)  # fmt: skip


def _people() -> Iterator[Knob]:
    words = _words(Horizon)
    for name, label, meaning in (
        ("population", "People in the market", "More people: less chance in every figure, and longer runs."),
        ("weeks", "Weeks", "After burn-in."),
        ("replications", "Replications", "Other luck for the same firm: more of them narrow the intervals."),
        ("seed", "Seed", "Another seed, other customers and other luck; the same in all arms."),
    ):
        key = f"horizon.{name}"
        yield _knob(key, _PEOPLE, label, words.get(name, meaning), common=True, high=MOST.get(key), step=1.0)


def _knob(
    place: str | KeyPath,
    group: str,
    label: str,
    words: str,
    *,
    options: Any = None,
    high: float | None = None,
    step: float = 0.05,
    **more: Any,
) -> Knob:
    """Make a knob; its kind and range come from the scenario's format."""
    path: KeyPath = tuple(place.split(".")) if isinstance(place, str) else place
    node = scenario_format().at(path)
    assert node is not None, f"the format has no {place}"
    named = options or choices(node)
    labels = dict(named) if isinstance(named, dict) else {name: name.replace("_", " ") for name in named}
    kinds: dict[str, KnobKind] = {"number": "number", "whole": "whole", "truth": "truth", "mapping": "part"}
    top = node.get("maximum")
    return Knob(
        key=dotted(path), path=path, group=group, label=label, words=words.partition(" Source:")[0].replace("`", ""),
        kind="choice" if labels else kinds[kind_of(node)], options=labels or None,
        low=node.get("minimum", 0.0), high=top if high is None else min(high, top or high), step=step, **more,
    )  # fmt: skip


@cache
def _words(part: type[Part]) -> dict[str, str]:
    """What the format says of each field of a part."""
    return dict(docstrings(part))
