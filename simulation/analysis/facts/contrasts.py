"""By which contrast each fact is judged: a difference, a ratio, a slope or a shape, never a bare level.

A level is met by any constant that happens to lie there; a contrast is met only by something that moves as people do. So
each level is judged against another level of the same world. Several levels of one world are judged by differences between
neighbours and by one ratio, which together fix them all: as many judgments as there are figures, none of them implied by
the others. One is a function of others all the same: C08 follows from C01, C02 and C04 but for where within the bands the
deliveries lie. Pairs of a difference and a ratio of the same two levels (C29 and C30, C33 and C34, C35 and C36) are two
figures and two judgments, but a model that has one right is likelier to have the other.

The interval of a contrast
--------------------------
The fact's own where the fact is a contrast already. Otherwise first-order propagation from the intervals of the figures it
is made of, each end by itself, so that lopsided intervals stay lopsided:

    high = f + sqrt(sum_i (f'_i d_i)^2),   low = f - sqrt(sum_i (f'_i e_i)^2)

with d_i (e_i) the distance from figure i to that end of its interval which raises (lowers) f. Exact for differences. It
takes the figures for independent samples. They are not quite so where they are shares of the same answers (C13, C14) or
come from the same people (C25 to C27); there the intervals are far narrower than the 15 % that decides.

Source
------
Zou & Donner 2008, Statistics in Medicine 27 (recovery of variance from intervals).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.analysis.facts.facts import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CONTRASTS", "EQUAL_SHARE", "FORMS", "TOLERANCE", "WORST", "Band", "Contrast", "band_of", "value_of"]

TOLERANCE = 0.15
"""A simulated contrast within this share of the measured one meets it, however narrow the interval is."""
WORST = 1.0
"""The lowest answer on the scale of stars."""
EQUAL_SHARE = 0.2
"""What a fifth of the buyers would spend if all spent alike."""

FORMS: dict[str, Callable[..., Any]] = {
    "itself": lambda x: x,
    "difference": lambda x, y: x - y,
    "ratio": lambda x, y: x / y,
    "odds": lambda x: x / (1.0 - x),
    "ends to middle": lambda x, y: (x + y) / (1.0 - x - y),
    "above the worst": lambda x, y: (x - WORST) / (y - WORST),
    "above equal share": lambda x: x - EQUAL_SHARE,
    "share of the rest": lambda x, y: x / (1.0 - y),
}
"""How a contrast is made of figures; rational functions, of numbers and of arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How one fact is judged: `form` of the figures of the facts `of`; `why` this one, where it is not plain."""

    fact: str
    form: str
    of: tuple[str, ...]
    says: str
    why: str = ""

    @property
    def formula(self) -> str:
        """The contrast in short, as in `C04 - C03`."""
        first, *rest = self.of
        second = rest[0] if rest else ""
        return {
            "itself": first,
            "difference": f"{first} - {second}",
            "ratio": f"{first} / {second}",
            "odds": f"{first} / (1 - {first})",
            "ends to middle": f"({first} + {second}) / (1 - {first} - {second})",
            "above the worst": f"({first} - {WORST:g}) / ({second} - {WORST:g})",
            "above equal share": f"{first} - {EQUAL_SHARE}",
            "share of the rest": f"{first} / (1 - {second})",
        }[self.form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A measured contrast with its interval, and the band in which a simulated one meets it.

    `rule` says which of the two made the band: "interval", or "15 %" where that is wider (or there is no interval). The wider
    one as a whole, not end by end: at one end of a lopsided interval this is the stricter reading.
    """

    measured: float
    low: float
    high: float
    accepted_low: float
    accepted_high: float
    rule: str

    def accepts(self, value: float) -> bool:
        """Tell whether a simulated contrast lies in the band, ends included; NaN lies nowhere."""
        slack = 1e-12 * abs(self.measured)  # 15 % of a decimal fraction is no decimal fraction
        return self.accepted_low - slack <= value <= self.accepted_high + slack


