"""The story of a customer in plain sentences; every figure is one of her rows, or a sum or mean of them.

Points: experience, satisfaction, trust, loyalty and quality are told from 0 to 100. `How it should be` is the scenario's
anchor of experience.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.views.report.numbers import true_minus
from simulation.views.words import amount, amount_with_sign, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from simulation.analysis.stories import Stories, Story
    from simulation.scenario.journey import Touchpoint
    from simulation.scenario.scenario import Scenario

__all__ = ["ENDS", "LEAST", "Teller", "Week"]

LEAST = 0.005
"""Parts of experience and promises smaller than half a point are not told."""
ENDS = {
    "customer": "is a customer",
    "defected": "has gone to a competitor",
    "lead": "is thinking about a purchase",
    "prospect": "is not a customer",
}
_BECOMES = {
    "customer": "She becomes a customer.",
    "defected": "She leaves for a competitor.",
    "lead": "She becomes interested.",
    "prospect": "She loses interest.",
}
_WHY = {
    "of_promises": "promises that had raised what she expected",
    "of_fit": "how far the offer suits her",
    "of_wait": "the wait",
    "of_fatigue": "too many contacts",
    "of_dates": "the date of the delivery",
    "of_relief": "relief that a problem is solved",
}
_SURE = "quality, luck and her own standards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week in both worlds: sentences by arm; none where nothing happened."""

    week: int
    told: Mapping[str, tuple[str, ...]]


def points(value: float, *, decimals: int = 0) -> str:
    """A share of 0 to 1 in points of 100."""
    return amount(100.0 * value, decimals=decimals)


