"""Studies: which arms are run to see whether a pattern emerges, one study a shipped scenario.

A study takes the arms of its scenario, adds or changes some, and measures its patterns on each replication: same customers, same
luck. Where a study says nothing about incentives (voice and exit, word of mouth) one arm is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.best_policy import frozen_at
from simulation.analysis.null_firms import NULL_FIRMS
from simulation.analysis.patterns import PATTERNS, Pattern, last_year, rise
from simulation.scenario.regime import Change, Levers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

    Arms = Mapping[str, Scenario]
    Runs = Mapping[str, Run]

__all__ = ["FIRMS", "STUDIES", "Study", "patterns_by_name"]

FIRMS = ("reference", *NULL_FIRMS)
BUY_IN = 0.5
HEAVY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Patterns that are looked for in the same runs.

    `arms` makes them of the scenario's own; `firms` are those on which it is run (`reference`, or a null firm by name).
    """

    scenario: str
    arms: Callable[[Arms], dict[str, Scenario]]
    patterns: tuple[Pattern, ...]
    firms: tuple[str, ...] = FIRMS


# --- F1 to F5b: silos, a shared weight, sight, both -----------------------------------------------------------------


def _sharing(arms: Arms) -> dict[str, Scenario]:
    """Return a firm whose levers never move, the arms, buy-in that no bonus backs, and nine tenths of the weight shared."""
    pooled, both = arms["pooled_data"], arms["shared_and_pooled"]
    return {
        "frozen": frozen_at(arms["siloed"], arms["siloed"].learning.start_policy),
        **arms,
        "buy_in": pooled.model_copy(update={"alignment": pooled.alignment.model_copy(update={"buy_in": BUY_IN})}),
        "heavy_and_pooled": both.model_copy(
            update={"incentives": both.incentives.model_copy(update={"shared_weight": HEAVY})}
        ),
    }


# --- F6: the chain of lead quality -----------------------------------------------------------------------------------------


def _breadth(arms: Arms) -> dict[str, Scenario]:
    """Return the firm with a sales quota under narrow and under broad targeting, everything else learned."""
    siloed = arms["own_kpi"]
    return {
        name: siloed.model_copy(
            update={
                "levers": siloed.levers.model_copy(update={"hold": {**siloed.levers.hold, "marketing.breadth": at}})
            }
        )
        for name, at in (("narrow", 0.2), ("broad", 0.8))
    }


def _contracts_a_lead(runs: Runs) -> float:
    broad, narrow = (
        100.0 * last_year(runs[arm], "new_contracts") / last_year(runs[arm], "leads") for arm in ("broad", "narrow")
    )
    return broad - narrow


# --- F7: one department off board -------------------------------------------------------------------------------------


def _off_board(department: str, says: str) -> Pattern:
    return Pattern(
        name=f"F7 {department}", says=f"Loyalty lost when {says} is paid on its own KPI while all others share", unit="points",
        expected="+", source="MODEL F7; Kretschmer & Puranam 2008",
        measure=rise("loyalty", "all_on_board", f"without_{department}"),
    )  # fmt: skip


# --- F8: coming back ----------------------------------------------------------------------------------------------------


def _switched(arms: Arms) -> dict[str, Scenario]:
    """Return a steady arm and one that is worse for the first half, once by levers moved by hand and once by the scheme.

    By hand, with nobody learning, only customers remember; by the scheme departments have to learn back as well.
    """
    good = arms["shared_and_pooled"]
    half = good.horizon.weeks // 2
    bad = {"sales.promise": 0.9, "marketing.hype": 0.9, "fulfilment.economy": 0.9, "service.handle_time": 0.9}
    by_hand = {**good.levers.hold, **dict.fromkeys(bad, 0.5)}
    held = good.model_copy(
        update={"learning": good.learning.model_copy(update={"rule": "fixed"}), "levers": Levers(hold=by_hand)}
    )
    siloed = arms["siloed"].incentives
    return {
        "held": held,
        "held_worse": held.model_copy(
            update={"timeline": (Change(start=0, end=half, levers=Levers(hold={**by_hand, **bad})),)}
        ),
        "shared": good,
        "shared_late": good.model_copy(update={"timeline": (Change(start=0, end=half, incentives=siloed),)}),
    }


