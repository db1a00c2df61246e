"""The project's pages and packaging say what is true."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

import simulation

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = ("README.md", "CHANGELOG.md", "DECISIONS.md", "scenarios/README.md")
TEXT = {".cfg", ".csv", ".html", ".json", ".md", ".py", ".svg", ".toml", ".txt", ".yaml", ".yml", ""}


@cache
def project_files() -> tuple[Path, ...]:
    """The project's files: those that git knows or would take; without git, all but what tools make."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            encoding="utf-8",
        ).stdout.split("\0")
        files = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        files = [file for file in ROOT.rglob("*") if not any(map(made_by_tools, file.relative_to(ROOT).parts))]
    return tuple(file for file in files if file.is_file())


def made_by_tools(part: str) -> bool:
    """Tell a folder that a tool fills from one of the project's."""
    return part in {"__pycache__", "build", "dist", "results", "venv"} or (part.startswith(".") and part != ".ci")


def names_a_machine(text: str) -> list[str]:
    """Find paths of one machine and addresses of package indexes in a text."""
    folders = "work|farm|root|tmp|home|Users"
    hosts = "pypi|pythonhosted|npmjs|crates|debian"
    patterns = (
        rf"(?<![\w.>*-])/(?:{folders})/[\w.-]+",
        rf"[A-Z]:\\(?:{folders})\\",
        rf"\b[\w.-]*(?:{hosts})\.(?:org|com|io)\b",
        "index" + "-url",
        r"https?://\S*/simple\b",
    )
    return [match.group() for pattern in patterns for match in re.finditer(pattern, text)]


def test_no_file_names_a_machine_or_an_index() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): hits
        for file in project_files()
        if file.suffix in TEXT and (hits := names_a_machine(file.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    ["see /" + "tmp/run", "C:" + "\\Users\\ann", "https://files.python" + "hosted.org/x", "--extra-index" + "-url"],
)
def test_the_search_for_machines_sees_what_it_must(text: str) -> None:
    assert names_a_machine(text)


# --- version and packaging -------------------------------------------------------------------------------------------


def test_the_version_is_written_once() -> None:
    path = PYPROJECT["tool"]["hatch"]["version"]["path"]
    written = re.search(r'__version__ = "([^"]+)"', (ROOT / path).read_text(encoding="utf-8"))
    assert written is not None
    assert simulation.__version__ == written.group(1)
    assert "version" in PYPROJECT["project"]["dynamic"]


def test_the_installed_version_is_the_source_s() -> None:
    try:
        installed = importlib.metadata.version("silosim")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("silosim is not installed here, only on the path")
    assert installed == simulation.__version__, "install again: pip install -e ."


def test_the_changelog_has_the_version() -> None:
    assert re.search(rf"^## {re.escape(simulation.__version__)}\b", read("CHANGELOG.md"), flags=re.MULTILINE)


def test_every_dependency_is_pinned() -> None:
    pinned = {normal(line) for line in read("constraints.txt").splitlines() if "==" in line}
    project = PYPROJECT["project"]
    needed = sum(project["optional-dependencies"].values(), start=project["dependencies"])
    itself = {"silosim"}  # one extra takes in another
    assert {normal(name) for name in needed} - pinned == itself


def test_constraints_are_plain_pins() -> None:
    lines = [line for line in read("constraints.txt").splitlines() if line and not line.startswith("#")]
    pin = r'[a-z0-9.-]+==[0-9][\w.]*(; python_version (<|>=) "3\.12")?'
    assert [line for line in lines if not re.fullmatch(pin, line)] == []


def normal(requirement: str) -> str:
    """A requirement's distribution name, normalised as indexes do."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>;\[ ]", requirement, maxsplit=1)[0]).lower()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- the pages -------------------------------------------------------------------------------------------------------


def links(page: str) -> list[str]:
    """Targets of a page's links and pictures that lie in the project."""
    targets = re.findall(r"\]\(([^)#\s]+)", read(page))
    return [target for target in targets if not target.startswith(("http:", "https:", "mailto:"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    assert [target for target in links(page) if not (folder / target).exists()] == []


def test_every_shipped_scenario_is_listed() -> None:
    shipped = {file.stem for file in (ROOT / "scenarios").glob("*.yaml")}
    listed = {Path(target).stem for target in links("scenarios/README.md") if target.endswith(".yaml")}
    assert listed == shipped


def code_blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", README, flags=re.MULTILINE | re.DOTALL)


def silosim_commands() -> list[list[str]]:
    """Words after `silosim` in each command that the README shows, in blocks and in its text."""
    shown = [line for block in code_blocks("sh") for line in block.splitlines()]
    shown += re.findall(r"`(silosim [^`]+)`", README)
    parts = [part for line in shown for part in re.split(r"&&|\|", line)]
    words = [shlex.split(part) for part in parts if part.strip()]
    return [line[1:] for line in words if line and Path(line[0]).name == "silosim"]


def test_what_a_command_reads_an_earlier_one_has_written() -> None:
    """From top to bottom the README's blocks can be typed in: no folder of results is read that none before it makes."""
    made: set[str] = set()
    for line in (line for block in code_blocks("sh") for line in block.splitlines()):
        words = shlex.split(line.split("&&")[-1], comments=True)
        if not words or Path(words[0]).name != "silosim":
            continue
        command, *rest = words[1:]
        read = {word for at, word in enumerate(rest) if word.startswith("results/") and rest[at - 1 : at] != ["--out"]}
        assert read <= made, line
        if command in {"compare", "sweep", "calibrate"}:
            made.add(rest[rest.index("--out") + 1] if "--out" in rest else f"results/{Path(rest[0]).stem}")
    assert {"results/silo_vs_shared", "results/my_firm", "results/silos_win"} <= made


def test_commands_and_options_exist() -> None:
    import typer.main

    from simulation.cli import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    wrong = []
    for name, *arguments in silosim_commands():
        if name == "COMMAND":
            continue
        known = {option for item in getattr(commands.get(name), "params", ()) for option in item.opts} | {"--help"}
        if name not in commands or any(word.startswith("--") and word not in known for word in arguments):
            wrong.append([name, *arguments])
    assert wrong == []


def test_every_command_is_in_the_readme() -> None:
    import typer.main

    from simulation.cli import app

    shown = {line[0] for line in silosim_commands()}
    assert set(typer.main.get_command(app).commands) - shown == set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["run", "test"])
def test_one_command_installs_and_runs(name: str) -> None:
    block = re.search(rf"^<!-- ci:{name} -->\n```sh\n(.*?)```$", README, flags=re.MULTILINE | re.DOTALL)
    assert block is not None
    assert block.group(1).count("\n") == 1
    assert "-c constraints.txt" in block.group(1)


def test_ci_takes_the_test_command_from_the_readme() -> None:
    assert "readme_command test" in read(".ci/run")


def test_shown_tiers_use_declared_markers() -> None:
    declared = {marker.split(":")[0] for marker in PYPROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    tiers = re.findall(r"`python -m pytest(?: -n auto)? -m ([^`]+)`", README)
    used = {word for tier in tiers for word in re.findall(r"\w+", tier)} - {"not", "and"}
    assert used
    assert used <= declared


def test_the_public_names_are_in_the_readme() -> None:
    section = README.split("## From Python")[1].split("\n## ")[0]
    assert [name for name in simulation.__all__ if f"`{name}`" not in section and not name.startswith("__")] == []


@pytest.mark.full
def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = README.split("<!-- ci:python -->\n```python\n")[1].split("```")[0]
    scope: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), scope)
    assert "loyalty" in set(scope["comparison"].summary["metric"])  # type: ignore[attr-defined]
