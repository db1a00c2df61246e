"""Writes the parts of the documentation that the code knows: tables of parameters, equations, columns, catalogues, commands.

    python docs/generate.py            writes them
    python docs/generate.py --check    says which of them are not what the code gives now (exit code 1)

A part stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->` in a page below docs/. What is between is
replaced; everything else is left alone. A test keeps the pages equal to the code (tests/test_docs.py).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout will do: nothing need be installed

from generating import architecture, catalogues, commands, equations, firm, parameters, public, record

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parent
PARTS: dict[str, Callable[[], str]] = {
    **{f"equations of {group}": (lambda group=group: equations.group_table(group)) for group in equations.GROUPS},
    "parameters of people": parameters.people,
    "parameters of the scenario": parameters.scenario,
    "coefficients": parameters.coefficients,
    "scenario reference": parameters.reference,
    "reference firm": firm.reference_firm,
    "state of a customer": record.customer,
    "outcomes": record.outcomes,
    "counters": record.counters,
    "streams of randomness": record.streams,
    "schemes": catalogues.schemes,
    "payoffs": catalogues.payoffs,
    "regimes": catalogues.regimes,
    "learning rules": catalogues.rules,
    "joint forms": catalogues.joint_forms,
    "council actions": catalogues.council_actions,
    "scheduling of the model": lambda: equations.words_of(
        "simulation/model/organization_model.py", "OrganizationModel.step"
    ),
    "scheduling of a customer": lambda: equations.words_of("simulation/model/plain/customer.py", "CustomerAgent.live"),
    "commands": commands.table_of_commands,
    "public names": public.names,
    "imports": architecture.graph,
}
"""What can be generated, by the name in the marker."""

_PART = re.compile(r"<!-- generated: (?P<name>[^>]+?) -->\n.*?<!-- end of (?P=name) -->", re.DOTALL)


def pages() -> list[Path]:
    """Return every page of the documentation."""
    return sorted(page for page in DOCS.rglob("*.md") if not {"_build", ".venv"} & set(page.parts))


def renewed(text: str) -> str:
    """Return a page with its generated parts as the code gives them now.

    Raises
    ------
    KeyError
        If a marker names no part.
    """

    def part(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- generated: {name} -->\n\n{PARTS[name]().strip()}\n\n<!-- end of {name} -->"

    return _PART.sub(part, text)


def stale() -> list[Path]:
    """Return the pages that are not what the code gives now."""
    return [page for page in pages() if renewed(page.read_text(encoding="utf-8")) != page.read_text(encoding="utf-8")]


def main(arguments: list[str]) -> int:
    """Write the parts anew, or say which pages are stale."""
    found = stale()
    for page in found:
        if "--check" not in arguments:
            page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        sys.stdout.write(
            f"{page.relative_to(DOCS.parent).as_posix()}: {'stale' if '--check' in arguments else 'written'}\n"
        )
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
