"""The reference firm as tables: the values that stand behind every shipped result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generating.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.scenario.lever import Effects
    from simulation.scenario.scenario import Scenario

__all__ = ["reference_firm"]


def reference_firm() -> str:
    """Return segments, offers, touchpoints, levers with their effects, and KPIs of `scenarios/baseline.yaml`."""
    from simulation.scenario.loading import load

    firm = next(iter(load("baseline").arms.values()))
    return "\n\n".join((
        f"#### Offers\n\n{_offers(firm)}", f"#### Segments\n\n{_segments(firm)}", f"#### Touchpoints\n\n{_journey(firm)}",
        f"#### Levers\n\n{_levers(firm)}", f"#### What levers do\n\n{_effects(firm)}", f"#### KPIs\n\n{_kpis(firm)}",
    ))  # fmt: skip


def _offers(firm: Scenario) -> str:
    money = firm.market.currency
    rows = [[f"`{key}`", o.name, f"{o.price:g}", f"{o.unit_cost:g}", o.source] for key, o in firm.market.offers.items()]
    return table(("offer", "name", f"price [{money}]", f"unit cost [{money}]", "source"), rows)


def _segments(firm: Scenario) -> str:
    fields = (
        *("share", "purchase_rate", "price_sensitivity", "patience", "voice", "digital", "memory", "expectation"),
        *("defection", "fit_spread"),
    )
    rows = []
    for key, segment in firm.market.segments.items():
        fit = ", ".join(f"{offer} {value:g}" for offer, value in segment.fit.items())
        rows.append([f"`{key}`", *(f"{getattr(segment, field):g}" for field in fields), fit, segment.source])
    return table(("segment", *(f"`{field}`" for field in fields), "`fit`", "source"), rows)


def _journey(firm: Scenario) -> str:
    fields = ("quality", "quality_spread", "conversion", "failure", "resolution", "cost")
    rows = []
    for key, t in firm.journey.items():
        trigger = f"{t.trigger.kind} {t.trigger.weekly:g}"
        if t.trigger.follows:
            trigger += f" {', '.join(t.trigger.follows)} ({t.trigger.when})"
        figures = (f"{getattr(t, field):g}" for field in fields)
        rows.append([f"`{key}`", t.owner, t.kind, t.channel, trigger, *figures, t.source])
    return table(
        ("touchpoint", "owner", "kind", "channel", "trigger", *(f"`{field}`" for field in fields), "source"), rows
    )


def _levers(firm: Scenario) -> str:
    rows = []
    everybody = {f"every.{key}": lever for key, lever in firm.every_department.items()}
    own = {f"{d}.{key}": lever for d, given in firm.departments.items() for key, lever in given.levers.items()}
    for key, lever in {**own, **everybody}.items():
        figures = [f"{value:g}" for value in (lever.start, lever.easy, lever.neutral, lever.effort)]
        rows.append([f"`{key}`", lever.low, lever.high, *figures, lever.source])
    return table(("lever", "0 means", "1 means", "start", "easy", "neutral", "effort [points]", "source"), rows)


def _effects(firm: Scenario) -> str:
    rows = []
    for d, given in firm.departments.items():
        for key, lever in given.levers.items():
            rows += [[f"`{d}.{key}`", *row] for row in _rows_of(lever.effects)]
    for key, lever in firm.every_department.items():
        rows += [[f"`every.{key}`", *row] for row in _rows_of(lever.effects)]
    for key, joint in firm.joint_effects.items():
        rows += [[f"`{key}` ({joint.form} of {', '.join(joint.levers)})", *row] for row in _rows_of(joint.effects)]
    return table(("lever", "touchpoint", "coefficient", "slope from low to high", "source"), rows)


def _rows_of(effects: Effects) -> Iterator[list[str]]:
    for touchpoint, coefficients in effects.items():
        for coefficient, effect in coefficients.items():
            other = "".join(f"; {segment} {slope:+g}" for segment, slope in effect.by_segment.items())
            yield [touchpoint, coefficient, f"{effect.slope:+g}{other}", effect.source]


def _kpis(firm: Scenario) -> str:
    def side(terms: dict[str, float]) -> str:
        return " + ".join(f"{'' if weight == 1 else f'{weight:g} x '}{name}" for name, weight in terms.items())

    rows = [
        [f"`{key}`", k.owner, f"{k.scale:g} x ({side(k.numerator)}) / ({side(k.denominator)})", k.unit, k.better,
         f"{k.stretch:g}", k.source]
        for key, k in firm.kpis.items()
    ]  # fmt: skip
    return table(("KPI", "owner", "definition", "unit", "better", "stretch", "source"), rows)
