"""The optimum in sentences: the owner's best, each arm's equilibrium, the price of silos, and how far to trust the searches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulation.analysis.intervals import rules_out_zero
from simulation.laboratory.optimum.objectives import MEASURES
from simulation.laboratory.optimum.optimum import BASELINE, FINISH
from simulation.views.words import amount, interval_words, joined, quoted, short_unit, so_few

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from simulation.laboratory.optimum.judging import Optimum

__all__ = ["answer", "at_rest", "doubt", "headline", "records"]

Row = dict[str, Any]
ENDINGS = {
    "rest": "came to rest",
    "circle": "ran in circles, so that no equilibrium was found",
    "budget": "had not come to rest when the budget was spent",
    "stopped": "were stopped before they came to rest",
}
FURTHEST = 8
"""Levers named in a sentence."""
SMALL_GAIN = 0.05
"""A gain below this moves nobody [points of bonus: of the way from par to stretch]. Our assumption."""
_VERDICTS = {
    "yes": f"if it gains, then less than {SMALL_GAIN:g} points; as far as can be seen it stays",
    "no": "it would leave, so that this is NO equilibrium beyond the luck that it was found on",
    "unclear": "too few replications or people to tell whether it would leave; this may be no equilibrium on other luck",
}
"""Whether an equilibrium holds on fresh luck."""
_DOUBTS = {"yes": "", "no": "no equilibrium on fresh luck", "unclear": "equilibrium unsure on fresh luck"}
FAR = 0.1
"""Levers that differ by less than this are not told apart."""


def answer(optimum: Optimum) -> list[str]:
    """Return the answer, a sentence or two a line."""
    plan = optimum.found.plan
    lines = []
    if optimum.found.interrupted:
        lines.append("Interrupted: what follows is the best found so far.")
    lines += [*_owner(optimum)]
    for arm in plan.arms:
        lines += _arm(optimum, arm)
    lines.append(_care(optimum))
    return lines


def at_rest(optimum: Optimum, arm: str) -> bool:
    """Whether departments of an arm came to rest from any start: whether there is an equilibrium to speak of."""
    searches = optimum.searches
    return bool(((searches["arm"] == arm) & (searches["ending"] == "rest")).any())


def headline(price: pd.DataFrame, arm: str, measure: str) -> str:
    """Return what the silos of an arm cost by a measure: the owner's lead over the equilibrium, and the ratio."""
    row = _price(price, arm, "equilibrium", measure)
    if row is None:
        return "no equilibrium was looked for"
    unit, decimals = short_unit(row["unit"]), 1
    between = interval_words(row["lead_low"], row["lead_high"], decimals=decimals)
    if not rules_out_zero(row["lead_low"], row["lead_high"], n=row["replications"]):
        return f"{row['label'].lower()}: no difference can be told ({between} {unit})"
    lead = f"{row['label'].lower()} {amount(abs(row['lead']), decimals=decimals)} {unit} {'higher' if row['lead'] > 0 else 'lower'}"
    ratio = "" if math.isnan(row["ratio"]) else f", {row['ratio']:.2f} times{_bounds(row, 'ratio')}"
    return f"{lead} ({between}){ratio}"


def _owner(optimum: Optimum) -> Iterator[str]:
    searches, plan = optimum.searches, optimum.found.plan
    owner = searches[searches["search"] == "owner"]
    for firm in optimum.found.firms:
        start, best = firm.best
        own = owner[(owner["asked"] == best.asked) & (owner["start"] == start)]
        row = records(own)[0]
        arm = next(iter(firm.arms))
        yield (
            f"A single owner who wants {plan.objective.words} would set {_moves(optimum, arm, 'owner')}. On {plan.replications} "
            f"replications of fresh luck that is worth {amount(row['fresh'])} ({_interval(row, 'fresh')})"
            f"{_unit(optimum)} more than the starting policy; the search itself had seen {amount(row['training'])} on its own luck."
        )
        yield _local_optima(_rows_of(owner, list(firm.climbs)), _unit(optimum))


