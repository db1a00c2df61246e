"""Run the notebook from the first cell to the last and keep what it shows; two minutes on two cores.

    python experiments/consultant/execute.py [NOTEBOOK]

It works in a temporary folder of its own, so that nothing but the notebook itself changes. Needs `pip install "silosim[test]"`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("consultant.ipynb")
ROOT = Path(__file__).resolve().parents[2]


def executed(notebook: Any, folder: Path) -> Any:
    """Run a notebook in `folder`; raises nbclient's CellExecutionError at the first cell that fails."""
    before = os.environ.get("PYTHONPATH")
    # The checkout's own package, installed or not.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([before] if before else [])])
    try:
        client = NotebookClient(
            notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        client.execute()
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it was run: another every time
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Run it and write it back."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        executed(notebook, Path(folder))
    nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
