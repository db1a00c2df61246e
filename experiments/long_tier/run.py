"""Run the tests that take many minutes, and keep what they said with a hash of the sources that they tried.

    python experiments/long_tier/run.py [tests/test_kill_resume.py ...]

Without names: every test file that has such tests. What each file said stands in `results/<file>/`: `tests.csv`, a row a test, with
what it printed, and `provenance.json`, by which `.ci/run` tells when it is stale.
"""

from __future__ import annotations

import ast
import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from simulation.analysis.sources import Stamp

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).resolve().parent / "results"


def files_with_long_tests() -> list[Path]:
    """Return the test files in which a test is marked as long."""
    return sorted(
        file for file in (ROOT / "tests").glob("test_*.py") if "mark.long" in file.read_text(encoding="utf-8")
    )


def tried_by(file: Path) -> tuple[str, ...]:
    """Return the modules of the package that a test file imports, by itself or by its helpers beside it."""
    names: set[str] = set()
    todo, read = [file], set[Path]()
    while todo:
        now = todo.pop()
        read.add(now)
        for node in ast.walk(ast.parse(now.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
        todo += [helper for name in names if (helper := ROOT / "tests" / f"{name}.py").is_file() and helper not in read]
    return tuple(sorted(name for name in names if name.startswith("simulation.") and _is_module(name)))


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def run(file: Path) -> bool:
    """Run the long tests of a file and keep what they said; return whether all passed."""
    stamp = Stamp.of(*tried_by(file))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-q",
            "-m",
            "long",
            "-o",
            "junit_logging=system-out",
        ]
        done = subprocess.run([*command, f"--junitxml={report}", str(file)], cwd=ROOT, check=False)
        cases = list(ET.parse(report).getroot().iter("testcase"))  # our own file, just written
    kept = KEPT / file.stem
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "tests.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["test", "outcome", "printed"])
        table.writerows([case.get("name"), _outcome(case), _printed(case)] for case in cases)
    stamp.write(kept / "provenance.json", {"tests": file.relative_to(ROOT).as_posix()})
    return done.returncode == 0


def _printed(case: ET.Element) -> str:
    lines = case.findtext("system-out", "").splitlines()
    return " ".join(line.strip() for line in lines if line.strip() and not line.startswith("---"))  # pytest's own rule


def _outcome(case: ET.Element) -> str:
    return next((kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), "passed")


def main() -> None:
    """Run what is named, or every file."""
    files = [Path(name).resolve() for name in sys.argv[1:]] or files_with_long_tests()
    failed = [file.name for file in files if not run(file)]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