def value_of(contrast: Contrast, figures: Mapping[str, Any]) -> Any:
    """Return the contrast of figures by fact: numbers, or arrays of one figure per replication."""
    return FORMS[contrast.form](*(figures[key] for key in contrast.of))


def band_of(contrast: Contrast) -> Band:
    """Return the measured contrast with its interval and the band that is accepted.

    Examples
    --------
    >>> early = band_of(CONTRASTS["C01"])
    >>> round(early.measured, 4), round(early.low, 4), round(early.high, 4), early.rule
    (0.1372, 0.0913, 0.1831, 'interval')
    """
    known = facts()
    measured = float(value_of(contrast, {key: known[key].value for key in contrast.of}))
    down = up = 0.0
    for slope, key in zip(_slopes(contrast), contrast.of, strict=True):
        below, above = known[key].value - known[key].low, known[key].high - known[key].value
        up += (slope * (above if slope > 0 else below)) ** 2
        down += (slope * (below if slope > 0 else above)) ** 2
    low, high = measured - math.sqrt(down), measured + math.sqrt(up)
    tolerated = TOLERANCE * abs(measured)
    if high - low > 2 * tolerated:
        return Band(measured=measured, low=low, high=high, accepted_low=low, accepted_high=high, rule="interval")
    ends = measured - tolerated, measured + tolerated
    return Band(measured=measured, low=low, high=high, accepted_low=ends[0], accepted_high=ends[1], rule="15 %")


def _slopes(contrast: Contrast) -> list[float]:
    """Derivatives of the contrast by each figure: complex steps, exact for rational functions."""
    values, step = [facts()[key].value for key in contrast.of], 1e-20
    return [
        float(FORMS[contrast.form](*(complex(v, step if i == at else 0.0) for i, v in enumerate(values))).imag / step)
        for at in range(len(values))
    ]