def _unit(optimum: Optimum) -> str:
    """Return the unit of what the owner wants, after a blank; a sum of several has none."""
    weights = optimum.found.plan.objective.weights
    if list(weights.values()) != [1.0]:
        return " (weighted sum)"
    price = optimum.price
    return f" {short_unit(price[price['measure'] == next(iter(weights))]['unit'].iloc[0])}"


def _interval(row: Row, name: str) -> str:
    return interval_words(row[f"{name}_low"], row[f"{name}_high"], decimals=1)


def _rows_of(owner: pd.DataFrame, starts: list[str]) -> list[Row]:
    """Return the rows of an owner's searches."""
    return [row for row in records(owner) if row["start"] in starts]


def _local_optima(rows: list[Row], unit: str) -> str:
    """Say how far apart the owner's searches ended."""
    ends = [row for row in rows if row["start"] not in {BASELINE, FINISH}]
    base = next((row for row in rows if row["start"] == BASELINE), None)
    if not ends:
        return "The owner has no lever to choose."
    worth, apart = [row["fresh"] for row in ends], max(row["furthest_lever"] for row in ends)
    if len(ends) == 1:
        text = f"Its one search from afar ends {amount(worth[0])}{unit} above the start on fresh luck, with levers"
    else:
        text = (
            f"Its {len(ends)} searches from afar end between {amount(min(worth))} and {amount(max(worth))}{unit} above the start "
            "on fresh luck, with levers"
        )
    text += f" up to {apart:.2f} from the best: "
    text += "other optima as good may exist." if apart > FAR else "they agree; that does not prove that none is better."
    if base is not None:
        text += f" A plain coordinate search reaches {amount(base['fresh'])}; the best found is a finish from the best of all."
    return text


def _arm(optimum: Optimum, arm: str) -> Iterator[str]:
    title = quoted(optimum.found.plan.loaded.arm_titles[arm])
    searches = optimum.searches
    rows = records(searches[(searches["search"] == "equilibrium") & (searches["arm"] == arm)])
    if not rows:
        levers = optimum.levers[optimum.levers["arm"] == arm]
        why = (
            "the search was ended before"
            if levers["department_chooses"].any()
            else "no department has a lever to choose"
        )
        yield f"{title}: no equilibrium was looked for: {why}."
        return
    shown = next(row for row in rows if row["department"] or row is rows[-1])
    endings = dict.fromkeys(row["ending"] for row in rows)
    starts = {ending: [f"“{row['start']}”" for row in rows if row["ending"] == ending] for ending in endings}
    ends = joined([f"{ENDINGS[ending]} (from {joined(starts[ending])})" for ending in endings])
    yield f"{title}: departments that each do what pays them best {ends}. {_several(rows)}".rstrip()
    given = optimum.found.plan.arms[arm].departments
    epsilon = _epsilon(shown, given[shown["department"]].name if shown["department"] else "")
    where = "there they set" if at_rest(optimum, arm) else "no equilibrium, but where the first search ended, they set"
    yield f"{title}: {where} {_moves(optimum, arm, 'equilibrium')}. {epsilon}".rstrip()
    price = optimum.price
    against = "" if at_rest(optimum, arm) else ", against where they ended, which is no equilibrium"
    yield (
        f"{title}: the price of silos{against}. With the owner's levers " + "; ".join(
            headline(price, arm, measure) for measure in ("loyalty", "profit", "lifetime_value")
        ) + "."
    )  # fmt: skip
    yield f"{title}: {_learned(optimum, arm)}"


def _several(rows: list[Row]) -> str:
    rests = [row for row in rows if row["ending"] == "rest"]
    apart = max((row["furthest_lever"] for row in rests), default=0.0)
    if len(rests) < 2:
        return ""
    if apart <= FAR:
        return "They end at the same place."
    return (
        f"They end at different places (a lever differs by {apart:.2f}): of these equilibria the one the owner would like "
        "least is shown."
    )


