"""What the story of a customer is told from: every column with its unit and meaning, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.record import Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["STORY_COLUMNS", "story_columns", "told_rows"]

_E, _Q = "experience 0-1", "quality 0-1"
_COLUMNS = (
    Column(name="arm", label="Arm", unit="", meaning="The arm that was lived."),
    Column(name="customer_id", label="Customer", unit="", meaning="Her number, as in `silosim export`: slot + population x weeks from the beginning of burn-in to her entry."),
    Column(name="week", label="Week", unit="week", low=0, meaning="Week in which it happened."),
    Column(name="what", label="What", unit="", meaning="encounter; order (of something that is delivered later); open problem (a week of one); answer (to a survey); week (how she stands at its end); exit (she leaves the market)."),
    Column(name="touchpoint", label="Touchpoint", unit="", meaning="Where it happened; of an open problem: where it arose."),
    Column(name="owner", label="Owner", unit="", meaning="Department whose touchpoint that is."),
    Column(name="stage_before", label="Stage before", unit="", meaning="prospect, lead, customer or defected, before."),
    Column(name="stage", label="Stage", unit="", meaning="The same, after."),
    # an encounter
    Column(name="succeeded", label="Succeeded", unit="", meaning="Of an encounter: whether it succeeded."),
    Column(name="paid", label="Paid", unit="money", low=0, meaning="Of an encounter: what she paid."),
    Column(name="stars", label="Stars", unit="1-5", low=1, high=5, meaning="Of an encounter: what she would give it if asked. Of an answer: her overall satisfaction."),
    Column(name="will", label="Will expectation", unit=_Q, meaning="What she believed would happen (of a week: believes at its end)."),
    Column(name="should", label="Should expectation", unit=_Q, meaning="What she held should happen (of a week: holds at its end)."),
    Column(name="quality", label="What came", unit=_Q, meaning="Quality of the encounter as it was."),
    Column(name="perceived", label="As she saw it", unit=_Q, meaning="Quality as she perceived it; what she believed would happen colours it."),
    Column(name="experience", label="Experience", unit="0-1", low=0, high=1, meaning="How it was felt."),
    Column(name="felt", label="Felt", unit=_E, meaning="Experience above or below how it should be, before bounds."),
    Column(name="of_promises", label="Of promises", unit=_E, meaning="Part of what was felt: expectations that promises had raised."),
    Column(name="of_fit", label="Of fit", unit=_E, meaning="Part of what was felt: how far the offer suits her."),
    Column(name="of_wait", label="Of waiting", unit=_E, meaning="Part of what was felt: the queue."),
    Column(name="of_fatigue", label="Of contacts", unit=_E, meaning="Part of what was felt: recent contacts made by the firm."),
    Column(name="of_dates", label="Of dates", unit=_E, meaning="Part of what was felt: early or late, quick or slow."),
    Column(name="of_relief", label="Of relief", unit=_E, meaning="Part of what was felt: a problem solved."),
    Column(name="of_rest", label="Of the rest", unit=_E, meaning="Part of what was felt: how the touchpoint is run, luck, her own norm."),
    Column(name="wait", label="Wait", unit="weeks", low=0, meaning="Of an encounter: how long she waited for it."),
    Column(name="days", label="Days", unit="days", low=0, meaning="Of an order or its delivery: from the order to the arrival."),
    Column(name="promised_days", label="Promised days", unit="days", low=0, meaning="Of an order or its delivery: from the order to the promised date."),
    Column(name="problem_opened", label="Problem opened", unit="", meaning="Of an encounter: whether it left a problem open."),
    Column(name="problem_solved", label="Problem solved", unit="", meaning="Of an encounter: whether it ended an open problem."),
    Column(name="overdue", label="Overdue", unit="", meaning="Of an open problem: whether it is that an order has not come by its promised date."),
    Column(name="trust_before", label="Trust before", unit="0-1", low=0, high=1, meaning="Trust before the encounter."),
    # a week's end
    Column(name="trust", label="Trust", unit="0-1", low=0, high=1, meaning="Trust in the company, after."),
    Column(name="satisfaction", label="Satisfaction", unit="0-1", low=0, high=1, meaning="Power mean over her encounters."),
    Column(name="loyalty", label="Loyalty", unit="0-1", low=0, high=1, meaning="Slow stock fed by satisfaction and trust."),
    Column(name="reputation", label="Reputation", unit="", meaning="Balance of what she has heard from others."),
    Column(name="fatigue", label="Contact fatigue", unit="contacts", low=0, meaning="Recent contacts made by the firm, fading."),
    Column(name="heard_good", label="Heard good", unit="count", low=0, meaning="Good stories heard from acquaintances."),
    Column(name="heard_bad", label="Heard bad", unit="count", low=0, meaning="Bad stories heard from acquaintances."),
    Column(name="tells", label="Tells", unit="", meaning="What she tells others this week: good, bad or nothing."),
    Column(name="problem", label="Open problem", unit="", meaning="Touchpoint at which her open problem arose; empty: none."),
    Column(name="problem_weeks", label="Open for", unit="weeks", low=0, meaning="Age of her open problem."),
    Column(name="voiced", label="Complained", unit="", meaning="Whether she told the company of her open problem this week."),
    Column(name="purchases", label="Purchases", unit="count", low=0, meaning="Purchases since she entered the market."),
    Column(name="spent", label="Spent", unit="money", low=0, meaning="What she has paid since she entered the market."),
    Column(name="recommendation", label="Recommendation", unit="0-1", low=0, high=1, meaning="Of an answer: whether she would recommend the company."),
    Column(name="overall", label="Overall satisfaction", unit="0-1", low=0, high=1, meaning="Of an answer: how satisfied she is overall, or with the delivery."),
)  # fmt: skip

STORY_COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Columns of `story.csv` by name; then two for each department, see `story_columns`."""


