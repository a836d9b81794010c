"""How statements and evidence show themselves in a notebook: as tables in HTML, formulas as MathML."""

from __future__ import annotations

from checks.report.mathematics import displayed
from checks.statements import Evidence, Statement, Verdict
from numerics.display import html_table


def statement_html(statement: Statement) -> str:
    """A statement as a table. Its status is not among it: that is derived from evidence and stands in the ledger."""
    rows = [
        ("stands in", f"{statement.source}, {statement.number}"),
        ("formula", displayed(statement.formula, statement.id)),
        *((f"hypothesis: {hypothesis.name}", hypothesis.sentence) for hypothesis in statement.hypotheses),
        *((("uses", ", ".join(statement.uses)),) if statement.uses else ()),
        ("qualification", statement.qualification),
    ]
    if statement.finding:
        rows.append(("finding", f"{statement.finding.severity}: {statement.finding.sentence}"))
        if statement.finding.corrected:
            rows.append(("corrected", displayed(statement.finding.corrected, statement.id)))
    return html_table(f"{statement.id}: {statement.title}", (), rows)


def evidence_html(evidence: Evidence) -> str:
    """The evidence of one case as a table; a verdict never stands without its scope."""
    decided = evidence.verdict in (Verdict.CONFIRMED, Verdict.REFUTED)
    scope = "all" if evidence.covers_all else f"instances: {int(decided)}"
    margin = "" if evidence.margin is None else f"{evidence.margin:.2e}"
    row = (str(evidence.verdict), scope, str(evidence.kind), evidence.detail, margin)
    return html_table("Evidence", ("verdict", "scope", "evidence", "case", "margin"), [row])
