"""Names that scenario files may use for entries of catalogues and for counters.

Each layer above keeps its catalogue under these names; tests hold the two together.
"""

from __future__ import annotations

__all__ = [
    "COMPANY",
    "COMPANY_COUNTERS",
    "DATA_LEVER",
    "OWN",
    "PAYOFFS",
    "REGIMES",
    "RESERVED_COLUMNS",
    "RULES",
    "RULES_OF_SMALL_WORLDS",
    "SCHEMES",
    "TOUCHPOINT_COUNTERS",
]

RULES: tuple[str, ...] = ("trial_and_error", "local_search", "regression", "best_response", "fixed", "human")
"""Learning rules (`learning.rule`)."""

RULES_OF_SMALL_WORLDS: tuple[str, ...] = ("best_response",)
"""Those that ask the world what settings would bring: the customer journey cannot say."""

REGIMES: tuple[str, ...] = ("siloed", "pooled")
"""Information regimes (`information.regime`)."""

SCHEMES: tuple[str, ...] = ("own", "blend", "split_pool", "gate")
"""Incentive schemes (`incentives.scheme`)."""

PAYOFFS: tuple[str, ...] = ("linear", "quota", "tournament")
"""Pay-offs (`incentives.payoff`)."""

DATA_LEVER = "share_data"
"""Levers of this name say how far a department puts its data into the common repository."""

COMPANY = "company"
"""Owner of shared metrics; no department may have this name."""

OWN = "own"
"""In a lever's effects: each touchpoint of the department. No touchpoint may have this name."""

RESERVED_COLUMNS: tuple[str, ...] = (
    *("arm", "replication", "week"),
    *("loyalty", "nps", "retention", "complaints", "satisfaction", "trust", "open_problems"),
    *("customers", "repeat_purchases", "new_customers", "defections", "silent_lapses", "good_talk", "bad_talk"),
    *("revenue", "cost", "bonus", "profit", "profit_at_equal_bonus"),
)
"""Columns of every result. A KPI is a column of its own, under another name."""

TOUCHPOINT_COUNTERS: dict[str, str] = {
    "encounters": "encounters at the touchpoint",
    "successes": "encounters that succeeded",
    "experience": "sum of experience over encounters [0-1 each]",
    "waiting": "sum of weeks waited",
    "cost": "cost of encounters and capacity [money]",
    "revenue": "sales at the prices paid [money]",
    "cases": "problems left open, promised dates that passed among them",
    "resolved": "open problems closed, by the arrival of what was late, too",
    "csat": "sum of survey answers [0-1 each]",
    "csat_answers": "number of survey answers",
}
"""Counters of one touchpoint, written `counter@touchpoint`, each summed over a week."""

COMPANY_COUNTERS: dict[str, str] = {
    "prospects": "prospects at the end of the week",
    "leads": "leads at the end of the week",
    "customers": "customers at the end of the week",
    "defected": "former customers at the end of the week",
    "ever_customers": "people who have ever bought (customers and defected)",
    "loyalty": "sum of loyalty over everyone who has ever bought [0-1 each]",
    "satisfaction": "sum of satisfaction over customers [0-1 each]",
    "trust": "sum of trust over customers [0-1 each]",
    "open_problems": "customers with an open problem at the end of the week",
    "defections": "customers lost in the week",
    "silent_lapses": "customers lost who did not voice a problem in the week",
    "retained": "customers at the start of the week who did not defect",
    "acquired": "first purchases and customers won back",
    "purchases": "purchases",
    "repeat_purchases": "purchases by people who had bought before",
    "complaints": "customers who voice an open problem",
    "good_talk": "people who tell of a good experience",
    "bad_talk": "people who tell of a bad experience",
    "answers": "survey answers on recommendation",
    "overall": "sum of answers on overall satisfaction [0-1 each]",
    "promoters": "answers of promoters",
    "detractors": "answers of detractors",
    "revenue": "sales at the prices paid [money]",
    "cost": "goods sold, encounters and capacity, without bonus [money]",
    "people": "people in the market",
    "nps_points": "promoters minus detractors",
}
"""Counters of the company, each of one week."""
