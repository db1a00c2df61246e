"""What happened to each customer, in the forms that other tools read: `silosim export`.

    transactions        one row per purchase
    recency_frequency   one row per buyer, in the columns that libraries for BG/NBD and its kin take
    events              one row per encounter, order and answer; on request
    provenance.json     the scenario in full and its hash, arm, replication, seed, versions, command, date

Weeks 0 and later only: who entered the market before may have bought before, and her first purchase here is then not her first.
Her `entered` is negative; a clean cohort is `entered >= 0`. A person who leaves the market and the one who takes her slot are two
customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from simulation.analysis.choosing import chosen_arms, loaded_from, overridden
from simulation.analysis.facts.purchases import recency_frequency
from simulation.analysis.folder import whole
from simulation.analysis.storage import circumstances, write_csv, write_parquet, write_provenance
from simulation.model.columns import ANSWERED, ENCOUNTERED, ENTERED, OFFER, ORDERED, SEGMENT
from simulation.model.organization_model import OrganizationModel
from simulation.record import EXPORT_COLUMNS
from simulation.rules.delivery import days_between

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from simulation.analysis.choosing import Source
    from simulation.model.layout import Layout
    from simulation.model.organization_model import EngineName

__all__ = ["Export", "Form", "export", "save_export"]

Form = Literal["csv", "parquet"]
DAYS_A_WEEK = 7
_KINDS = {ENCOUNTERED: "encounter", ORDERED: "order", ANSWERED: "answer"}
_BEFORE, _COMMENT = 1, 2
"""Bits of an answer's second number (see `simulation.model.columns.Log`)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Export:
    """One arm of one replication, customer by customer; columns as in `simulation.record.EXPORT_COLUMNS`.

    Attributes
    ----------
    name, arm, replication, seed, engine
        Which run this is.
    transactions, recency_frequency, events
        The tables; `events` None unless asked for.
    raw, hash
        The scenario as plain data, overrides included, and the hash of that.
    """

    name: str
    arm: str
    replication: int
    seed: int
    engine: EngineName
    transactions: pd.DataFrame
    recency_frequency: pd.DataFrame
    events: pd.DataFrame | None
    raw: Mapping[str, object]
    hash: str

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables there are, by name."""
        tables = {"transactions": self.transactions, "recency_frequency": self.recency_frequency}
        return tables if self.events is None else {**tables, "events": self.events}


def export(
    scenario: Source,
    *,
    arm: str | None = None,
    replication: int = 0,
    seed: int | None = None,
    population: int | None = None,
    weeks: int | None = None,
    events: bool = False,
    engine: EngineName = "compiled",
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Export:
    """Live one arm as `run` does, and write down what happens to whom.

    Parameters
    ----------
    scenario
        A file, the name of a shipped scenario, a mapping, or what `load` gave.
    arm
        The first unless named.
    replication
        Which replication: 0 is the first of `run`.
    seed, population, weeks
        Replace the scenario's horizon. None: as in the scenario.
    events
        Whether to keep all events, too.
    engine, threads
        As in `compare`; the tables do not depend on them.
    progress
        Called with (weeks lived, weeks planned), burn-in included.

    Raises
    ------
    ScenarioError
        If the scenario, an override or the name of the arm has faults.

    Examples
    --------
    >>> given = export("baseline", population=100, weeks=4)  # doctest: +SKIP
    >>> given.recency_frequency.columns.tolist()  # doctest: +SKIP
    ['customer_id', 'frequency', 'recency', 'T', 'monetary_value']
    """
    loaded = overridden(loaded_from(scenario), {"seed": seed, "population": population, "weeks": weeks})
    ((name, given),) = chosen_arms(loaded, [next(iter(loaded.arms)) if arm is None else arm]).items()
    model = OrganizationModel(given, replication=replication, engine=engine, threads=threads, events=True)
    rows = _lived(model, purchases_only=not events, progress=progress or (lambda _done, _planned: None))
    layout = model.layout
    model.let_go()
    bought = rows[_are_purchases(layout, rows["what"], rows["touchpoint"], rows["first"])]
    transactions = _named(layout, name, bought).assign(
        offer=_words(layout.offer_names, bought["offer"]), money=bought["x2"].to_numpy()
    )
    orders = transactions[["customer_id", "day", "money"]].rename(columns={"customer_id": "person"})
    return Export(
        name="scenario" if loaded.path is None else loaded.path.stem,
        arm=name,
        replication=replication,
        seed=given.horizon.seed,
        engine=engine,
        transactions=transactions,
        recency_frequency=recency_frequency(orders, DAYS_A_WEEK * given.horizon.weeks),
        events=_events(layout, name, rows, burn_in=given.horizon.burn_in) if events else None,
        raw=loaded.raw,
        hash=loaded.hash,
    )


def save_export(
    given: Export, folder: Path, *, form: Form = "parquet", overwrite: bool = False, command: Sequence[str] = ()
) -> None:
    """Write an export into `folder`, whole or not at all.

    Raises
    ------
    FolderRefused
        As `simulation.analysis.folder.check_folder`.
    OSError
        If the disk is full or not writable; nothing is left behind.
    """
    own = {
        "name": given.name,
        "arm": given.arm,
        "seed": given.seed,
        "replication": given.replication,
        "engine": given.engine,
    }
    with whole(folder, overwrite=overwrite) as hidden:
        for name, table in given.tables.items():
            if form == "csv":
                write_csv(table, hidden / f"{name}.csv")
            else:
                write_parquet(table, hidden / f"{name}.parquet", columns=EXPORT_COLUMNS)
        told = circumstances(own, raw=given.raw, scenario_hash=given.hash, command=command)
        write_provenance(told, hidden)


def _lived(model: OrganizationModel, *, purchases_only: bool, progress: Callable[[int, int], None]) -> pd.DataFrame:
    """Live all weeks; return the events of weeks 0 and later as numbers, with who she is whom they happened to."""
    horizon = model.given.horizon
    planned = horizon.burn_in + horizon.weeks
    kept: list[pd.DataFrame] = []
    progress(0, planned)
    for done in range(1, planned + 1):
        model.step()
        if done > horizon.burn_in:
            kept.append(_of_week(model, purchases_only=purchases_only))
        progress(done, planned)
    return pd.concat(kept, ignore_index=True)


def _of_week(model: OrganizationModel, *, purchases_only: bool) -> pd.DataFrame:
    """Return the events of the week just lived."""
    horizon, log = model.given.horizon, model.events
    _, slot, what, touchpoint, first, second = log.whole.T
    # Nothing happens in the week in which somebody leaves: all events are those of whom the slot holds at its end.
    people = model.world.engine.state.whole[:, slot].astype(np.int64)
    rows = pd.DataFrame(
        {
            "customer_id": slot + horizon.population * people[ENTERED],
            "entered": people[ENTERED] - horizon.burn_in,
            "segment": people[SEGMENT],
            "offer": people[OFFER],
            "week": np.full(len(slot), model.week - 1, dtype=np.int64),
            "what": what,
            "touchpoint": touchpoint,
            "first": first,
            "second": second,
            "x1": log.real[:, 0],
            "x2": log.real[:, 1],
        }
    )
    return rows[_are_purchases(model.layout, what, touchpoint, first)] if purchases_only else rows


def _are_purchases(layout: Layout, what: Any, touchpoint: Any, first: Any) -> NDArray[np.bool_]:
    """Tell which events are purchases: encounters that succeeded where something is sold."""
    return np.asarray((what == ENCOUNTERED) & (first == 1) & layout.journey.sells[np.asarray(touchpoint)])


def _named(layout: Layout, arm: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return who, when and where, with names instead of numbers."""
    return pd.DataFrame(
        {
            "arm": np.full(len(rows), arm, dtype=object),
            "customer_id": rows["customer_id"].to_numpy(),
            "entered": rows["entered"].to_numpy(),
            "segment": _words(layout.segment_names, rows["segment"]),
            "week": rows["week"].to_numpy(),
            "day": DAYS_A_WEEK * rows["week"].to_numpy(dtype=np.float64),
            "touchpoint": _words(layout.touchpoints, rows["touchpoint"]),
        }
    )