_LIST: tuple[Contrast, ...] = (
    Contrast(fact="C01", form="difference", of=("C01", "C02"), says="Stars gained by 5 to 10 days early, against just in time"),
    Contrast(fact="C02", form="difference", of=("C02", "C11"), says="Stars lost once a late order has come, against just in time",
             why="All other bands are compared with C02; what ties its own height down is the late order that has come."),
    Contrast(fact="C03", form="difference", of=("C03", "C02"), says="Stars moved by up to 2 days late, against just in time"),
    Contrast(fact="C04", form="difference", of=("C04", "C03"), says="Stars moved by 2 to 5 days late, against up to 2",
             why="Neighbouring bands, so that no difference contains another."),
    Contrast(fact="C05", form="difference", of=("C05", "C04"), says="Stars moved by 5 to 10 days late, against 2 to 5"),
    Contrast(fact="C06", form="difference", of=("C06", "C05"), says="Stars moved by more than 10 days late, against 5 to 10",
             why="Saturation: another week costs little more."),
    Contrast(fact="C07", form="itself", of=("C07",), says="Stars gained by 10 days early or more, against just in time"),
    Contrast(fact="C08", form="itself", of=("C08",), says="Stars lost per day late over stars gained per day early"),
    Contrast(fact="C09", form="odds", of=("C09",), says="Late orders: answers while waiting over answers once it came",
             why="A share by itself is a level: the two groups of answers are compared."),
    Contrast(fact="C10", form="above the worst", of=("C10", "C02"),
             says="Stars above the worst while waiting, over those just in time",
             why="C11 - C10 and C02 - C11 are judged already and give C02 - C10: a ratio says where on the scale they lie."),
    Contrast(fact="C11", form="difference", of=("C11", "C10"), says="Late orders: stars once it came, against still waiting"),
    Contrast(fact="C12", form="itself", of=("C12",), says="Stars per day from order to delivery, in time"),
    Contrast(fact="C13", form="ends to middle", of=("C13", "C14"), says="Answers at the two ends of the scale over those between",
             why="Share 1 and share 5 are two levels: their ratio is C14's, how far both ends outweigh the middle is C13's."),
    Contrast(fact="C14", form="ratio", of=("C14", "C13"), says="Answers of 5 stars over answers of 1 star"),
    Contrast(fact="C15", form="itself", of=("C15",), says="Ordering again after 4 or 5 stars over after 1 or 2",
             why="About 1: stated satisfaction hardly moved repurchase there. People who are all alike meet it too."),
    Contrast(fact="C16", form="itself", of=("C16",), says="Overall satisfaction: variance explained by the mean rating",
             why="A ratio of variances: nothing explained is 0."),
    Contrast(fact="C17", form="itself", of=("C17",), says="Best exponent of the power mean (1: plain mean)",
             why="A shape; the grid has steps of a quarter, as its interval."),
    Contrast(fact="C18", form="itself", of=("C18",), says="Performance touchpoints: slope of losses over slope of gains"),
    Contrast(fact="C19", form="itself", of=("C19",), says="Must-be touchpoints: overall stars per star below usual",
             why="A slope. It is of one touchpoint among many, so the airport needs about as many touchpoints as the survey."),
    Contrast(fact="C20", form="ratio", of=("C20", "C19"), says="Must-be touchpoints: slope of gains over slope of losses",
             why="The gain is about none; relative to the loss it does not hang on the number of touchpoints, as C19 does."),
    Contrast(fact="C21", form="ratio", of=("C23", "C21"), says="Promoters at 5 stars over promoters at 3 stars",
             why="With the two differences of C22 and C23 this fixes the three shares."),
    Contrast(fact="C22", form="difference", of=("C22", "C21"), says="Rise of the promoters' share from 3 to 4 stars"),
    Contrast(fact="C23", form="difference", of=("C23", "C22"), says="Rise of the promoters' share from 4 to 5 stars"),
    Contrast(fact="C24", form="itself", of=("C24",), says="Variance between people over all variance of ratings",
             why="A ratio of variances; published without an interval, so 15 % decides."),
    Contrast(fact="C25", form="odds", of=("C25",), says="Buyers who come a second time over those who do not",
             why="Compared with those who do not come; the difference to C26 is C26's."),
    Contrast(fact="C26", form="difference", of=("C26", "C25"), says="Rise of the share who order again, from 1st to 4th order",
             why="Heterogeneity: with people alike it would be 0."),
    Contrast(fact="C27", form="share of the rest", of=("C27", "C26"), says="Leaving for good, over not ordering a fifth time",
             why="A rate by itself is a level: this is how much of stopping after a purchase is leaving, not seldom buying."),
    Contrast(fact="C28", form="above equal share", of=("C28",), says="Revenue share of the top fifth, above an equal share",
             why="Compared with people alike; stricter than the ratio to an equal share would be."),
    Contrast(fact="C29", form="difference", of=("C29", "C30"), says="Fall of the chance to succeed from 1st to 5th call",
             why="Two levels: the fall in points is C29's, the fall as a share is C30's; together they fix both."),
    Contrast(fact="C30", form="ratio", of=("C30", "C29"), says="Chance to succeed at the 5th call over the 1st"),
    Contrast(fact="C31", form="itself", of=("C31",), says="Rise of the share who visit by an e-mail"),
    Contrast(fact="C32", form="itself", of=("C32",), says="Rise of the share who order by an e-mail"),
    Contrast(fact="C33", form="difference", of=("C33", "C34"), says="Close rate of paid search minus social media",
             why="Two levels, as for C29 and C30."),
    Contrast(fact="C34", form="ratio", of=("C33", "C34"), says="Close rate of paid search over social media"),
    Contrast(fact="C35", form="difference", of=("C35", "C36"), says="Share who write at 1 star minus at 5 stars",
             why="Two levels, as for C29 and C30."),
    Contrast(fact="C36", form="ratio", of=("C35", "C36"), says="Share who write at 1 star over at 5 stars"),
)  # fmt: skip
CONTRASTS: dict[str, Contrast] = {contrast.fact: contrast for contrast in _LIST}
"""The contrast of each fact, by its key."""
