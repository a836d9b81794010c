"""The notebook in docs/ runs from top to bottom and shows what it says."""

import re

import nbformat
import pytest

from tests import notebook

NUMBER = re.compile(r"-?\d[\d.,]*(e[-+]?\d+)?")


@pytest.fixture(scope="module")
def executed():
    """The notebook with the outputs of a run now."""
    return notebook.executed()


def without_numbers(output):
    data = output.get("data", {})
    text = "".join(output.get("text", "")) or "".join(data[kind] for kind in sorted(data) if kind != "image/png")
    return sorted(data), re.sub(r"#\s+", "# ", NUMBER.sub("#", text))


def outputs(executed, kind):
    return [
        output["data"][kind]
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if kind in output.get("data", {})
    ]


def test_the_outputs_kept_with_the_notebook_are_those_of_a_run_now_up_to_numbers(executed):
    kept = nbformat.read(notebook.NOTEBOOK, as_version=4)
    nbformat.validate(kept)
    for before, now in zip(kept.cells, executed.cells, strict=True):
        assert before.source == now.source
        refresh = "python -m tests.notebook keeps the outputs of a run"
        assert [*map(without_numbers, before.get("outputs", ()))] == [*map(without_numbers, now.get("outputs", ()))], (
            refresh
        )


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
