"""How statements and evidence show themselves in a notebook: as tables in HTML, formulas as MathML.

`ntk_companion` registers this where IPython runs.
"""

from typing import Any

from ntk_companion.evidence import Evidence, Verdict
from ntk_companion.report.mathematics import Formulas
from ntk_companion.statement import Statement
from numerics.numbers.latex import html_table


def statement_html(statement: Statement) -> str:
    """A statement as a table. Its status is not among it: that is derived from evidence and stands in the ledger."""
    rows = [
        ("stands in", f"{statement.source}, {statement.number}"),
        ("formula", Formulas().unbroken(statement.formula, statement.id)),
        *((f"hypothesis: {hypothesis.name}", hypothesis.sentence) for hypothesis in statement.hypotheses),
        *((("uses", ", ".join(statement.uses)),) if statement.uses else ()),
        ("qualification", statement.qualification),
    ]
    if statement.finding:
        rows.append(("finding", f"{statement.finding.severity}: {statement.finding.sentence}"))
        if statement.finding.corrected:
            rows.append(("corrected", Formulas().unbroken(statement.finding.corrected, statement.id)))
    return html_table(f"{statement.id}: {statement.title}", (), rows)


def evidence_html(evidence: Evidence) -> str:
    """The evidence of one case as a table; a verdict never stands without its scope."""
    decided = evidence.verdict in (Verdict.CONFIRMED, Verdict.REFUTED)
    scope = "all" if evidence.covers_all else f"instances: {int(decided)}"
    margin = "" if evidence.margin is None else f"{evidence.margin:.2e}"
    row = (str(evidence.verdict), scope, str(evidence.kind), evidence.detail, margin)
    return html_table("Evidence", ("verdict", "scope", "evidence", "case", "margin"), [row])


def register(shell: Any) -> None:
    """Make an IPython shell show statements and evidence as tables."""
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(Statement, statement_html)
    formatter.for_type(Evidence, evidence_html)
