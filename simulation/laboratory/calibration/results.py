"""What a calibration leaves: an overlay to build on, the ensemble, and the tables of how it was found.

calibrated.yaml   the fitted values over the scenario: run it, or extend it
ensemble.csv      draws of what the data leave possible, one row each; ensemble.yaml is the sweep over them
fit.csv           every figure: observed, fitted, what was possible before
identified.csv    every parameter: value, interval, how much the data told
trade_offs.csv    pairs that the data tell together better than apart
held_out.csv      figures predicted from all the others
runs.csv          every run: wave, place, figures
columns.json      unit and meaning of every column of these
scenario.yaml     the scenario that was fitted, with everything merged
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation._version import __version__
from simulation.analysis.sources import sources_hash
from simulation.analysis.storage import circumstances, write_csv, write_provenance
from simulation.laboratory.calibration import tables
from simulation.laboratory.calibration.columns import FIT, HELD_OUT, IDENTIFIED, TRADE_OFFS
from simulation.laboratory.calibration.parameters import set_values
from simulation.scenario.faults import dotted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from simulation.laboratory.calibration.calibrating import Calibrated
    from simulation.record import Column
    from simulation.scenario.loading import LoadedScenario

__all__ = ["ENSEMBLE", "METHOD", "OVERLAY", "Tables", "overlay_text", "tables_of", "write_columns", "write_results"]

OVERLAY, ENSEMBLE = "calibrated.yaml", "ensemble.yaml"
METHOD = "quadratic emulator in two waves, sequential Monte Carlo; every run with luck of its own"

Tables = dict[str, pd.DataFrame]


def tables_of(found: Calibrated) -> Tables:
    """Return the tables of a calibration by name."""
    return {
        "fit": tables.fit_table(found),
        "identified": tables.identified(found),
        "trade_offs": tables.trade_offs(found),
        "held_out": tables.held_out(found),
        "ensemble": tables.ensemble_table(found),
        "runs": _runs(found),
    }


def write_results(
    found: Calibrated, made: Tables, loaded: LoadedScenario, folder: Path, *, arm: str, command: Sequence[str]
) -> None:
    """Write everything but charts and words into a folder.

    Parameters
    ----------
    found, made
        The calibration and its tables.
    loaded
        The scenario that it began with.
    arm
        The arm that the data are of.
    command
        The command line, for the provenance.
    """
    for name, table in made.items():
        write_csv(table, folder / f"{name}.csv")
    write_columns(folder, {"fit": FIT, "identified": IDENTIFIED, "trade_offs": TRADE_OFFS, "held_out": HELD_OUT})
    _write(
        folder / "scenario.yaml", f"# The scenario that was calibrated, with everything merged.\n{_yaml(loaded.raw)}"
    )
    _write(folder / OVERLAY, overlay_text(found, loaded.scenario.title, arm))
    _write(folder / ENSEMBLE, _sweep_text(found, loaded.scenario.title))
    told = circumstances(_told(found, arm), raw=loaded.raw, scenario_hash=loaded.hash, command=command)
    write_provenance(told, folder)


def write_columns(folder: Path, columns: Mapping[str, Mapping[str, Column]]) -> None:
    """Write unit and meaning of every column of some tables as `columns.json`."""
    said = {
        name: {key: f"{of.meaning} [{of.unit}]" if of.unit else of.meaning for key, of in each.items()}
        for name, each in columns.items()
    }
    _write(folder / "columns.json", json.dumps(said, indent=2, ensure_ascii=False) + "\n")


def overlay_text(found: Calibrated, title: str, arm: str) -> str:
    """Return the overlay: what was fitted over the scenario beside it, with where it comes from."""
    asked = found.asked
    values = asked.values(found.point[None, :])[0].tolist()
    head = [
        f"# Fitted by silosim {__version__} to {len(asked.targets)} figures of {asked.data.file} (SHA-256",
        f"# {asked.data.hash}),",
        f"# which are of arm `{arm}`. Method: {METHOD};",
        f"# {asked.runs} runs, seed {asked.seed}, luck from seed {asked.firm.seed}; sources {_sources()[:16]}...",
        "# One firm among those that the data leave possible: ensemble.csv holds others, identified.csv says how sure it is.",
    ]
    content = {"title": f"{title}, calibrated", "extends": "scenario.yaml"}
    return "\n".join([*head, _yaml(set_values(content, asked.parameters, values))])


def _sources() -> str:
    return sources_hash("simulation.laboratory.calibration.calibrating")


def _sweep_text(found: Calibrated, title: str) -> str:
    places = [path for parameter in found.asked.parameters for path in parameter.paths]
    names = tables.factor_names(found)
    content: dict[str, Any] = {
        "title": f"{title}: arms over what the calibration left uncertain",
        "scenario": "scenario.yaml",
        "replications": 4,
        "luck": "own",
        "design": {"kind": "table", "file": "ensemble.csv"},
        "factors": {name: {"path": dotted(path)} for name, path in zip(names, places, strict=True)},
    }
    head = "# A sweep over the ensemble: `silosim ensemble` on this folder runs and pools it; `silosim sweep` runs it, too."
    return f"{head}\n{_yaml(content)}"


def _told(found: Calibrated, arm: str) -> dict[str, object]:
    asked = found.asked
    verdict = tables.converged(found)
    return {
        "calibration": {
            "arm": arm, "method": METHOD, "data": asked.data.file, "data_hash": asked.data.hash, "hash": asked.hash,
            "figures": [target.name for target in asked.targets], "runs": [asked.first, asked.second, asked.draws],
            "seed": asked.seed, "luck_seed": asked.firm.seed, "weeks": asked.weeks, "weeks_a_month": asked.weeks_a_month,
            "parameters": [parameter.told() for parameter in asked.parameters],
            "agreement": verdict.agreement, "fresh": verdict.fresh, "settled": verdict.settled,
            "made_by": "simulation.laboratory.calibration.calibrating", "sources_hash": _sources(),
        },
    }  # fmt: skip


def _runs(found: Calibrated) -> pd.DataFrame:
    asked = found.asked
    frames = []
    for number, wave in enumerate(found.waves, 1):
        values = pd.DataFrame(asked.values(wave.points), columns=[each.name for each in asked.parameters])
        figures = pd.DataFrame(np.asarray(wave.figures), columns=[target.name for target in asked.targets])
        frames.append(pd.concat([values, figures], axis=1).assign(wave=number))
    table = pd.concat(frames, ignore_index=True)
    return table[["wave", *(name for name in table.columns if name != "wave")]]


def _yaml(content: Mapping[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml, text = YAML(), io.StringIO()
    yaml.width = 120
    yaml.dump(_plain(content), text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