def doubt(optimum: Optimum, arm: str) -> str:
    """Return what speaks against the equilibrium of an arm, in a few words; empty where nothing does."""
    if not at_rest(optimum, arm):
        return "no equilibrium found"
    rows = records(optimum.searches[optimum.searches["arm"] == arm])
    return next((_DOUBTS[_holds(row)] for row in rows if row["department"] and not math.isnan(row["gain"])), "")


def _holds(row: Row) -> str:
    """Return whether the department that has most to gain by leaving an equilibrium stays on fresh luck: yes, no or unclear."""
    low, high = row["gain_low"], row["gain_high"]
    if low > 0.0 and rules_out_zero(low, high, n=row["judged"]):
        return "no"
    return "yes" if high <= SMALL_GAIN else "unclear"


def _epsilon(row: Row, department: str) -> str:
    """Say whether the equilibrium holds on fresh luck: what the department that has most to gain by leaving would gain."""
    if not row["department"] or math.isnan(row["gain"]):
        return ""
    found = (
        f"The most that one department ({department}) was found to gain by leaving is {row['gain']:.3f} points of bonus"
        f"{_bounds(row, 'gain')}, on {row['judged']} replications of luck that no search has seen"
    )
    return f"{found}: {_VERDICTS[_holds(row)]}." if row["ending"] == "rest" else f"{found}."


def _learned(optimum: Optimum, arm: str) -> str:
    """Say where the learning departments end between equilibrium and owner, by what the owner wants and in loyalty."""
    parts = []
    for measure in ("loyalty", "profit"):
        row = _price(optimum.price, arm, "learned", measure)
        rest = _price(optimum.price, arm, "equilibrium", measure)
        if row is None or rest is None:
            continue
        if not rules_out_zero(rest["lead_low"], rest["lead_high"], n=rest["replications"]):
            parts.append(f"in {row['label'].lower()} the two cannot be told apart")
        else:
            parts.append(
                f"in {row['label'].lower()} {100 * row['position']:.0f} %{_bounds(row, 'position', by=100, digits=0)}"
            )
    where = "equilibrium" if at_rest(optimum, arm) else "where best responses ended"
    return (
        f"its learning departments end on the way from {where} (0 %; below: worse) to owner (100 %): {joined(parts)}."
    )


def _moves(optimum: Optimum, arm: str, policy: str) -> str:
    """Name the levers that stand furthest from the start, with their settings."""
    levers = optimum.levers[optimum.levers["arm"] == arm].copy()
    levers["away"] = (levers[policy] - levers["start"]).abs()
    moved = levers[levers["away"] > FAR].sort_values("away", ascending=False, kind="stable")
    named = [f"{row['label']} {row[policy]:.2f}" for row in records(moved.head(FURTHEST))]
    if not named:
        return "every lever near where it starts"
    left = len(moved) - len(named)
    return joined(named if left <= 0 else [*named, f"{left} more (levers.csv)"])


def _care(optimum: Optimum) -> str:
    plan = optimum.found.plan
    searched = (
        f"Searched on {so_few(plan.training)} of {plan.population:,} people and {plan.weeks} weeks after {plan.burn_in} of "
        f"burn-in under the settings themselves; judged on {plan.replications} fresh ones. Local optima: nothing shows that a "
        "search found the highest there is. Councils, buy-in and what departments can see play no part in an equilibrium."
    )
    lifetime = MEASURES["lifetime_value"].meaning
    return f"{searched} Intervals are 95 %, paired by replication. Lifetime value of a customer: {lifetime}"


def _price(price: pd.DataFrame, arm: str, policy: str, measure: str) -> Row | None:
    rows = price[(price["arm"] == arm) & (price["policy"] == policy) & (price["measure"] == measure)]
    return next(iter(records(rows)), None)


def records(frame: pd.DataFrame) -> list[Row]:
    """Return a frame's rows."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _bounds(row: Row, name: str, *, by: float = 1.0, digits: int = 2) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) or math.isnan(high) else f" ({by * low:.{digits}f} to {by * high:.{digits}f})"
