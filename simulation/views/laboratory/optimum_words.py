"""The optimum in sentences: the owner's best, each arm's equilibrium, the price of silos, and how far to trust the searches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulation.analysis.intervals import rules_out_zero
from simulation.laboratory.optimum.optimum import BASELINE, FINISH
from simulation.views.words import amount, interval_words, joined, quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from simulation.laboratory.optimum.judging import Optimum

__all__ = ["answer", "at_rest", "headline", "records"]

Row = dict[str, Any]
ENDINGS = {
    "rest": "came to rest",
    "circle": "ran in circles, so that no equilibrium was found",
    "budget": "had not come to rest when the budget was spent",
    "stopped": "were stopped before they came to rest",
}
FURTHEST = 8
"""Levers named in a sentence."""
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
            f"A single owner who wants {plan.objective.words} would set {_moves(optimum, arm, 'owner')}. On fresh luck that is "
            f"worth {amount(row['fresh'])} ({interval_words(row['fresh_low'], row['fresh_high'], decimals=1)}) more than the "
            f"starting policy; the search itself had seen {amount(row['training'])}, flattered by the luck it was made on."
        )
        yield _local_optima(_rows_of(owner, list(firm.climbs)))


def _rows_of(owner: pd.DataFrame, starts: list[str]) -> list[Row]:
    """Return the rows of an owner's searches."""
    return [row for row in records(owner) if row["start"] in starts]


def _local_optima(rows: list[Row]) -> str:
    """Say how far apart the owner's searches ended."""
    ends = [row for row in rows if row["start"] not in {BASELINE, FINISH}]
    base = next((row for row in rows if row["start"] == BASELINE), None)
    if not ends:
        return "The owner has no lever to choose."
    worth, apart = [row["fresh"] for row in ends], max(row["furthest_lever"] for row in ends)
    text = (
        f"Its {len(ends)} searches end between {amount(min(worth))} and {amount(max(worth))} above the start on fresh luck, with "
        f"levers up to {apart:.2f} from the best: "
    )
    text += "other optima as good may exist." if apart > FAR else "they agree; that does not prove that none is better."
    if base is not None:
        text += f" A plain coordinate search reaches {amount(base['fresh'])}."
    return text


def _arm(optimum: Optimum, arm: str) -> Iterator[str]:
    title = quoted(optimum.found.plan.loaded.arm_titles[arm])
    searches = optimum.searches
    rows = records(searches[(searches["search"] == "equilibrium") & (searches["arm"] == arm)])
    if not rows:
        yield f"{title}: no equilibrium was looked for."
        return
    shown = next(row for row in rows if row["department"] or row is rows[-1])
    endings = dict.fromkeys(row["ending"] for row in rows)
    starts = {ending: [f"“{row['start']}”" for row in rows if row["ending"] == ending] for ending in endings}
    ends = joined([f"{ENDINGS[ending]} (from {joined(starts[ending])})" for ending in endings])
    yield f"{title}: departments that each do what pays them best {ends}. {_several(rows)}".rstrip()
    where = "there they set" if at_rest(optimum, arm) else "no equilibrium, but where the first search ended, they set"
    yield f"{title}: {where} {_moves(optimum, arm, 'equilibrium')}. {_epsilon(shown)}".rstrip()
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


def _epsilon(row: Row) -> str:
    if not row["department"] or math.isnan(row["gain"]):
        return ""
    bounds = _bounds(row, "gain")
    return (
        f"The most that one department ({row['department']}) was found to gain by leaving is {row['gain']:.3f} points of bonus"
        f"{bounds}, on luck that no search has seen."
    )


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
    return (
        f"Searched on {plan.training} replications of {plan.population:,} people and {plan.weeks} weeks after {plan.burn_in} of "
        f"burn-in under the settings themselves; judged on {plan.replications} fresh ones. Local optima: nothing shows that a "
        "search found the highest there is. Councils, buy-in and what departments can see play no part in an equilibrium."
    )


def _price(price: pd.DataFrame, arm: str, policy: str, measure: str) -> Row | None:
    rows = price[(price["arm"] == arm) & (price["policy"] == policy) & (price["measure"] == measure)]
    return next(iter(records(rows)), None)


def records(frame: pd.DataFrame) -> list[Row]:
    """Return a frame's rows."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _bounds(row: Row, name: str, *, by: float = 1.0, digits: int = 2) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) or math.isnan(high) else f" ({by * low:.{digits}f} to {by * high:.{digits}f})"
