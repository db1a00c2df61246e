"""The layers, kept by reading the sources: who may import what, and what arithmetic a trajectory may rest on."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "simulation"

LAYERS = {
    "_version": 0,
    "scenario": 0,
    "randomness": 1,
    "record": 1,
    "rules": 2,
    "model": 3,
    "analysis": 4,
    "laboratory": 5,
    "workshop": 6,
    "views": 7,
    "cli": 8,
    "__init__": 9,
    "__main__": 9,
}
"""Each part of the package with its layer; a part imports itself and parts of lower layers only."""

HEAVY = {"matplotlib", "mesa", "numba", "pandas", "pyarrow", "scipy", "rich", "typer"}
"""What `import simulation` must not load."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module or name, `a.b.c`, and the line."""

    name: str
    line: int


def sources() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def named(file: Path) -> str:
    """A module's path as a test's name."""
    return file.relative_to(ROOT).as_posix()


def part_of(file: Path) -> str:
    """The part of the package that a module belongs to: `simulation/rules/queue.py` belongs to `rules`."""
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[Import]:
    """Everything that a module imports, at any depth; relative imports made absolute from its `package`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, node.module) if node.module else base
            yield from (Import(".".join((*module, alias.name)), node.lineno) for alias in node.names)


def upward(tree: ast.AST, file: Path) -> list[str]:
    """Imports of a module that do not go downwards."""
    part = part_of(file)
    found = []
    for item in imports(tree, file.relative_to(ROOT).parent.parts):
        top, *rest = item.name.split(".")
        if top != "simulation":
            continue
        # A name that is no part is one of the public names in `__init__`.
        target = rest[0] if rest and rest[0] in LAYERS else "__init__"
        if target != part and LAYERS[target] >= LAYERS[part]:
            found.append(f"{named(file)}:{item.line} imports {item.name}")
    return found


def parsed(file: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=named(file))


@pytest.mark.parametrize("file", sources(), ids=named)
def test_every_module_belongs_to_a_layer(file: Path) -> None:
    assert part_of(file) in LAYERS, f"{named(file)}: put it into one of {', '.join(LAYERS)}, or name its layer here"


@pytest.mark.parametrize("file", sources(), ids=named)
def test_imports_go_downwards(file: Path) -> None:
    assert upward(parsed(file), file) == []


@pytest.mark.parametrize("file", sources(), ids=named)
def test_only_the_model_imports_mesa(file: Path) -> None:
    found = [item for item in imports(parsed(file), ()) if item.name.split(".")[0] == "mesa"]
    assert part_of(file) == "model" or not found


@pytest.mark.parametrize(
    ("where", "line", "allowed"),
    [
        ("rules/queue.py", "from simulation.scenario.people import People", True),
        ("rules/queue.py", "from .perception import felt", True),
        ("rules/queue.py", "import simulation.model.organization", False),
        ("rules/queue.py", "from ..model import organization", False),
        ("rules/queue.py", "from simulation import Scenario", False),
        ("rules/queue.py", "def f():\n    from simulation.analysis import compare", False),
        ("record.py", "from simulation.randomness import draw", False),
        ("cli.py", "from simulation import views", True),
    ],
)
def test_the_reader_of_imports_sees_what_it_must(where: str, line: str, allowed: bool) -> None:
    assert (not upward(ast.parse(line), PACKAGE / where)) == allowed


def test_importing_the_package_is_light() -> None:
    code = f"import sys, simulation; print(*sorted({HEAVY!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == []


def test_the_server_of_a_workshop_leaves_the_engine_to_its_workers() -> None:
    parts = ["simulation.cli.commands", "simulation.views.web.serving", "simulation.views.web.workshop.starting"]
    heavy = sorted(HEAVY - {"rich", "typer"})
    code = f"import sys, {', '.join(parts)}\nprint(*(name for name in {heavy} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == []


# --- what a trajectory may rest on ------------------------------------------------------------------------------------
#
# Two engines, two systems and two versions of numpy must give the same bits. IEEE 754 rounds + - * / and sqrt exactly;
# libm, BLAS and Python's hash promise nothing. So the trajectory's path uses the project's own functions for the rest.

FORBIDDEN_MODULES = {"cmath", "random", "scipy", "secrets", "statistics", "time", "uuid"}

EXACT_MATH = {
    *("ceil", "copysign", "fabs", "floor", "frexp", "fsum", "inf", "isfinite", "isinf", "isnan", "isqrt", "ldexp"),
    *("nan", "pi", "sqrt", "trunc"),
}
"""Names of `math` that IEEE 754 or integer arithmetic makes exact: the same everywhere."""

INEXACT_NUMPY = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "logaddexp2", "power", "float_power"),
    *("pow", "sinc", "i0", "interp", "unwrap"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh"),
    *("arctanh", "asin", "acos", "atan", "atan2", "cbrt", "hypot", "geomspace", "logspace"),
    *("dot", "vdot", "inner", "matmul", "vecdot", "matvec", "vecmat", "tensordot", "einsum", "convolve", "correlate"),
    *("cov", "corrcoef", "linalg", "fft", "random"),
}
"""Names of numpy whose last bits depend on libm, BLAS or the processor, or whose draws depend on their order."""

ALLOWED: dict[str, str] = {}
"""`file: what` that a test would report, with the reason why it is safe."""


def trajectory_path() -> list[Path]:
    """The modules that a customer's or a department's path goes through."""
    return [file for file in sources() if part_of(file) in {"randomness", "rules", "model"}]


def inexact(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each construct whose result may differ between machines or versions."""
    for item in imports(tree, ()):
        top, *rest = item.name.split(".")
        if top in FORBIDDEN_MODULES:
            yield item.line, f"import {top}"
        elif (top == "math" and rest and rest[0] not in EXACT_MATH) or (
            top == "numpy" and rest and rest[0] in INEXACT_NUMPY
        ):
            yield item.line, item.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield from _inexact_attribute(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"hash", "pow"}:
            yield node.lineno, f"{node.func.id}()"
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            yield from _inexact_operator(node)


