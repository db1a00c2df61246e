"""Terms that the report uses, each with its meaning: shown where the term stands, and listed at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.analysis.frames import LAST_WEEKS
from simulation.analysis.intervals import FEWEST_TO_TELL, LEVEL
from simulation.views.ledger_sums import UNIT

if TYPE_CHECKING:
    from simulation.views.compared import Compared

__all__ = ["terms"]


_TERMS: dict[str, tuple[str, str]] = {
    "arm": (
        "Arm",
        "One of the alternatives that are compared. Every arm has the same customers with the same luck.",
    ),
    "interval": (
        f"{LEVEL:.0%} interval".replace("%", " %"),
        (
            "The range in brackets: it would hold the true mean of the simulated firm in 95 of 100 repetitions of the "
            "whole comparison. It is about the luck of simulated people, not about how well the model fits a real firm."
        ),
    ),
    "clear": (
        "Clear difference",
        (
            f"The interval of the difference leaves out zero, and there are {FEWEST_TO_TELL} replications or more. "
            "Nothing else is claimed in this report."
        ),
    ),
    "paired": (
        "Difference to the first arm",
        (
            "Taken replication by replication between arms with the same customers and the same luck, so that what is "
            "common to both cancels."
        ),
    ),
    "replication": ("Replication", "The whole run once more, with other luck: the same luck in every arm."),
    "last": (
        "Last year",
        f"Figures are means over the last {LAST_WEEKS} weeks of each run (over all weeks of a shorter one).",
    ),
    "department": ("Department", "A part of the firm that sets its own levers and is appraised and paid on KPIs."),
    "lever": ("Lever", "A choice of one department on how it works, from 0 to 1, with both ends in words."),
    "kpi": ("KPI", "Key performance indicator: a figure that a department is measured and paid on."),
    "appraisal": (
        "Appraisal",
        "A department's score on what it is paid on: 0 is par, the level before the run began; 1 is full score.",
    ),
    "touchpoint": ("Touchpoint", "A place where customers meet the firm; one department runs it."),
    "loyalty": ("Loyalty", "A slow stock of each customer, fed by satisfaction and trust, from 0 to 100."),
    "pain": ("Pain", f"Experience below expectation. {UNIT[0].upper()}{UNIT[1:]}."),
    "ledger": (
        "Felt against caused",
        (
            "Every bit of pain is booked where it is felt (touchpoint) and to whom it is due: who raised the "
            "expectation, brought in the unfit customer, sent the load, kept the data back or ran the touchpoint. "
            "What cannot be attributed is due to nobody known."
        ),
    ),
    "promise": (
        "Promise and delivery",
        (
            "Promised: what customers hold to be normal plus what is promised beyond it. Delivered: quality, less "
            "effort, plus relevance. Both from 0 to 1, at the levers' settings in the last year, before waits and luck."
        ),
    ),
    "equal_bonus": (
        "Profit at equal bonus spend",
        "Profit as if every arm paid the first arm's mean bonus: what bonuses cost is left out of the comparison.",
    ),
    "per_1000": (
        "Per 1,000 people a week",
        "People in the market, customers or not. Times 52 and times the market in thousands gives a year's total.",
    ),
    "kano": (
        "Must be right, more is better, can delight",
        (
            "Kinds of touchpoint (Kano): one that must be right can only disappoint; one that can delight hardly "
            "disappoints; the others do both."
        ),
    ),
    "burn_in": (
        "Burn-in",
        "Weeks before the run in which the firm settles under its starting policy; not counted.",
    ),
    "spill": ("Lever effect", "What a lever does at a touchpoint, also at those of other departments."),
}
"""Key -> term and meaning; `experience` depends on the scenario."""


def terms(compared: Compared) -> dict[str, tuple[str, str]]:
    """Key -> term and meaning, in alphabetical order of the terms."""
    should = 100 * compared.scenario.people.anchor
    felt = f"How an encounter is felt, from 0 (worst) to 100 (best); {should:g} is just as it should be."
    found = {**_TERMS, "experience": ("Experience", felt)}
    return dict(sorted(found.items(), key=lambda item: item[1][0].lower()))