class Teller:
    """Tells one person's story with the names of her scenario.

    Parameters
    ----------
    stories, story
        All that were written down, and hers.
    scenario
        For the names of touchpoints, departments, segments and offers.
    others
        Other arms' scenarios, for what `scenario` lacks: an arm may have departments and touchpoints of its own.
    titles
        Arm -> title.
    """

    def __init__(self, stories: Stories, story: Story, *, scenario: Scenario, titles: Mapping[str, str],
                 others: Sequence[Scenario] = ()) -> None:  # fmt: skip
        self.stories, self.story, self.scenario, self.titles = stories, story, scenario, titles
        self.departments: dict[str, str] = {}
        self.journey: dict[str, Touchpoint] = {}
        for given in (scenario, *others):
            for key, department in given.departments.items():
                self.departments.setdefault(key, department.name)
            for key, point in given.journey.items():
                self.journey.setdefault(key, point)

    # -- what it is about ------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """Where she ended in either world."""
        one, other = (self.story.ends[arm] for arm in self.stories.arms)
        ways = [f"{quoted(self.titles[arm])} she {ENDS[self.story.ends[arm]]}" for arm in self.stories.arms]
        if one == other:
            return f"Customer {self.story.customer}: in both worlds she {ENDS[one]} at the end"
        return f"Customer {self.story.customer}: under {ways[0]}, under {ways[1]}"

    def opening(self) -> list[str]:
        """Who she is, what is the same, how usual her case is."""
        story, market = self.story, self.scenario.market
        came = (
            f"entered the market in week {story.entered + 1}"
            if story.entered >= 0
            else "was in the market before week 1"
        )
        lines = [
            (
                f"Customer {story.customer} is one of the {quoted(market.segments[story.segment].name)}; of all offers "
                f"{quoted(market.offers[story.offer].name)} suits her best (fit {points(story.fit)} of 100). She {came}."
            ),
            (
                "Both worlds hold the same people with the same luck: the same draws decide when she needs something, how an "
                "encounter turns out beyond what the firm does, and whether she hesitates. What differs is how the firm is set up, "
                "and what departments do because of it."
            ),
            self.parting(),
        ]
        return [*lines, self.usual()]

    def parting(self) -> str:
        """When what she lives through first differs."""
        week = self.parts_in()
        if week is None:
            return "Nothing that she lived through differs between the two worlds."
        same = f"are the same to the last digit until week {week}, and " if week else ""
        return f"Her two lives {same}differ from week {week + 1} on."

    def parts_in(self) -> int | None:
        """The first week in which her rows differ (from 0), None where none does."""
        one, other = (_by_week(self.story.of(arm)) for arm in self.stories.arms)
        return next((week for week in sorted({*one, *other}) if one.get(week) != other.get(week)), None)

    def usual(self) -> str:
        """How many people fared so, and how many the other way round."""
        ends, (kept, lost) = self.stories.ended, ("customer", "defected")
        return (
            f"How usual that is: of {int(self.stories.ends.to_numpy().sum()):,} people who are in both markets at the end, "
            f"{ends(kept, lost):,} are customers only under {quoted(self.titles[self.stories.arms[0]])} and gone under the "
            f"other, {ends(lost, kept):,} the other way round; {ends(kept, kept):,} are customers in both worlds, "
            f"{ends(lost, lost):,} gone in both. One story shows how it happens, not how often: that is what the comparison "
            "is for."
        )

    # -- week by week ----------------------------------------------------------------------------------------------

    def weeks(self) -> list[Week]:
        """Every week in which something happened in either world."""
        told: dict[int, dict[str, tuple[str, ...]]] = {}
        for arm in self.stories.arms:
            for week, group in itertools.groupby(self.rows(arm), key=lambda row: int(row["week"])):
                sentences = self.sentences(list(group))
                if sentences:
                    told.setdefault(week, {})[arm] = tuple(sentences)
        return [
            Week(week=week, told={arm: told[week].get(arm, ()) for arm in self.stories.arms}) for week in sorted(told)
        ]

    def rows(self, arm: str) -> list[dict[str, Any]]:
        """Her rows in one world, in their order."""
        return [{str(name): value for name, value in row.items()} for row in self.story.of(arm).to_dict("records")]

    def sentences(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """What happened in one week of one world."""
        found = [sentence for row in rows for sentence in self.event(row)]
        last = rows[-1]
        if found and last["what"] == "week" and last["purchases"] > 0:
            found.append(
                f"At the end of the week: satisfaction {points(last['satisfaction'])}, trust {points(last['trust'])}, "
                f"loyalty {points(last['loyalty'])} of 100."
            )
        return found

    def event(self, row: Mapping[str, Any]) -> list[str]:
        """What one row tells."""
        tell = {"encounter": self._encounter, "order": self._order, "open problem": self._problem,
                "answer": self._answer, "exit": self._exit}.get(row["what"])  # fmt: skip
        return self._week(row) if tell is None else [tell(row)]

    def _place(self, row: Mapping[str, Any]) -> str:
        return f"{self.journey[row['touchpoint']].name} ({self.departments[row['owner']]})"

    def _encounter(self, row: Mapping[str, Any]) -> str:
        parts = [
            (
                f"{self._place(row)}: {self._came(row)} She feels it at {points(row['experience'])} of 100 "
                f"(as it should be: {100 * self.scenario.people.anchor:g})."
            )
        ]
        parts += [self._why(row), self._due(row), self._promises(row), *self._done(row)]
        return " ".join(part for part in parts if part)

    def _came(self, row: Mapping[str, Any]) -> str:
        """What came, beside what should."""
        text = f"what comes is {points(row['perceived'])} in her eyes, what should come {points(row['should'])}"
        if not math.isnan(row["days"]):
            text += f"; it arrives after {amount(row['days'])} days, promised were {amount(row['promised_days'])}"
        elif row["wait"] * 7 >= 0.05:
            text += f"; she waited {amount(7 * row['wait'])} days"
        return text + "."

    def _why(self, row: Mapping[str, Any]) -> str:
        """The largest part of what was felt that has a name, where it is a point or more."""
        parts = {name: row[name] for name in _WHY if abs(row[name]) >= 2 * LEAST}
        if not parts:
            return ""
        named = sorted(parts, key=lambda name: -abs(parts[name]))
        return f"Of that: {joined([f'{_signed(parts[name])} by {_WHY[name]}' for name in named])}."

    def _due(self, row: Mapping[str, Any]) -> str:
        """Who is responsible, by the ledger."""
        due = {name: row[f"due.{name}"] for name in self.departments if abs(row[f"due.{name}"]) >= LEAST}
        if not due:
            return ""
        ordered = sorted(due, key=lambda name: -abs(due[name]))
        named = [f"{self.departments[name]} {_signed(due[name])}" for name in ordered]
        rest = row["due.unattributed"]
        if abs(rest) >= LEAST:
            named.append(f"nobody ({_SURE}) {_signed(rest)}")
        return f"Due to {joined(named)} points."

    def _promises(self, row: Mapping[str, Any]) -> str:
        made = {name: row[f"promise.{name}"] for name in self.departments}
        made = {name: value for name, value in made.items() if abs(value) >= LEAST}
        if not made:
            return ""
        named = [f"{self.departments[name]} promises {_signed(value)}" for name, value in made.items()]
        return f"Beside the ordinary, {joined(named)} points."

    def _done(self, row: Mapping[str, Any]) -> list[str]:
        """What she did, and what it left her with."""
        found = []
        if row["paid"] > 0:
            found.append(f"She buys for {amount(row['paid'], decimals=2)} {self.scenario.market.currency}.")
        if row["stage"] != row["stage_before"]:
            found.append(_BECOMES[row["stage"]])
        if row["problem_solved"]:
            found.append("Her problem is solved.")
        if row["problem_opened"]:
            found.append("It leaves her with a problem.")
        if abs(row["trust"] - row["trust_before"]) >= LEAST:
            found.append(
                f"Her trust goes from {points(row['trust_before'], decimals=1)} to {points(row['trust'], decimals=1)}."
            )
        return found

    def _order(self, row: Mapping[str, Any]) -> str:
        return f"{self._place(row)}: ordered; promised within {amount(row['promised_days'])} days."

    def _problem(self, row: Mapping[str, Any]) -> str:
        late = "what she ordered is late" if row["overdue"] is True else "her problem is open"
        text = (
            f"{self._place(row)}: {late}, for {row['problem_weeks']:.0f} week(s) now; that week feels like "
            f"{points(row['experience'])} of 100."
        )
        return " ".join(part for part in (text, self._due(row)) if part)

    def _answer(self, row: Mapping[str, Any]) -> str:
        return (
            f"Asked in a survey, she gives {row['stars']:.0f} star(s); her wish to recommend the firm is "
            f"{points(row['recommendation'])} of 100."
        )

    def _exit(self, _row: Mapping[str, Any]) -> str:
        return "She leaves the market, as she does in any world."

    def _week(self, row: Mapping[str, Any]) -> list[str]:
        """What else the week brought; nothing where nothing happened."""
        found = []
        if row["heard_good"] or row["heard_bad"]:
            found.append(
                f"She hears {row['heard_good']:.0f} good and {row['heard_bad']:.0f} bad thing(s) about the firm."
            )
        if row["voiced"] is True:
            found.append("She complains.")
        if row["stage"] == "defected" and row["stage_before"] == "customer":
            silent = "" if row["voiced"] is True else " without a word that week"
            found.append(f"She leaves for a competitor{silent}.")
        if row["stage"] == "prospect" and row["stage_before"] == "lead":
            found.append(_BECOMES["prospect"])
        if row["tells"]:
            found.append(f"She tells others something {row['tells']}.")
        return found


def _by_week(rows: pd.DataFrame) -> dict[int, list[str]]:
    """Return what stands in each week's rows, in a form in which an empty figure equals another."""
    found: dict[int, list[str]] = {}
    for week, row in zip(rows["week"], rows.drop(columns="arm").itertuples(index=False), strict=True):
        found.setdefault(int(week), []).append(repr(row))
    return found


def _signed(value: float) -> str:
    """Points of 100 with their sign."""
    return true_minus(amount_with_sign(100.0 * value))
