"""Published answers for the linear world: what a department that knows everything would do, and what the company gets.

Every department chooses actions a at the effort |a|^2 / 2. The company's value is f.a, the department's own KPI g.a,
with |f| = |g| = 1 and t the angle between the two; `cosine` stands for cos t. Surplus is value less effort; efficiency
is the share of the highest surplus, that of a = f, which is realised. All of this holds for best response; how near
learners come is measured (`simulation.analysis.learning_study`).
"""

from __future__ import annotations

from math import sqrt

__all__ = [
    "best_action",
    "best_bonus",
    "best_split_weight",
    "blend_efficiency",
    "bonus_efficiency",
    "crossing_cosine",
    "resting_distance",
    "split_efficiency",
]


def best_action(own: float, shared: float, *, bonus: float = 1.0, weight: float = 0.0, sharers: int = 1) -> float:
    """Return one lever's best response: bonus x ((1 - w) g + w f / N), what the lever brings in pay at effort a^2 / 2.

    ODD E92: bonus * ((1 - weight) * own + weight * shared / sharers)

    Parameters
    ----------
    own, shared
        What one unit of the action adds to the own KPI (g) and to the company's value (f).
    bonus
        Pay for one unit of appraisal.
    weight
        Weight w of the shared metric in [0, 1].
    sharers
        Departments N that split the shared metric equally; 1: each is paid on all of it.

    Source: Holmstrom 1982; Holmstrom & Milgrom 1991; Baker 2002. Special cases: w = 0 is b g, w = 1 unsplit b f.

    Examples
    --------
    >>> best_action(0.8, 0.6, weight=0.5, sharers=2)
    0.55
    """
    return bonus * ((1.0 - weight) * own + weight * shared / sharers)


def best_bonus(cosine: float) -> float:
    """Return the bonus on the own KPI that brings the highest surplus: cos t. Source: Baker 2002.

    ODD E93: cosine
    """
    return cosine


def bonus_efficiency(cosine: float, bonus: float) -> float:
    """Return the efficiency of a bonus b on the own KPI: 2 b cos t - b^2.

    ODD E94: 2 * bonus * cosine - bonus**2

    Source: Baker 2002. Special cases: b = cos t gives cos^2 t, the most there is.

    Examples
    --------
    >>> bonus_efficiency(0.5, best_bonus(0.5))
    0.25
    """
    return 2.0 * bonus * cosine - bonus * bonus


def split_efficiency(departments: int) -> float:
    """Return the efficiency of splitting all value equally among N departments: (2N - 1) / N^2.

    ODD E95: (2 * departments - 1) / departments**2

    Source: Holmstrom 1982. Special cases: N = 1 gives 1.

    Examples
    --------
    >>> split_efficiency(2)
    0.75
    """
    return (2 * departments - 1) / (departments * departments)


def blend_efficiency(cosine: float, weight: float, *, sharers: int = 1) -> float:
    """Return the efficiency of paying (1 - w) own + w shared / N at bonus 1.

    ODD E96: 2 * ((1 - weight) * cosine + weight / sharers) - ((1 - weight) ** 2 + (weight / sharers) ** 2 + 2 * (1 - weight) *
    weight / sharers * cosine)

    With u = 1 - w and s = w / N: 2 (u cos t + s) - (u^2 + s^2 + 2 u s cos t). Source: Holmstrom & Milgrom 1991, Baker
    2002. Special cases: unsplit (N = 1) it is 1 - 2 (1 - w)^2 (1 - cos t); w = 1 is `split_efficiency`; w = 0 is
    `bonus_efficiency` at bonus 1.

    Examples
    --------
    >>> blend_efficiency(0.5, 0.5)
    0.75
    """
    own, shared = 1.0 - weight, weight / sharers
    value = own * cosine + shared
    return 2.0 * value - (own * own + shared * shared + 2.0 * own * shared * cosine)


def best_split_weight(cosine: float, departments: int) -> float:
    """Return the weight w at which `blend_efficiency` split among N departments is highest, within [0, 1].

    ODD E97: clip(1 - (1 - 1 / departments) * (cosine - 1 / departments) / (1 + 1 / departments**2 - 2 * cosine / departments),
    0, 1)

    Source: derived here from `blend_efficiency`.

    1 - w = (1 - 1/N) (cos t - 1/N) / (1 + 1/N^2 - 2 cos t / N): the root of its derivative, a quadratic's.
    Special cases: one department: every weight up to 1 is paid in full, and 1 is best.

    Examples
    --------
    >>> round(best_split_weight(1.0, 7), 3)
    0.0
    """
    share = 1.0 / departments
    if departments == 1:
        return 1.0
    own = (1.0 - share) * (cosine - share) / (1.0 + share * share - 2.0 * cosine * share)
    return 1.0 - min(max(own, 0.0), 1.0)


def crossing_cosine(departments: int, *, optimised: bool = False) -> float:
    """Return cos t at which sharing everything, split among N, is as good as paying the own KPI alone.

    ODD E98: sqrt((2 * departments - 1) / departments**2) if optimised else (1 + (2 * departments - 1) / departments**2) / 2

    Source: derived from Holmstrom 1982 and Baker 2002.

    Silos at bonus 1: 2 cos t - 1 = (2N - 1) / N^2. Silos at Baker's best bonus (`optimised`): cos^2 t = (2N - 1) / N^2.
    Below it (at a wider angle) sharing is better.

    Examples
    --------
    >>> crossing_cosine(2)
    0.875
    """
    shared = split_efficiency(departments)
    return sqrt(shared) if optimised else (1.0 + shared) / 2.0


def resting_distance(rule: str, *, step: float, memory: float = 0.0) -> float:
    """Return how far from its best response a lever may come to rest without noise [lever units].

    ODD E99: step * (1 - memory) / (2 * (1 + memory)) if rule == 'trial_and_error' else step

    trial_and_error  step (1 - m) / (2 (1 + m)): at rest its trials to either side weigh against each other, and the
                     setting swings by twice that.
    local_search     step: settings stand 2 steps apart, and the nearest of them is at most one step away.

    Holds for a quadratic pay-off with its best response two steps or more within [0, 1]. Source: derived from
    `simulation.rules.learning`.

    Examples
    --------
    >>> round(resting_distance("trial_and_error", step=0.1, memory=0.9), 4)
    0.0026
    """
    return step * (1.0 - memory) / (2.0 * (1.0 + memory)) if rule == "trial_and_error" else step
