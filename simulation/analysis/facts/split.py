"""The split: which facts people may be fitted to, and which are only ever checked.

Chosen by mechanism, before any simulated result was seen: every mechanism that is fitted has a fact that is not, so a fit
that only bends to its figures shows. 16 may be fitted, 20 never are. A fact moves from fitted to checked at will; the other
way never.

Since then forms and levels have been changed with results in sight, so these facts are no independent checks of them:

- few answer at once (a lognormal lag; C03, C05, C09); an answer about an open problem is that of an open problem (C14);
- promised dates vary between orders, with the spreads that the counts of C01 to C06 ask for (C01, C08), and a long wait is
  felt as any wait is, on the scale of performance, whatever is said of must-be (C12);
- an answer about a delivery is about its whole week (C02, C10);
- ratings rate what it was like, satisfaction weighs it by kind; people differ in their norms instead of in the tone of
  their answers; a week's encounters weigh alike (C15, C16, C18, C19);
- levels of the worlds: how much quality varies between sellers and how many orders arrive broken (C14), what an e-mail does to
  visits (C32), mean purchase rate and leaving from the published fit of the same data (C26, C27).

C21, C29, C33 and C36, and the levels behind them, have been left alone.

"Fitted" means that the fitter may see the fact. Settings of the small worlds (how late deliveries are, how many
touchpoints an airport has, what a call campaign offers) are given, not fitted; where a world's setting nearly gives a
fact by itself, its reason says so.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MECHANISMS", "Mechanism", "fitted_facts", "mechanism_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One mechanism of people with the facts it may be fitted to and those it is checked by: key -> reason."""

    name: str
    fitted: dict[str, str]
    checked: dict[str, str]


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism(
        name="early",
        fitted={"C07": "the whole gain: it sets the gain side"},
        checked={
            "C01": "a smaller earliness: the form of the gain must give it",
            "C12": "the pain of waiting is fitted to the whole gain; the slope within it must follow",
        },
    ),
    Mechanism(
        name="late",
        fitted={
            "C04": "the steepest step: it sets the size of the loss",
            "C06": "the last step: it sets where the loss ends",
        },
        checked={
            "C03": "the first two days: the form of the loss must give the grace",
            "C05": "between the two that are fitted",
            "C08": "gain against loss, fitted apart from each other",
        },
    ),
    Mechanism(
        name="unresolved",
        fitted={"C11": "what an end of waiting gives back: it sets the pain of an unresolved promise"},
        checked={
            "C02": "what is left once the order has come: no parameter is kept for it",
            "C09": "the survey's trigger and the world's deliveries give it, not people",
            "C10": "how far down waiting leads: given the step, the scale must give it",
        },
    ),
    Mechanism(
        name="answers",
        fitted={
            "C13": "the ends of the scale: they set how far extremes answer more",
            "C35": "it sets how far a bad experience makes people write",
        },
        checked={"C14": "which end outweighs: follows from what happened", "C36": "writing after a good experience"},
    ),
    Mechanism(
        name="satisfaction to repurchase",
        fitted={},
        checked={"C15": "how far satisfaction moves repurchase is a parameter that is swept and shown, never fitted"},
    ),
    Mechanism(
        name="touchpoints to overall",
        fitted={
            "C17": "it sets the exponent of the power mean",
            "C24": "it sets a person's own tone",
        },
        checked={"C16": "tone, exponent and noise together must leave this much unexplained"},
    ),
    Mechanism(
        name="kinds of touchpoint",
        fitted={"C20": "gain against loss of must-be touchpoints sets their asymmetry"},
        checked={
            "C18": "performance touchpoints are taken as symmetric",
            "C19": "the size of the loss follows from the aggregation and the number of touchpoints",
        },
    ),
    Mechanism(
        name="recommendation",
        fitted={
            "C22": "the two rises set the threshold",
            "C23": "and the noise of the answer",
        },
        checked={"C21": "threshold and noise must give the third figure"},
    ),
    Mechanism(
        name="repeat purchase",
        fitted={
            "C25": "it sets how many come again at all",
            "C28": "it sets how far buyers differ",
        },
        checked={
            "C26": "the rise with every order must follow from how far buyers differ",
            "C27": "drop-out, told apart from seldom buying by a model nobody fitted here",
        },
    ),
    Mechanism(
        name="contact fatigue",
        fitted={"C30": "it sets what each further contact costs"},
        checked={"C29": "the fall in points: response and fatigue together (the world gives the campaign's offer)"},
    ),
    Mechanism(
        name="response to an e-mail",
        fitted={"C31": "randomized: it sets how far an e-mail brings people in"},
        checked={"C32": "randomized: who was brought in must order at the rate that other visitors' motives give"},
    ),
    Mechanism(
        name="lead quality",
        fitted={"C34": "it sets how far fit moves conversion"},
        checked={"C33": "the same gap in points: the level of conversion must be right too (the world gives the sources)"},
    ),
)  # fmt: skip
"""All mechanisms."""


def fitted_facts() -> frozenset[str]:
    """Return the keys of the facts that a fitter may see.

    Examples
    --------
    >>> len(fitted_facts()), "C15" in fitted_facts()
    (16, False)
    """
    return frozenset(key for mechanism in MECHANISMS for key in mechanism.fitted)


def mechanism_of() -> dict[str, str]:
    """Return the mechanism's name by fact."""
    return {key: m.name for m in MECHANISMS for key in (*m.fitted, *m.checked)}