def _words(names: Sequence[str], numbers: pd.Series[Any]) -> NDArray[np.object_]:
    words: NDArray[np.object_] = np.array(names, dtype=object)[numbers.to_numpy()]
    return words


def _events(layout: Layout, arm: str, rows: pd.DataFrame, *, burn_in: int) -> pd.DataFrame:
    """Return all events; a column that means nothing for one is empty there."""
    first, second = rows["first"].to_numpy(), rows["second"].to_numpy()
    real = [rows["x1"].to_numpy(), rows["x2"].to_numpy()]
    met, ordered, answered = (rows["what"].to_numpy() == kind for kind in (ENCOUNTERED, ORDERED, ANSWERED))
    table = _named(layout, arm, rows)
    start = float(DAYS_A_WEEK * burn_in)  # the model counts days from the beginning of burn-in
    table["day"] = np.where(ordered, real[0] - start, table["day"])
    return table.assign(
        what=_words(list(_KINDS.values()), rows["what"]),
        succeeded=_where(met, first == 1, "boolean"),
        stars=_where(met | answered, np.where(met, second, first), "Int8"),
        experience=np.where(met, real[0], np.nan),
        money=np.where(met, real[1], np.nan),
        due=np.where(ordered, days_between(0, first) - start, np.nan),
        promised=np.where(ordered, days_between(0, second) - start, np.nan),
        before_delivery=_where(answered, (second & _BEFORE) > 0, "boolean"),
        comment=_where(answered, (second & _COMMENT) > 0, "boolean"),
        recommendation=np.where(answered, real[0], np.nan),
        overall=np.where(answered, real[1], np.nan),
    )


def _where(applies: NDArray[np.bool_], values: NDArray[Any], kind: Literal["boolean", "Int8"]) -> pd.Series[Any]:
    """Return values of a type that may be missing, and are where nothing applies."""
    return pd.Series(np.where(applies, values, 0)).astype(kind).where(pd.Series(applies))
