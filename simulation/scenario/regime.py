"""What can change between arms on the organization's side: incentives, information, learning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Share
from simulation.scenario.governance import Governance

__all__ = ["Alignment", "Change", "Decision", "Horizon", "Incentives", "Information", "Learning", "Levers"]

Points = Annotated[float, Field(ge=-10.0, le=10.0)]
"""Points of score: 0 at par, 1 at stretch."""


class Incentives(Part):
    """How metrics become an appraisal."""

    scheme: Identifier = "blend"
    """Name in the catalogue of incentive schemes: `own`, `blend`, `split_pool` or `gate`."""
    shared_weight: Share = 0.0
    """Weight of the shared metrics in every department's appraisal."""
    shared_weight_by_department: dict[Identifier, Share] = {}
    """Other weights for single departments."""
    shared_metrics: dict[Identifier, float] = {}
    """Company metrics with their weights in the shared score."""
    own_kpis: dict[Identifier, dict[Identifier, float]] = {}
    """Other own KPIs, with weights, for single departments: those of others, further down the journey, too."""
    charges: dict[Identifier, dict[Identifier, float]] = {}
    """Charge-back: by department, KPIs (usually another's) whose score, times the weight, is added to its appraisal."""
    gate: Points = 0.0
    """Scheme `gate`: the shared score from which a good own score counts."""
    payoff: Identifier = "linear"
    """Name in the catalogue of pay-offs: `linear`, `quota` or `tournament`."""
    payoff_by_department: dict[Identifier, Identifier] = {}
    """Other pay-offs for single departments."""
    quota: Points = 0.0
    """Pay-off `quota`: the appraisal that brings half the full bonus."""
    quota_spread: Annotated[float, Field(ge=0.01, le=10.0)] = 0.25
    """Pay-offs `quota` and `tournament`: spread of the outcome that a department reckons with [points]. Our assumption."""
    transparency_reward: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Points of appraisal between sharing no data and all (levers named `share_data`)."""
    attention: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many of the metrics that it is paid on a department can heed at a review; null: all."""


class Information(Part):
    """Who can see what."""

    regime: Identifier = "siloed"
    """Name in the catalogue of information regimes: `siloed` or `pooled`."""
    as_shared: bool = False
    """Pooled data are only as good as what departments put in: the mean of all levers named `share_data`."""
    agreed_definitions: Share = 1.0
    """How far shared metrics are counted alike everywhere; below 1 a department misreads them."""


class Alignment(Part):
    """Buy-in: how far departments care for the shared metrics although no bonus pays for it.

    A stock: it starts with leadership's message, fades, and is fed by progress that can be seen. Where only own figures
    can be seen there is no progress to see.
    """

    buy_in: Share = 0.0
    """Weight of the shared metrics beyond what is paid, in week 0 [0-1]."""
    fading: Share = 0.1
    """Share of buy-in lost per review. Source: our assumption (excitement that dissolves: MODEL section 3)."""
    progress: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1
    """Growth of buy-in per point of shared score gained since the last review, where it can be seen. Source: our assumption."""
    line_of_sight: Share = 0.0
    """Share of what its trials do elsewhere that a department sees, whatever the information regime."""
    role_clarity: Share = 0.0
    """How clear it is to everyone what the shared metrics ask of them: buy-in fades by so much less."""
    message_every: Annotated[int, Field(ge=1, le=5200)] | None = None
    """Weeks after which leadership repeats its message, and buy-in is again at least what it was in week 0; null: never."""


class Decision(Part):
    """What people decide on one lever: from the start of a week, or of a review, on."""

    lever: str
    """`department.lever`."""
    setting: Share
    """The setting chosen [0-1]."""
    week: Annotated[int, Field(ge=0, le=5200)] | None = None
    """The week from whose start on it holds; null: a review is named."""
    review: Annotated[int, Field(ge=0, le=5200)] | None = None
    """Number of the review, counted from 0, at whose start the setting is chosen."""


class Learning(Part):
    """How departments learn; the same in all arms."""

    rule: Identifier = "trial_and_error"
    """Name in the catalogue of learning rules."""
    review_weeks: Annotated[int, Field(ge=1, le=52)] = 4
    """Weeks between appraisals. Source: our assumption (a month); experiments/learning."""
    step: Annotated[float, Field(gt=0.0, le=0.5)] = 0.1
    """Half the difference between the two halves of a trial, in lever units. Source: our assumption; experiments/learning."""
    levers_at_a_time: Annotated[int, Field(ge=1, le=4)] = 4
    """How many levers a department tries at once, each on its own random half. Source: our assumption; experiments/learning."""
    memory: Share = 0.9
    """Weight of earlier trials of the same lever (rules with a memory only). Source: our assumption; experiments/learning."""
    start: Literal["scenario", "midpoint", "random", "company_best"] = "scenario"
    """Starting policy, before and during burn-in."""
    start_policy: dict[str, Share] = {}
    """Settings by `department.lever` that replace the starting policy (company_best needs them)."""
    decisions: tuple[Decision, ...] = ()
    """Rule `human`: what is decided when, as a list, or the path of a CSV file (lever, setting, and week or review)."""


class Levers(Part):
    """Bounds on levers from outside the department: mandates and freezes."""

    hold: dict[str, Share] = {}
    """`department.lever` held at a value from the end of burn-in (`*.lever`: in every department)."""
    limit: dict[str, tuple[Share, Share]] = {}
    """`department.lever` kept between [low, high] (`*.lever`: in every department); a hold overrides it."""
    frozen: bool = False
    """True: no lever ever moves. Overrides every hold and limit."""


class Horizon(Part):
    """Size and length of a run."""

    weeks: Annotated[int, Field(ge=1, le=5200)] = 208
    """Weeks that are compared. Source: our assumption (four years); experiments/learning."""
    burn_in: Annotated[int, Field(ge=4, le=1040)] = 104
    """Weeks under the starting policy before week 0; pars are fixed over its last half. Source: our assumption (two years)."""
    population: Annotated[int, Field(ge=10, le=20_000_000)] = 5000
    """People in the market. Source: our assumption; experiments/learning."""
    replications: Annotated[int, Field(ge=1, le=100_000)] = 20
    """Runs of each arm, each with other luck. Source: our assumption."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Number that all luck follows from. Source: our assumption (any number will do)."""


class Change(Part):
    """An intervention: from week `start` to before week `end` the given parts are replaced."""

    title: str = ""
    """What it is called."""
    start: Annotated[int, Field(ge=0, le=5200)]
    """First week."""
    end: Annotated[int, Field(ge=1, le=5200)] | None = None
    """First week after it; null: it stays."""
    incentives: Incentives | None = None
    """Incentives from then on."""
    information: Information | None = None
    """Information from then on."""
    alignment: Alignment | None = None
    """Alignment from then on."""
    levers: Levers | None = None
    """Bounds on levers from then on."""
    governance: Governance | None = None
    """Governance from then on."""
