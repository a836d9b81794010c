"""Run docs/notebook.ipynb in a folder of its own and keep its outputs with it: ``python -m tests.notebook``."""

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "notebook.ipynb"


def executed(path: Path = NOTEBOOK) -> nbformat.NotebookNode:
    """The notebook with the outputs of a run from top to bottom; without times of execution."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}, record_timing=False)
        client.execute()
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if len(output.get("data", ())) > 1:
            del output["data"]["text/plain"]  # a reader sees the mathematics, the table or the picture
    return notebook


if __name__ == "__main__":
    nbformat.write(executed(), NOTEBOOK)
