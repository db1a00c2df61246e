"""Everybody in the market, as columns with the manners of Mesa's AgentSet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model import columns as at
from simulation.record import CUSTOMER_COLUMNS
from simulation.scenario.journey import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from simulation.model.columns import State
    from simulation.model.layout import Layout

__all__ = ["Customer", "Customers"]

_REAL = {"fit": at.FIT, "satisfaction": at.SATISFACTION, "trust": at.TRUST, "loyalty": at.LOYALTY, "worst_moment": at.WORST,
         "reputation": at.REPUTATION, "fatigue": at.FATIGUE, "spent": at.SPENT}  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """One person, looked at through her columns; attributes are the columns of `customers.parquet`."""

    _customers: Customers
    slot: int

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in CUSTOMER_COLUMNS:
            raise AttributeError(f"a customer has no {name!r}; there are {', '.join(CUSTOMER_COLUMNS)}")
        return self._customers.column(name)[self.slot]

    def __repr__(self) -> str:
        return f"<Customer {self.slot}: {self.stage}, {self.segment}, loyalty {self.loyalty:.2f}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """People as columns.

    `len`, iteration over light `Customer` objects, `select`, `get`, `agg` and `groupby` work as Mesa users know them
    from AgentSet, but on columns: no object is made unless asked for.

    Examples
    --------
    >>> from simulation import OrganizationModel
    >>> people = OrganizationModel("baseline", population=100, burn_in=4).customers
    >>> len(people), len(people.select(people.get("stage") == "customer")) > 10
    (100, True)
    """

    state: State
    layout: Layout
    burn_in: int = 0
    slots: NDArray[np.int64] | None = None
    _cache: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False)

    def column(self, name: str) -> NDArray[Any]:
        """Return a column for every slot of the market, whatever is selected."""
        if name not in self._cache:
            self._cache[name] = self._make(name)
        return self._cache[name]

    def _make(self, name: str) -> NDArray[Any]:
        real, whole = self.state
        promising = (real.shape[0] - at.PARTS) // 2
        if name in _REAL:
            return real[_REAL[name]].copy()
        if name in ("will", "should"):
            first = at.PARTS + (promising if name == "should" else 0)
            return real[at.WILL if name == "will" else at.SHOULD] + real[first : first + promising].sum(axis=0)
        if name == "slot":
            return np.arange(whole.shape[1])
        if name == "entered":
            return whole[at.ENTERED] - self.burn_in
        if name in ("case_weeks", "purchases"):
            return whole[at.CASE_WEEKS if name == "case_weeks" else at.PURCHASES].copy()
        words, position = {
            "segment": (self.layout.segment_names, at.SEGMENT),
            "offer": (self.layout.offer_names, at.OFFER),
            "stage": (STAGES, at.STAGE),
            "case_touchpoint": ((*self.layout.touchpoints, ""), at.CASE),
        }[name]
        return np.array(words, dtype=object)[whole[position]]

    @property
    def _chosen(self) -> NDArray[np.int64]:
        return np.arange(self.state.whole.shape[1]) if self.slots is None else self.slots

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[Customer]:
        return (Customer(self, int(slot)) for slot in self._chosen)

    def __getitem__(self, position: int) -> Customer:
        return Customer(self, int(self._chosen[position]))

    def __repr__(self) -> str:
        return f"<Customers: {len(self)} of {self.state.whole.shape[1]} people>"

    def get(self, names: str | list[str]) -> Any:
        """Return a column, or a list of columns, of the chosen people (arrays in their order)."""
        if isinstance(names, str):
            return self.column(names)[self._chosen]
        return [self.get(name) for name in names]

    def select(self, which: NDArray[np.bool_] | Callable[[Customer], bool]) -> Customers:
        """Return those for whom a mask (one entry per chosen person) or a function of a Customer is true."""
        mask = np.array([which(c) for c in self], dtype=bool) if callable(which) else np.asarray(which, dtype=bool)
        return Customers(state=self.state, layout=self.layout, burn_in=self.burn_in, slots=self._chosen[mask])

    def agg(self, name: str, function: Callable[[NDArray[Any]], Any]) -> Any:
        """Return a function (such as numpy.mean) of a column."""
        return function(self.get(name))

    def groupby(self, by: str) -> Mapping[Any, Customers]:
        """Return the people by the values of a column, in sorted order of the values."""
        values = self.get(by)
        return {value: self.select(values == value) for value in sorted(set(values.tolist()))}

    def to_dict(self) -> dict[str, NDArray[Any]]:
        """Return every declared column of the chosen people."""
        return {name: self.get(name) for name in CUSTOMER_COLUMNS}