def _inexact_attribute(node: ast.Attribute) -> Iterator[tuple[int, str]]:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    if (owner == "math" and node.attr not in EXACT_MATH) or (owner in {"np", "numpy"} and node.attr in INEXACT_NUMPY):
        yield node.lineno, f"{owner}.{node.attr}"
    elif node.attr == "dot" and owner not in {"np", "numpy"}:
        yield node.lineno, ".dot"


def _inexact_operator(node: ast.BinOp | ast.AugAssign) -> Iterator[tuple[int, str]]:
    if isinstance(node.op, ast.MatMult):
        yield node.lineno, "@"
    elif isinstance(node.op, ast.Pow):
        # Two literals such as 2**-20 are powers of two or whole numbers: exact. x**2 is pow() in one engine and x*x
        # in another.
        base, exponent = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        if not (_literal(base) and _literal(exponent)):
            yield node.lineno, "**"


def _literal(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and (isinstance(node.value, int) or node.value == 2.0)


@pytest.mark.parametrize("file", trajectory_path(), ids=named)
def test_a_trajectory_rests_on_exact_arithmetic(file: Path) -> None:
    found = [(line, what) for line, what in inexact(parsed(file)) if f"{named(file)}: {what}" not in ALLOWED]
    assert [f"{named(file)}:{line} {what}" for line, what in found] == []


def test_every_allowance_is_used() -> None:
    found = {f"{named(file)}: {what}" for file in trajectory_path() for _, what in inexact(parsed(file))}
    assert set(ALLOWED) - found == set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import random", ["import random"]),
        ("from math import exp, sqrt", ["math.exp"]),
        ("import math\nmath.tanh(x) + math.floor(x)", ["math.tanh"]),
        ("from numpy import log", ["numpy.log"]),
        ("import numpy.random", ["numpy.random"]),
        ("np.random.default_rng(1)", ["np.random"]),
        ("np.exp(x) + np.sqrt(x)", ["np.exp"]),
        ("hash(name)", ["hash()"]),
        ("a @ b", ["@"]),
        ("a.dot(b)", [".dot"]),
        ("np.dot(a, b)", ["np.dot"]),
        ("x ** 0.5", ["**"]),
        ("x **= 2", ["**"]),
        ("2**-20 * 2.0**32", []),
        ("x * y / z - 1", []),
    ],
)
def test_the_reader_of_arithmetic_sees_what_it_must(line: str, expected: list[str]) -> None:
    assert [what for _, what in inexact(ast.parse(line))] == expected
