"""What the views read: a comparison seen from outside, so that nothing here depends on how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from simulation.scenario.scenario import Scenario

__all__ = ["Compared", "Loaded"]


class Compared(Protocol):
    """Tidy frames of one comparison; columns as in `simulation.analysis.comparison`.

    Attributes
    ----------
    scenario
        Scenario of the first arm.
    arm_titles
        Arm -> title, in order; the first is the arm that the others are compared with.
    summary
        One row per metric and arm: mean, paired difference to the first arm, 95 % intervals.
    weekly
        One row per arm, replication and week; a column per metric, KPI, `lever.*`, `score.*`, `bonus.*`.
    journey
        One row per arm, replication and touchpoint: encounters, experience [0-1], wait [weeks].
    ledger
        One row per arm, replication, touchpoint and department to which it is due: benefit and pain
        [points of experience per 1,000 people a week].
    """

    @property
    def scenario(self) -> Scenario: ...
    @property
    def arm_titles(self) -> Mapping[str, str]: ...
    @property
    def summary(self) -> pd.DataFrame: ...
    @property
    def weekly(self) -> pd.DataFrame: ...
    @property
    def journey(self) -> pd.DataFrame: ...
    @property
    def ledger(self) -> pd.DataFrame: ...


class Loaded(Protocol):
    """A scenario as read from a file."""

    @property
    def scenario(self) -> Scenario: ...