def _lag(steady: str, switched: str) -> Callable[[Runs], float]:
    """Return the measure: how much more slowly loyalty comes back than it fell, as a share of the loss.

    With g(t) the loyalty of the steady arm minus that of the switched one, g(half) the loss at the switch and q a quarter of the
    run: g(half + q) / g(half) - (1 - g(q) / g(half)). Above 0: it comes back more slowly than it fell.
    """

    def measure(runs: Runs) -> float:
        gap = runs[steady].weekly["loyalty"] - runs[switched].weekly["loyalty"]
        half, quarter, width = len(gap) // 2, len(gap) // 4, max(1, len(gap) // 26)

        def at(week: int) -> float:
            return float(gap[max(0, week - width) : week].mean())

        return at(half + quarter) / at(half) - (1.0 - at(quarter) / at(half)) if at(half) > 0.0 else float("nan")

    return measure


# --- F9, F10: voice and word of mouth -----------------------------------------------------------------------------------


def _siloed(arms: Arms) -> dict[str, Scenario]:
    return {"siloed": arms["siloed"]}


def _silent(runs: Runs) -> float:
    """Defections without a word in that week, less those of customers who voiced a problem, per defection."""
    gone, silent = (last_year(runs["siloed"], name) for name in ("defections", "silent_lapses"))
    return (2.0 * silent - gone) / gone


def _lapse_over_complaint(runs: Runs) -> float:
    return last_year(runs["siloed"], "silent_lapses") - last_year(runs["siloed"], "complaints")


def _good_over_bad(runs: Runs) -> float:
    return last_year(runs["siloed"], "good_talk") - last_year(runs["siloed"], "bad_talk")


# --- F12: begging for scores --------------------------------------------------------------------------------------------


def _as_given(arms: Arms) -> dict[str, Scenario]:
    return dict(arms)


def _coaching(run: Run) -> float:
    """Return the mean coaching lever of all departments in the last year."""
    levers = [name for name in run.weekly if name.startswith("lever.") and name.endswith(".coaching")]
    return float(np.mean([last_year(run, name) for name in levers]))


# --- F14: where councils act ------------------------------------------------------------------------------------------


def _upstream(arm: str) -> Callable[[Runs], float]:
    """Return the measure: share of a council's actions upstream of where the trouble was heard, above what chance would give.

    Chance: each lever that the council asked about is as likely as any other. Not a number where no action was put forward.
    """

    def measure(runs: Runs) -> float:
        told = [{figure.name: figure.value for figure in item.figures} for item in runs[arm].council]
        acted = [
            figures for figures in told if {"steps_upstream", "levers_where_heard", "levers_upstream"} <= set(figures)
        ]
        levers = [(each["levers_upstream"], each["levers_upstream"] + each["levers_where_heard"]) for each in acted]
        shares = [above / all_ for above, all_ in levers if all_ > 0.0]
        hits = [
            float(each["steps_upstream"] > 0.0) for each, (_, all_) in zip(acted, levers, strict=True) if all_ > 0.0
        ]
        return float(np.mean(hits)) - float(np.mean(shares)) if hits else float("nan")

    return measure


# --- F15: data that nobody is paid for ----------------------------------------------------------------------------------