def story_columns(departments: Sequence[str]) -> dict[str, Column]:
    """Return all columns of a firm's stories: `promise.<department>` and `due.<department>` come last."""
    promises = [
        Column(name=f"promise.{name}", label=f"Promised by {name}", unit=_Q, meaning=f"Of an encounter: what {name} promises there above the ordinary.")
        for name in departments
    ]  # fmt: skip
    due = [
        Column(name=f"due.{name}", label=f"Due to {name}", unit=_E, meaning=f"Part of what was felt that is due to {name}, by the ledger's rule.")
        for name in departments
    ]  # fmt: skip
    left = Column(name="due.unattributed", label="Due to nobody", unit=_E, meaning="Part of what was felt that is due to no department's levers: luck, the middle settings, her own norm.")  # fmt: skip
    return {column.name: column for column in [*_COLUMNS, *promises, *due, left]}


_PARTS = ("of_promises", "of_fit", "of_wait", "of_fatigue", "of_dates", "of_relief")
_YES_OR_NO = ("succeeded", "problem_opened", "problem_solved", "overdue", "voiced")


def told_rows(arm: str, number: int, rows: Sequence[Mapping[str, Any]], departments: Sequence[str]) -> pd.DataFrame:
    """Return rows as a frame of all columns; what does not apply is empty."""
    frame = pd.DataFrame(rows).reindex(columns=list(story_columns(departments)))
    frame["arm"], frame["customer_id"] = arm, number
    met = frame["what"] == "encounter"
    frame.loc[met, "of_rest"] = frame.loc[met, "felt"] - frame.loc[met, list(_PARTS)].sum(axis=1)
    for name, column in story_columns(departments).items():
        if name in _YES_OR_NO:
            frame[name] = frame[name].astype("boolean")
        elif column.unit:
            frame[name] = frame[name].astype("float64")
        else:
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "")
    return frame.copy()  # in few blocks: reading rows of many is slow
