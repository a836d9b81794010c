"""The notebook in docs/ runs from top to bottom and shows what it says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook with its outputs, executed in a folder of its own."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
    return NotebookClient(notebook, timeout=300, resources=resources).execute()


def outputs(executed, kind):
    return [
        output["data"][kind]
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if kind in output.get("data", {})
    ]


def test_the_notebook_is_kept_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_network_recursion_and_certified_numbers_show_as_mathematics(executed):
    network, derived, smallest, constants = outputs(executed, "text/latex")
    assert r"\max\left(0, W_{1} a_{0} + b_{1}\right)" in network
    assert r"K &= " in derived
    assert smallest.startswith(r"$$\lambda_{\min} \in \left[")
    assert constants.count(r"\in \left[") == 4


def test_the_flow_the_statement_the_evidence_and_the_ledger_show_as_tables(executed):
    flow, statement, evidence, mutant, ledger = outputs(executed, "text/html")
    assert "least margin" in flow
    assert "<math" in statement and "CONFIRMED" not in statement
    assert "CONFIRMED</th><td>instances: 1</td>" in evidence
    assert "REFUTED</th><td>instances: 1</td>" in mutant
    assert "<td>CONFIRMED</td><td>instances: 25</td>" in ledger and "<td>1/1</td>" in ledger


def test_samples_agree_with_the_derived_kernel_and_the_claim_is_refuted(executed):
    streams = [output["text"] for cell in executed.cells for output in cell.get("outputs", ()) if "text" in output]
    text = "".join(streams)
    assert "envelopes held: True" in text
    assert "duplicates  REFUTED" in text
    assert text.count("standard errors") == 5