def _data_drifts(arm: str) -> Callable[[Runs], float]:
    """Return the measure: how far departments put more into the common data in the last quarter of a run than in the first."""

    def measure(runs: Runs) -> float:
        weekly = runs[arm].weekly
        levers = [name for name in weekly if name.startswith("lever.") and name.endswith(".share_data")]
        mean = np.mean([weekly[name] for name in levers], axis=0)
        quarter = max(1, len(mean) // 4)
        return float(mean[-quarter:].mean() - mean[:quarter].mean())

    return measure


# --- F16: where silos do as well ------------------------------------------------------------------------------------------


def _shared_gain(firm: str, metric: str) -> Callable[[Runs], float]:
    return rise(metric, f"{firm}_shared", f"{firm}_own")


_WHERE = {
    "usual": "in the reference firm",
    "unmoved": "where satisfaction moves neither repurchase nor leaving",
    "few_answers": "where one customer in fifty is asked",
    "close": "where own KPIs are close to the customer",
}


STUDIES: dict[str, Study] = {
    "sharing": Study(scenario="silo_vs_shared", arms=_sharing, patterns=PATTERNS),
    "chain": Study(
        scenario="lead_quality_chain",
        arms=_breadth,
        patterns=(
            Pattern(name="F6 conversion", says="Contracts a hundred leads bring: broad less narrow targeting", unit="contracts",
                    expected="-", source="MODEL F6", measure=_contracts_a_lead),
            Pattern(name="F6 promises", says="Sales' promises under quota: broad less narrow targeting", unit="lever",
                    expected="+", source="MODEL F6; Oyer 1998", measure=rise("lever.sales.promise", "broad", "narrow")),
            Pattern(name="F6 satisfaction", says="Satisfaction: broad less narrow targeting", unit="points", expected="-",
                    source="MODEL F6", measure=rise("satisfaction", "broad", "narrow")),
            Pattern(name="F6 complaints", says="Complaints: broad less narrow targeting", unit="per 1,000 customers a week",
                    expected="+", source="MODEL F6", measure=rise("complaints", "broad", "narrow")),
            Pattern(name="F6 service", says="Customer Service's own KPI: broad less narrow targeting", unit="score",
                    expected="-", source="MODEL F6", measure=rise("score.service", "broad", "narrow")),
        ),
    ),
    "off_board": Study(
        scenario="one_not_on_board",
        arms=_as_given,
        firms=("reference",),
        patterns=tuple(
            _off_board(name, name.capitalize())
            for name in ("marketing", "digital", "sales", "product", "fulfilment", "service", "billing")
        ),
    ),
    "coming_back": Study(
        scenario="silo_vs_shared",
        arms=_switched,
        firms=("reference",),
        patterns=(
            Pattern(name="F8 memory", says="Levers put back by hand: loss left after a quarter of a run, above that lost in one",
                    unit="share of the loss", expected="+", source="MODEL F8 (customers' memory alone)",
                    measure=_lag("held", "held_worse")),
            Pattern(name="F8 scheme", says="Scheme put back: loss left after a quarter of a run, above that lost in one",
                    unit="share of the loss", expected="+", source="MODEL F8 (customers' memory and slow learning)",
                    measure=_lag("shared", "shared_late")),
        ),
    ),
    "voice": Study(
        scenario="silo_vs_shared",
        arms=_siloed,
        firms=("reference",),
        patterns=(
            Pattern(name="F9 silent", says="Defections without a word, less those after a complaint, per defection", unit="share",
                    expected="+", source="MODEL F9, a calibrated input (Hirschman 1970)", measure=_silent),
            Pattern(name="F9 lapse", says="Silent lapses less complaints", unit="per 1,000 customers a week", expected="+",
                    source="MODEL F9, a calibrated input", measure=_lapse_over_complaint),
            Pattern(name="F10", says="Good word of mouth less bad", unit="per 1,000 people a week", expected="+",
                    source="MODEL F10, a calibrated input (East et al. 2007)", measure=_good_over_bad),
        ),
    ),
    "coaching": Study(
        scenario="score_begging",
        arms=_as_given,
        firms=("reference",),
        patterns=(
            Pattern(name="F12 coaching", says="Coaching where it costs nothing, less where it costs a full point", unit="lever",
                    expected="+", source="MODEL F12; Campbell 1979",
                    measure=lambda runs: _coaching(runs["free"]) - _coaching(runs["very_dear"])),
            Pattern(name="F12 weight", says="Free coaching: heavy weight on the score, less own KPI", unit="lever", expected="+",
                    source="MODEL F12; Campbell 1979",
                    measure=lambda runs: _coaching(runs["free"]) - _coaching(runs["own_kpi"])),
            Pattern(name="F12 nps", says="NPS with free coaching, less where it is impossible", unit="points",
                    expected="+", source="MODEL F12", measure=rise("nps", "free", "forbidden")),
            Pattern(name="F12 satisfaction", says="True satisfaction with free coaching, less where impossible", unit="points",
                    expected="", source="for information", measure=rise("satisfaction", "free", "forbidden")),
        ),
    ),
    "attention": Study(
        scenario="too_many_masters",
        arms=_as_given,
        firms=("reference",),
        patterns=(
            Pattern(name="F13 few", says="Loyalty: paid on few metrics, less paid on many, two of which are heeded", unit="points",
                    expected="+", source="MODEL F13, a calibrated input (Simon 1971)",
                    measure=rise("loyalty", "few", "many")),
            Pattern(name="F13 heeded", says="Loyalty: many metrics all heeded, less two heeded", unit="points", expected="+",
                    source="MODEL F13, a calibrated input", measure=rise("loyalty", "many_heeded", "many")),
        ),
    ),
    "data": Study(
        scenario="data_consolidation",
        arms=_as_given,
        patterns=(
            Pattern(name="F15 voluntary", says="Data put in, unrewarded: last quarter less first", unit="lever", expected="-",
                    source="MODEL F15; Olson 1965", measure=_data_drifts("voluntary")),
            Pattern(name="F15 rewarded", says="Data put in, rewarded: last quarter less first", unit="lever", expected="+",
                    source="MODEL F15; Olson 1965", measure=_data_drifts("rewarded")),
            Pattern(name="F15 loyalty rewarded", says="Loyalty by rewarded data, against none", unit="points", expected="+",
                    source="MODEL F15", measure=rise("loyalty", "rewarded", "none")),
            Pattern(name="F15 loyalty mandated", says="Loyalty by mandated data, against none", unit="points", expected="+",
                    source="MODEL F15", measure=rise("loyalty", "mandated", "none")),
            Pattern(name="F15 profit mandated", says="Profit by mandated data, against none", unit="money per 1,000 a week",
                    expected="", source="for information", measure=rise("profit", "mandated", "none")),
        ),
    ),
    "councils": Study(
        scenario="cx_council",
        arms=_as_given,
        firms=("reference",),
        patterns=(
            Pattern(name="F14", says="Actions upstream of where trouble was heard, above chance", unit="share", expected="+",
                    source="MODEL F14", measure=_upstream("operational")),
            Pattern(name="council loyalty", says="Loyalty by an operational council, against none", unit="points", expected="",
                    source="for information", measure=rise("loyalty", "operational", "none")),
            Pattern(name="councils loyalty", says="Loyalty by an operational and a strategic council, against none",
                    unit="points", expected="", source="for information",
                    measure=rise("loyalty", "operational_and_strategic", "none")),
            Pattern(name="councils profit", says="Profit by an operational and a strategic council, against none",
                    unit="money per 1,000 a week", expected="", source="for information",
                    measure=rise("profit", "operational_and_strategic", "none")),
        ),
    ),
    "pools": Study(
        scenario="pool_or_own",
        arms=_as_given,
        firms=("reference",),
        patterns=tuple(
            Pattern(name=f"F11 {number}", says=f"Loyalty by an undivided pool, less a divided one, {number} departments",
                    unit="points", expected="", source="Holmstrom 1982 (best response); trial and error need not agree",
                    measure=rise("loyalty", f"{number}_undivided", f"{number}_divided"))
            for number in ("seven", "two")
        ),
    ),
    "silos_win": Study(
        scenario="when_silos_win",
        arms=_as_given,
        firms=("reference",),
        patterns=tuple(
            Pattern(name=f"F16 {firm} {metric}", says=f"{metric.capitalize()} by half the weight shared, {where}",
                    unit="points" if metric == "loyalty" else "money per 1,000 a week", expected="",
                    source="MODEL F16; Baker 2002", measure=_shared_gain(firm, metric))
            for firm, where in _WHERE.items() for metric in ("loyalty", "profit")
        ),
    ),
}  # fmt: skip
"""All studies by name, in the order of the report."""


def patterns_by_name() -> dict[str, Pattern]:
    """Return all patterns of all studies by name."""
    return {pattern.name: pattern for study in STUDIES.values() for pattern in study.patterns}
