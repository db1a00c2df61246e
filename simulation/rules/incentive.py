"""Incentive schemes: from metrics scored between par and stretch to an appraisal, and from there to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip, logistic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "PAR",
    "PAYOFFS",
    "PAY_AT_PAR",
    "SCHEMES",
    "Scores",
    "Terms",
    "appraise",
    "blend",
    "buy_in_after",
    "effort_cost",
    "gain",
    "gate",
    "heeded",
    "linear",
    "own",
    "pay",
    "quota",
    "score",
    "split_pool",
    "tournament",
    "weight_in_mind",
    "worth",
]

PAY_AT_PAR = 0.5
"""Share of the full bonus that is paid at par. Our assumption."""
PAY_CAP = 1.5
"""Highest bonus as a multiple of the full bonus. Our assumption."""


@register_jitable(forceinline=True)
def score(value: Any, par: Any, stretch: Any, direction: Any) -> Any:
    """Return how far a metric stands between par (0) and stretch (1): direction (value - par) / stretch.

    ODD E46: direction * (value - par) / stretch

    Parameters
    ----------
    value, par
        In the metric's unit.
    stretch
        Distance from par to a full score, in the metric's unit, > 0.
    direction
        1: higher is better; -1: lower is better.

    Source: MODEL section 3; linear between and beyond the two, our assumption.

    Examples
    --------
    >>> score(4.0, 5.0, 2.0, -1)
    0.5
    """
    return direction * (value - par) / stretch


def effort_cost(setting: float, easy: float, effort: float) -> float:
    """Return effort (setting - easy)^2 / 2, in points of appraisal. Source: Baker 2002 (quadratic).

    ODD E47: effort * (setting - easy) ** 2 / 2

    Examples
    --------
    >>> effort_cost(0.5, 0.0, 0.4)
    0.05
    """
    return effort * (setting - easy) * (setting - easy) / 2.0


# -- schemes: from scores to an appraisal ------------------------------------------------------------------------------


def own(own_score: float, shared_score: float, weight: float, sharers: int = 1, opens_at: float = 0.0) -> float:
    """Return the department's own score: siloed pay. Source: definition. Special cases: the weight does not matter.

    ODD E48: own_score
    """
    return own_score


def blend(own_score: float, shared_score: float, weight: float, sharers: int = 1, opens_at: float = 0.0) -> float:
    """Return (1 - w) own + w shared: everyone is paid on the whole of a pool that is not split.

    ODD E49: (1 - weight) * own_score + weight * shared_score

    Source: Holmstrom & Milgrom 1991. Special cases: w = 0 is `own`.

    Examples
    --------
    >>> blend(1.0, 0.0, 0.25)
    0.75
    """
    return (1.0 - weight) * own_score + weight * shared_score


def split_pool(own_score: float, shared_score: float, weight: float, sharers: int = 1, opens_at: float = 0.0) -> float:
    """Return (1 - w) own + w shared / N: N departments split the pool equally.

    ODD E50: (1 - weight) * own_score + weight * shared_score / sharers

    Source: Holmstrom 1982 (moral hazard in teams). Special cases: w = 0 is `own`, N = 1 `blend`.

    Examples
    --------
    >>> split_pool(1.0, 1.0, 0.5, sharers=5)
    0.6
    """
    return (1.0 - weight) * own_score + weight * shared_score / sharers


def gate(own_score: float, shared_score: float, weight: float, sharers: int = 1, opens_at: float = 0.0) -> float:
    """Return `blend` from a shared score of `opens_at` on; below it, what is good in the own score does not count.

    ODD E51: (1 - weight) * (own_score if shared_score >= opens_at else min(own_score, 0)) + weight * shared_score

    A bad own score counts always: otherwise it would pay to keep the gate shut. Source: definition (a gate, or circuit
    breaker, of bonus plans); form our assumption. Special cases: w = 0 and an open gate is `own`.

    Examples
    --------
    >>> gate(0.8, 0.1, 0.5), gate(0.8, -0.1, 0.5)
    (0.45, -0.05)
    """
    counted = own_score if shared_score >= opens_at or own_score < 0.0 else 0.0
    return blend(counted, shared_score, weight)


class Scheme(Protocol):
    """(own score, shared score, weight of shared) -> appraisal; N and the gate where it needs them."""

    def __call__(
        self, own_score: float, shared_score: float, weight: float, sharers: int = 1, opens_at: float = 0.0
    ) -> float:
        """Return the appraisal."""


SCHEMES: dict[str, Scheme] = {"own": own, "blend": blend, "split_pool": split_pool, "gate": gate}
"""Schemes by name. What is added to an appraisal whatever the scheme (charges, a reward for sharing data): `appraise`."""

# -- pay-offs: from an appraisal to what it is worth -------------------------------------------------------------------


def linear(appraisal: float, at: float = 0.0, rivals: float = 0.0, spread: float = 1.0) -> float:
    """Return the appraisal: each point pays alike. Source: Holmstrom & Milgrom 1987 (linear contracts).

    ODD E52: appraisal

    Special cases: par is worth 0 and stretch 1, as `pay` has it.
    """
    return appraisal


def quota(appraisal: float, at: float = 0.0, rivals: float = 0.0, spread: float = 1.0) -> float:
    """Return 2 / (1 + e^-((a - q) / s)) - 1: no bonus far below the quota q, the full bonus and no more far above it.

    ODD E53: 2 / (1 + exp(-(appraisal - at) / spread)) - 1

    The expected bonus of who reckons with an outcome that a logistic spread s puts off its appraisal. So pay is steepest at the
    quota and flat away from it. Source: Oyer 1998, Jensen 2003 (quotas with threshold and cap); form our assumption.
    Special cases: half the full bonus at the quota, as `linear` pays at par.

    Examples
    --------
    >>> quota(0.3, at=0.3), quota(9.0, at=0.3)
    (0.0, 0.9996668838704454)
    """
    return 2.0 * logistic((appraisal - at) / spread) - 1.0


def tournament(appraisal: float, at: float = 0.0, rivals: float = 0.0, spread: float = 1.0) -> float:
    """Return what a quota at the mean of the others' last appraisals would pay.

    ODD E54: 2 / (1 + exp(-(appraisal - rivals) / spread)) - 1

    Source: Lazear & Rosen 1981 (rank-order tournaments); against a mean instead of a rank: our assumption.
    Special cases: who does as well as the others is paid half the full bonus, however well all do.

    Examples
    --------
    >>> tournament(0.7, rivals=0.7), tournament(-0.2, rivals=-0.2)
    (0.0, 0.0)
    """
    return quota(appraisal, at=rivals, spread=spread)


class Payoff(Protocol):
    """Appraisal -> what it is worth; `at` is the quota, `rivals` the mean of the others' last appraisals."""

    def __call__(self, appraisal: float, at: float = 0.0, rivals: float = 0.0, spread: float = 1.0) -> float:
        """Return points: 0 is worth the bonus at par, 1 the full bonus."""


