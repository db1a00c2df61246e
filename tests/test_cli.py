"""The command line: exit codes, what is refused before anything runs, what is written, what Ctrl-C leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_runner import dying, fake_arms, faulty, interrupted_at_3, interrupted_at_once, tiny_scenario
from ruamel.yaml import YAML
from typer.main import get_command
from typer.testing import CliRunner

from simulation._version import __version__
from simulation.analysis.folder import FILES
from simulation.cli import app

if TYPE_CHECKING:
    from typer.testing import Result

    from simulation.analysis.parallel import Runner

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with `tiny.yaml`; runs are made up."""
    monkeypatch.chdir(tmp_path)
    use(fake_arms, monkeypatch)
    monkeypatch.setattr("simulation.cli.comparing.warm_up", lambda **_options: True)
    with (tmp_path / "tiny.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(tiny_scenario(), file)
    return tmp_path


def use(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.analysis.comparison._real_runner", runner)


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


def compare_quickly(*words: str) -> Result:
    return silosim("compare", "tiny.yaml", "--workers", "1", "--no-charts", *words)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# --- the main job ----------------------------------------------------------------------------------------------------


def test_compare_prints_a_table_and_leaves_a_folder(here: Path) -> None:
    result = compare_quickly()
    assert result.exit_code == 0, result.output
    assert "Loyalty" in result.stdout
    assert "Half shared" in result.stdout
    assert entries(here / "results" / "tiny") == sorted(FILES)
    assert "Results are in" in result.stderr


def test_only_the_table_goes_to_stdout(here: Path) -> None:
    loud, quiet = compare_quickly("--out", "a"), compare_quickly("--out", "b", "--quiet")
    assert loud.stdout == quiet.stdout
    assert "4 of 4 replications" in loud.stderr
    assert quiet.stderr == ""


def test_options_reach_the_results(here: Path) -> None:
    result = compare_quickly("--replications", "3", "--seed", "5", "--weeks", "6", "--population", "50", "--out", "out")
    assert result.exit_code == 0, result.output
    told = json.loads((here / "out" / "provenance.json").read_text(encoding="utf-8"))
    horizon = {"weeks": 6, "burn_in": 8, "population": 50, "replications": 3, "seed": 5}
    assert told["scenario"]["horizon"] == horizon
    assert (told["seed"], told["replications"]) == (5, 3)


def test_precision_tells_how_often_it_looked(here: Path) -> None:
    result = compare_quickly("--precision", "50")
    assert result.exit_code == 0
    assert "Precision 50 reached" in result.stderr
    assert "looked at 1 time(s)" in result.stderr


def test_run_takes_one_arm(here: Path) -> None:
    result = silosim("run", "tiny.yaml", "--arm", "half", "--workers", "1", "--no-charts")
    assert result.exit_code == 0, result.output
    assert set(pd.read_csv(here / "results" / "tiny-half" / "summary.csv")["arm"]) == {"half"}
    assert silosim("run", "tiny.yaml", "--workers", "1", "--no-charts").exit_code == 0
    assert set(pd.read_csv(here / "results" / "tiny" / "summary.csv")["arm"]) == {"own"}


def test_one_replication_is_said_to_have_no_intervals(here: Path) -> None:
    assert "there are no intervals" in compare_quickly("--replications", "1").stderr


@pytest.mark.full
def test_charts_are_drawn_into_the_folder(here: Path) -> None:
    result = silosim("compare", "tiny.yaml", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert list((here / "results" / "tiny" / "charts").glob("*.png"))


def test_results_survive_charts_that_fail(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> list[Path]:
        raise RuntimeError("no font")

    monkeypatch.setattr("simulation.views.charts.draw_all", broken)
    result = silosim("compare", "tiny.yaml", "--workers", "1")
    assert result.exit_code == 1
    assert "charts could not be drawn (RuntimeError: no font)" in result.stderr
    assert entries(here / "results" / "tiny") == sorted(FILES)


# --- bad input: exit 2, nothing written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "nowhere.yaml"],
        ["compare", "bad.yaml"],
        ["compare", "."],
        ["compare", "tiny.yaml", "--replications", "0"],
        ["compare", "tiny.yaml", "--replications", "many"],
        ["compare", "tiny.yaml", "--population", "1"],
        ["compare", "tiny.yaml", "--seed", "-1"],
        ["compare", "tiny.yaml", "--precision", "0"],
        ["compare", "tiny.yaml", "--precision", "nan"],
        ["compare", "tiny.yaml", "--engine", "steam"],
        ["compare", "tiny.yaml", "--workers", "0"],
        ["compare", "tiny.yaml", "--colour", "blue"],
        ["compare", "tiny.yaml", "--out", "tiny.yaml/out"],
        ["compare"],
        ["run", "tiny.yaml", "--arm", "hafl"],
        ["validate", "tiny.yaml", "bad.yaml"],
        ["show", "bad.yaml"],
        ["new", "tiny.yaml"],
        ["conquer"],
    ],
    ids=" ".join,
)
def test_bad_input_is_exit_2_in_plain_words_and_nothing_is_written(here: Path, words: list[str]) -> None:
    (here / "bad.yaml").write_text(
        "title: Bad\nextends: baseline\nhorizon: {weeks: none}\njurney: {}\n", encoding="utf-8"
    )
    before = {name: (here / name).read_bytes() for name in entries(here)}
    result = silosim(*words)
    assert result.exit_code == 2, result.output
    assert result.stderr
    assert "Traceback" not in result.output
    assert {name: (here / name).read_bytes() for name in entries(here)} == before


def test_every_fault_is_a_line_of_its_own(here: Path) -> None:
    (here / "bad.yaml").write_text(
        "title: Bad\nextends: baseline\nhorizon: {weeks: none}\njurney: {}\n", encoding="utf-8"
    )
    result = silosim("compare", "bad.yaml")
    lines = result.stderr.strip().splitlines()
    assert [line.split(":")[:2] for line in lines] == [["bad.yaml", "3"], ["bad.yaml", "4"]]
    assert "did you mean `journey`?" in lines[1]


def test_an_existing_out_is_refused_before_anything_runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare_quickly().exit_code == 0
    use(faulty, monkeypatch)
    result = compare_quickly()
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    use(fake_arms, monkeypatch)
    assert compare_quickly("--overwrite", "--seed", "3").exit_code == 0
    assert json.loads((here / "results/tiny/provenance.json").read_text(encoding="utf-8"))["seed"] == 3


def test_overwrite_leaves_foreign_folders_alone(here: Path) -> None:
    (here / "photos").mkdir()
    (here / "photos" / "cat.png").write_bytes(b"cat")
    assert compare_quickly("--out", "photos", "--overwrite").exit_code == 2
    assert entries(here / "photos") == ["cat.png"]


# --- failures: exit 1 ------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_exit_1_without_a_traceback(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(faulty, monkeypatch)
    result = compare_quickly()
    assert result.exit_code == 1
    assert "RuntimeError: planted fault" in result.stderr
    assert "Traceback" not in result.output
    assert "Traceback" in compare_quickly("--debug").stderr
    assert entries(here) == ["tiny.yaml"]


def test_a_full_disk_is_exit_1_and_the_table_is_still_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device", "weekly.parquet")

    monkeypatch.setattr("simulation.analysis.storage._write", full)
    result = compare_quickly("--out", "out")
    assert result.exit_code == 1
    assert "Loyalty" in result.stdout
    assert "No space left on device: weekly.parquet" in result.stderr
    assert entries(here) == ["tiny.yaml"]


def test_a_lost_worker_is_exit_1(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(dying, monkeypatch)
    result = silosim("compare", "tiny.yaml", "--workers", "2", "--no-charts")
    assert result.exit_code == 1
    assert "memory ran out" in result.stderr


# --- Ctrl-C: exit 130 ------------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_finished_replications(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(interrupted_at_3, monkeypatch)
    result = compare_quickly("--replications", "9", "--out", "out")
    assert result.exit_code == 130
    assert "Interrupted: 3 finished" in result.stderr
    assert entries(here / "out") == sorted(FILES)
    assert json.loads((here / "out" / "provenance.json").read_text(encoding="utf-8"))["interrupted"] is True
    assert pd.read_parquet(here / "out" / "weekly.parquet")["replication"].nunique() == 3


def test_ctrl_c_before_anything_is_finished_writes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(interrupted_at_once, monkeypatch)
    result = compare_quickly()
    assert result.exit_code == 130
    assert entries(here) == ["tiny.yaml"]


# --- the other commands ----------------------------------------------------------------------------------------------


def test_validate_counts_what_is_there(here: Path) -> None:
    result = silosim("validate", "tiny.yaml", "silo_vs_shared")
    assert result.exit_code == 0
    assert "tiny.yaml: valid (3 arm(s), 2 departments, 2 touchpoints, 3 KPIs, 1 warning(s))" in result.stdout
    assert "same" in result.stderr, "an arm identical to the first is a warning"


def test_validate_shows_the_faults_of_every_file(here: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (here / name).write_text("extends: baseline\njurney: {}\n", encoding="utf-8")
    result = silosim("validate", "one.yaml", "tiny.yaml", "two.yaml")
    assert result.exit_code == 2
    assert "one.yaml:2" in result.stderr
    assert "two.yaml:2" in result.stderr
    assert "tiny.yaml: valid" in result.stdout


def test_show_names_the_parts_of_the_firm(here: Path) -> None:
    result = silosim("show", "tiny.yaml")
    assert result.exit_code == 0, result.output
    for word in ("Sales", "Service", "Hurry", "Visits that sell", "Desk", "Half shared"):
        assert word in result.stdout


def test_a_new_scenario_is_valid_and_names_itself(here: Path) -> None:
    assert silosim("new", "mine.yaml").exit_code == 0
    assert "silosim compare mine.yaml" in (here / "mine.yaml").read_text(encoding="utf-8")
    assert silosim("validate", "mine.yaml").exit_code == 0


def test_the_schema_is_json_on_stdout_or_in_a_file(here: Path) -> None:
    printed = silosim("schema").stdout
    assert silosim("schema", "--out", "schema.json").exit_code == 0
    assert json.loads(printed) == json.loads((here / "schema.json").read_text(encoding="utf-8"))
    again = silosim("schema", "--out", "schema.json")
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    assert "journey" in json.loads(printed)["properties"]


def test_help_teaches_by_example() -> None:
    result = silosim("compare", "--help")
    assert result.exit_code == 0
    assert "silosim compare " in result.stdout


@pytest.mark.parametrize("command", sorted(get_command(app).commands))
def test_the_help_of_every_command_has_examples_line_by_line_and_the_exit_codes(command: str) -> None:
    given = get_command(app).commands[command]
    text = given.help or ""
    _, mark, examples = text.partition("\b\nExample")
    assert mark, "no examples, or \\b is written out instead of said"
    assert f"  silosim {command}" in examples
    assert "\\b" not in text
    assert "xit codes:" in f"{given.epilog} {text}"


def test_options_of_one_name_are_one_option() -> None:
    told: dict[str, set[str | None]] = {}
    for given in get_command(app).commands.values():
        for option in given.params:
            if option.param_type_name == "option" and "--overwrite" not in option.opts:
                told.setdefault(option.opts[0], set()).add(getattr(option, "help", None))
    shared = ("--quiet", "--debug", "--no-charts", "--no-browser", "--replication", "--act", "--rounds", "--seconds")
    assert {name: len(told[name]) for name in shared} == dict.fromkeys(shared, 1)


def test_help_documents_the_exit_codes() -> None:
    text = " ".join(silosim("--help").stdout.split())
    assert all(f"{code} " in text for code in ("Exit codes: 0", "1 silosim or the machine", "2 bad input", "130"))


def test_version() -> None:
    assert silosim("--version").stdout == f"silosim {__version__}\n"


# --- as a process ----------------------------------------------------------------------------------------------------


def process(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from simulation.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, cwd=folder, timeout=120
    )


def test_python_m_simulation_is_silosim() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulation", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == f"silosim {__version__}\n"


def test_exit_codes_reach_the_shell(tmp_path: Path) -> None:
    assert process("--help").returncode == 0
    bad = process("compare", "nowhere.yaml", folder=tmp_path)
    assert bad.returncode == 2
    assert "Traceback" not in bad.stderr
    assert entries(tmp_path) == []


def test_help_and_bad_input_load_nothing_heavy() -> None:
    heavy = {"pandas", "scipy", "matplotlib", "mesa", "numba", "pyarrow"}
    for words in (["--help"], ["validate", "nowhere.yaml"]):
        code = (
            "import sys; sys.argv[1:] = " + repr(words) + "\nfrom simulation.cli import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            f"print('loaded:', sorted({heavy!r} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout.splitlines()[-1] == "loaded: []"


@pytest.mark.full
def test_the_main_job_runs_from_an_empty_folder(tmp_path: Path) -> None:
    options = ["--replications", "2", "--weeks", "4", "--population", "100", "--no-charts"]
    done = process("compare", "silo_vs_shared", *options, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert entries(tmp_path / "results" / "silo_vs_shared") == sorted(FILES)


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that only one process gets")
def test_a_real_ctrl_c_ends_it_with_130(tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from simulation.cli import main; main()"
    words = ["compare", "silo_vs_shared", "--replications", "20", "--population", "100", "--workers", "2"]
    running = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--no-charts", "--weeks", "4", "--precision", "0.0001"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    with running:
        for line in running.stderr:
            if "replications, about" in line:
                running.send_signal(signal.SIGINT)
                break
        rest = running.stderr.read()
    assert running.returncode == 130, rest
    assert "finished replication(s) are kept" in rest
    assert entries(tmp_path / "results" / "silo_vs_shared") == sorted(FILES)