PAYOFFS: dict[str, Payoff] = {"linear": linear, "quota": quota, "tournament": tournament}
"""Pay-offs by name."""

# -- both together -----------------------------------------------------------------------------------------------------


class Scores(NamedTuple):
    """What an appraisal is made of [points], or differences in it.

    `added` is charges and the reward for sharing data: what counts beside own and shared metrics, whatever their weights.
    """

    own: float
    shared: float
    added: float


PAR = Scores(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms on which one department is paid (see `simulation.scenario.regime.Incentives`).

    `sharers` departments split a pool; `rivals` is the mean of the others' last appraisals.
    """

    scheme: str = "blend"
    weight: float = 0.0
    sharers: int = 1
    gate: float = 0.0
    payoff: str = "linear"
    quota: float = 0.0
    spread: float = 0.25
    rivals: float = 0.0

    @property
    def straight(self) -> bool:
        """Whether a point more is worth the same wherever the department stands."""
        return self.payoff == "linear" and self.scheme != "gate"


def appraise(scores: Scores, terms: Terms) -> float:
    """Return the appraisal: what the scheme makes of own and shared score, and what is added to it.

    ODD E55: scheme(scores.own, scores.shared) + scores.added

    Source: definition. Special cases: nothing added, the scheme alone.
    """
    scheme = SCHEMES[terms.scheme]
    return scheme(scores.own, scores.shared, terms.weight, sharers=terms.sharers, opens_at=terms.gate) + scores.added


def worth(scores: Scores, terms: Terms) -> float:
    """Return what scores are worth [points of bonus: 0 at par, 1 the full bonus]. Source: definition.

    ODD E56: payoff(appraise(scores))
    """
    payoff = PAYOFFS[terms.payoff]
    return payoff(appraise(scores, terms), at=terms.quota, rivals=terms.rivals, spread=terms.spread)


def gain(standing: Scores, difference: Scores, terms: Terms) -> float:
    """Return what a difference in scores is worth to who stands there: worth(standing + difference) - worth(standing).

    ODD E57: worth(standing + difference) - worth(standing)

    Source: definition. Special cases: on straight terms the standing does not matter, and par is taken for it, so that
    nothing is lost to rounding.

    Examples
    --------
    >>> gain(Scores(0.5, 0.0, 0.0), Scores(0.25, 0.5, 0.0), Terms(weight=0.5))
    0.375
    """
    at = PAR if terms.straight else standing
    then = Scores(at.own + difference.own, at.shared + difference.shared, at.added + difference.added)
    return worth(then, terms) - worth(at, terms)


def heeded(weights: Sequence[float], most: int, draws: Iterable[float]) -> tuple[int, ...]:
    """Return which of several metrics a department heeds that can heed so many: drawn one by one by their weights.

    ODD E58, in words.

    Parameters
    ----------
    weights
        Weight of each metric in the appraisal, >= 0; one of weight 0 is never heeded.
    most
        How many can be heeded; all of them if there are no more.
    draws
        As many uniform numbers in (0, 1).

    Source: Simon 1971 (attention is scarce), Holmstrom & Milgrom 1991 (many tasks); form our assumption.

    Examples
    --------
    >>> heeded([1.0, 0.0, 1.0, 2.0], 2, [0.6, 0.1])
    (0, 3)
    """
    left = {i: weight for i, weight in enumerate(weights) if weight > 0.0}
    if len(left) <= most:
        return tuple(left)
    found = []
    for draw in draws:
        total = 0.0
        for weight in left.values():
            total += weight
        drawn, upto = next(iter(left)), 0.0
        for i, weight in left.items():
            if upto <= draw * total:
                drawn = i
            upto += weight
        found.append(drawn)
        del left[drawn]
    return tuple(sorted(found))


def weight_in_mind(paid: float, buy_in: float) -> float:
    """Return the weight that a department gives to shared metrics: what is paid, and buy-in on the rest.

    ODD E59: paid + (1 - paid) * buy_in

    w + (1 - w) b; pay knows only w. Source: MODEL section 3 (alignment and accountability); form our assumption.

    Examples
    --------
    >>> weight_in_mind(0.5, 0.0), weight_in_mind(0.0, 0.4)
    (0.5, 0.4)
    """
    return paid + (1.0 - paid) * buy_in


def buy_in_after(buy_in: float, fading: float, progress: float, gain: float) -> float:
    """Return buy-in after a review: b (1 - fading + progress max(0, gain)), in [0, 1].

    ODD E60: clip(buy_in * (1 - fading + progress * max(gain, 0)), 0, 1)

    `gain` is the rise of the shared score since the last review, 0 where it cannot be seen. Progress strengthens those who
    have bought in and converts nobody: without a message there is no buy-in. Our assumption.

    Examples
    --------
    >>> buy_in_after(0.5, 0.1, 0.1, -1.0), buy_in_after(0.0, 0.1, 0.1, 9.0)
    (0.45, 0.0)
    """
    return clip(buy_in * (1.0 - fading + progress * (gain if gain > 0.0 else 0.0)), 0.0, 1.0)


def pay(appraisal: float) -> float:
    """Return the bonus as a share of the full bonus: half at par, all at stretch, never below 0 or above 1.5.

    ODD E61: clip(0.5 + 0.5 * appraisal, 0, 1.5)

    Source: our assumption.

    Examples
    --------
    >>> pay(0.0), pay(1.0), pay(-3.0)
    (0.5, 1.0, 0.0)
    """
    return clip(PAY_AT_PAR + (1.0 - PAY_AT_PAR) * appraisal, 0.0, PAY_CAP)
