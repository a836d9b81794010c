import csv
import fnmatch
import json
import re
import shutil
import subprocess

import pytest

from checks.suite import SUITE
from ntk_companion import ledger, results
from ntk_companion.appendix import digits, escaping, formats, ledger_tables, reshaping, tables
from ntk_companion.appendix.material import Material
from ntk_companion.appendix.recorded_table import RecordedTable, recorded_table
from ntk_companion.appendix.table import Cells, Column, Table
from ntk_companion.cli import main
from ntk_companion.evidence import Role
from ntk_companion.files import json_text
from ntk_companion.statement import Severity
from ntk_companion.suite import Suite, catalogue

FIGURES = tuple(SUITE.figures())
CLAIMS = """
[networks.deep]
family = "fcn"
depth = 3
[points]
six = "hexagon"
[[claim]]
id = "smallest"
network = "deep"
points = "six"
sentence = "lambda_0 is about 1.78."
assertion = "lambda_min(K) is about 1.78"
[[claim]]
id = "theorem"
statement = "thm:2"
"""


@pytest.fixture(scope="module")
def records():
    return list(catalogue(SUITE).values())


@pytest.fixture(scope="module")
def whole(records):
    """The ledger of a run that decided every statement of the suite as it should."""
    return ledger_of(records)


def ledger_of(records):
    items = []
    for record in records:
        verdict = "REFUTED" if record["finding"] else "CONFIRMED"
        statement = {key: value for key, value in record.items() if key != "mutants"}
        items.append(item(statement, Role.STATEMENT, "", {verdict: 3}))
        items += [item(statement, one["role"], one["name"], {"REFUTED": 1}) for one in record["mutants"]]
    return ledger.build(items, {"profile": "default", "seed": None})


def item(statement, role, name, verdicts):
    tally = {
        "verdicts": verdicts, "kinds": ["certified"], "margin": 0.123456789, "covers_all": False,
        "refutation": "lambda_min <= -1.5e-3, x = [0.25, 1_000]" if "REFUTED" in verdicts else "", "inconclusive": "",
        "confirmation": "", "false_alarm": 0.0, "judges": ["checks.judge"], "theorems": [],
        "on_a_case": role == Role.COUNTEREXAMPLE,
    }  # fmt: skip
    return {
        "statement": statement, "role": role, "name": name, "tally": tally, "outcome": "passed", "seconds": 1.0,
        "test": f"{statement['id']} {role} {name}", "cites": [],
    }  # fmt: skip


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A claims folder of two claims and a folder of one recorded table; returns that folder."""
    claims, recorded = tmp_path / "claims", tmp_path / "recorded"
    claims.mkdir()
    recorded.mkdir()
    (claims / "small.toml").write_text(CLAIMS, encoding="utf-8")
    monkeypatch.setattr(Suite, "folder", tmp_path)
    monkeypatch.setattr(Suite, "claims", lambda suite: [claims / "small.toml"])
    monkeypatch.setattr(Suite, "recorded", lambda suite, name: results.read(recorded / f"{name}.csv"))
    monkeypatch.setattr(Suite, "tables", lambda suite: [SPEC])
    monkeypatch.setattr(Suite, "figures", lambda suite: ())
    results.write(measured(), recorded)
    return recorded


SPEC = RecordedTable("crossing_times", "Crossing times", ("thm:2",))


def measured(**changed):
    settings = {"name": "crossing_times", "caption": "When λ₀/n is crossed.", "settings": {"seed": 7}}
    columns, rows = ("width", "log10_crossing"), [("1000", "8.0 +- 0.1"), ("10000", "")]
    settings |= {"columns": columns, "rows": rows, "command": "ntk-companion experiment crossing_times"}
    return results.made(**settings | changed)


def edited(book, name, change):
    """The ledger with one entry changed by hand, or deleted."""
    copy = json.loads(json.dumps(book))
    entries = {entry["id"]: entry for entry in copy["statements"]}
    if change is None:
        copy["statements"].remove(entries[name])
    else:
        change(entries[name])
    return copy


def attempted(book, folder):
    """Names of the tables built, and the reasons for the refused ones by name, from a ledger written to a file."""
    path = folder / "ledger.json"
    path.write_text(json_text(book), encoding="utf-8")
    found = list(tables.attempts(path))
    built = [one.name for one in found if isinstance(one, Table)]
    return built, {one.name: one.reason for one in found if not isinstance(one, Table)}


EVERY = {
    "subjects", "verdicts", "statements_2504_11130", "statements_this_suite", "qualifications", "hypotheses", "mutants",
    "findings", "audit_small", "crossing_times",
}  # fmt: skip


def test_a_whole_ledger_gives_every_table(whole, suite, tmp_path):
    built, refused = attempted(whole, tmp_path)
    assert set(built) >= EVERY
    assert refused == {}


# --- refusals ---


def changes_a_number(entry):
    entry["instances"]["CONFIRMED"] = entry["instances"].get("CONFIRMED", 0) + 1


def raises_the_verdict(entry):
    entry["verdict"], entry["scope"] = "CONFIRMED", "all"


@pytest.mark.parametrize("change", [None, changes_a_number, raises_the_verdict])
@pytest.mark.parametrize(
    "name, affected",
    [
        (
            "thm:2",
            {
                "subjects",
                "verdicts",
                "statements_2504_11130",
                "qualifications",
                "mutants_in_coq",
                "hypotheses",
                "mutants",
                "audit_small",
                "crossing_times",
            },
        ),
        (
            "eq:3.6",
            {
                "subjects",
                "verdicts",
                "statements_2504_11130",
                "qualifications",
                "mutants",
                "mutants_in_coq",
                "findings",
            },
        ),
        ("gap:best", {"subjects", "verdicts", "statements_this_suite", "qualifications", "mutants", "mutants_in_coq"}),
    ],
)
def test_a_deleted_or_edited_entry_refuses_its_tables_by_name_and_no_others(
    whole, suite, tmp_path, name, affected, change
):
    built, refused = attempted(edited(whole, name, change), tmp_path)
    assert affected <= refused.keys() <= affected | {"hypotheses"}  # if the statement has any
    assert all(repr(name) in reason for reason in refused.values())
    assert set(built) >= EVERY - refused.keys()


def test_an_entry_deleted_from_the_index_too_is_missed(whole, suite, tmp_path):
    book = edited(whole, "gap:best", None)
    del book["index"]["gap:best"]
    assert "'gap:best'" in attempted(book, tmp_path)[1]["statements_this_suite"]


def test_the_ledger_of_a_partial_run_is_refused_by_what_is_missing(whole, suite, tmp_path, records):
    only = [entry for entry in whole["statements"] if entry["id"] == "thm:2"]
    book = whole | {"statements": only, "index": {"thm:2": whole["index"]["thm:2"]}}
    built, refused = attempted(book, tmp_path)
    assert set(built) == {"audit_small", "crossing_times"}
    assert "has no entry" in refused["qualifications"]


def test_an_entry_of_another_revision_is_stale(records, suite, tmp_path):
    old = [record | {"revision": 0} if record["id"] == "thm:2" else record for record in records]
    reason = attempted(ledger_of(old), tmp_path)[1]["crossing_times"]
    assert "'thm:2'" in reason and "revision 0" in reason


def test_an_edited_entry_of_an_authors_own_statement_refuses(records, suite, tmp_path):
    book = ledger_of([*records, records[0] | {"id": "mine:1", "source": "my paper"}])
    assert "statements_my_paper" in attempted(book, tmp_path)[0]
    refused = attempted(edited(book, "mine:1", changes_a_number), tmp_path)[1]
    assert "'mine:1'" in refused["statements_my_paper"]


def test_an_edited_result_refuses_its_table_alone(whole, suite, tmp_path):
    path = suite / "crossing_times.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("8.0", "9.0"), encoding="utf-8")
    built, refused = attempted(whole, tmp_path)
    assert list(refused) == ["crossing_times"]
    assert "crossing_times.csv was changed" in refused["crossing_times"]
    assert set(built) >= EVERY - {"crossing_times"}


# --- the command ---


def test_the_command_writes_three_forms_of_each_table_and_the_document(whole, suite, tmp_path, capsys):
    (tmp_path / "ledger.json").write_text(json_text(whole), encoding="utf-8")
    code = main.main(["tables", "--out", str(tmp_path / "out"), "--ledger", str(tmp_path / "ledger.json")])
    assert code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {f"{name}.{ending}" for name in EVERY for ending in ("tex", "md", "csv")} | {
        "appendix.tex",
        "short.tex",
    }
    text = (tmp_path / "out" / "appendix.tex").read_text(encoding="utf-8")
    assert all(rf"\input{{{name}}}" in text for name in EVERY - {"qualifications"})


def test_the_command_refuses_a_table_with_exit_code_2_and_leaves_none_of_its_files(whole, suite, tmp_path, capsys):
    path, out = tmp_path / "ledger.json", tmp_path / "out"
    for book in (whole, edited(whole, "eq:3.6", changes_a_number)):
        path.write_text(json_text(book), encoding="utf-8")
        code = main.main(["tables", "--json", "--out", str(out), "--ledger", str(path)])
    captured = capsys.readouterr()
    assert code == 2
    lines = captured.err.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("ntk-companion: the table ") and "'eq:3.6'" in line for line in lines)
    refused = json.loads(captured.out.splitlines()[-1])["refused"]
    left = {file.stem for file in out.iterdir()}
    assert not left & refused.keys()
    assert left >= (EVERY | {"appendix", "short"}) - refused.keys()
    document = (out / "appendix.tex").read_text(encoding="utf-8")
    assert r"\input{findings}" not in document and "the table findings is refused" in document


def test_an_authors_own_ledger_has_the_tables_of_its_statements_alone(records, tmp_path):
    mine = [records[0] | {"id": "mine:1", "source": "my paper", "finding": None, "hypotheses": {}}]
    (tmp_path / "ledger.json").write_text(json_text(ledger_of(mine)), encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "findings.tex").write_text("of an earlier run", encoding="utf-8")
    code = main.main(["tables", "--out", str(out), "--ledger", str(tmp_path / "ledger.json")])
    assert code == 0
    assert {file.stem for file in out.iterdir()} == {
        "subjects", "verdicts", "statements_my_paper", "qualifications", "mutants", "appendix", "short"
    }  # fmt: skip


def test_without_a_ledger_the_command_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    assert main.main(["tables", "--out", str(tmp_path), "--ledger", str(tmp_path / "no.json")]) == 2
    assert "run 'pytest checks/'" in capsys.readouterr().err


# --- content ---


def material(book, records):
    return Material(book, {record["id"]: record for record in records})


def test_no_verdict_stands_without_its_scope(whole, suite, records):
    for name, build in ledger_tables.builders(material(whole, records)).items():
        table = build(material(whole, records))
        columns = [column.name for column in table.columns]
        if name == "qualifications":
            assert columns[columns.index("verdict") + 1] == "scope"
        elif "verdict" in columns:
            position = columns.index("verdict")
            assert all(re.search(r"instances: |\(all|\(cited|; all", row[position]) for row in table.rows)


def test_every_statement_and_every_mutant_is_in_a_table(whole, suite, records):
    all_ids, all_mutants = set(), set()
    for name, build in ledger_tables.builders(material(whole, records)).items():
        table = build(material(whole, records))
        if name.startswith("statements"):
            all_ids |= {row[2] for row in table.rows}
        if name == "mutants":
            all_mutants = {row[:2] for row in table.rows}
    assert all_ids == {record["id"] for record in records}
    wanted = {(record["id"], one["name"]) for record in records for one in record["mutants"] if one["role"] == "mutant"}
    assert all_mutants == wanted


def test_a_table_says_what_made_it(whole, suite, records):
    made = formats.provenance(recorded_table(SPEC, material(whole, records), SUITE.recorded))
    assert made["command"] == "ntk-companion experiment crossing_times"
    assert made["seed"] == "7"
    assert "sympy" in made["versions"]
    assert made["statements"].startswith("thm:2 CONFIRMED (instances: 3)")


def test_the_csv_holds_the_cells_as_recorded(whole, suite, records):
    table = recorded_table(SPEC, material(whole, records), SUITE.recorded)
    lines = [line for line in formats.comma_separated(table).splitlines() if not line.startswith("# ")]
    assert list(csv.reader(lines)) == [["width", "log10_crossing"], ["1000", "8.0 +- 0.1"], ["10000", ""]]


def test_every_recorded_result_is_in_a_table_or_a_figure():
    used = {spec.name for spec in SUITE.tables()} | {name for spec in SUITE.figures() for name in spec.sources}
    assert {path.stem for path in SUITE.folder.glob("*/recorded/*.csv")} - used == set()


def test_every_statement_named_beside_recorded_results_exists(records):
    known = [record["id"] for record in records]
    named = {name for spec in SUITE.tables() for name in spec.statements}
    assert [name for name in sorted(named) if not fnmatch.filter(known, name)] == []


# --- forms ---


@pytest.mark.parametrize(
    "text, latex",
    [
        ("50% of a_b & {c} #1 ~x^2", r"50\% of a\_b \& \{c\} \#1 {\textasciitilde}x{\textasciicircum}2"),
        ("a\\b $5", r"a{\textbackslash}b \$5"),
        ("λ² ≥ ∞ →", r"\ensuremath{\lambda}{\texttwosuperior} \ensuremath{\geq} \ensuremath{\infty} {\textrightarrow}"),
        ("x <= y", r"x \ensuremath{\le} y"),
    ],
)  # fmt: skip
def test_text_is_escaped_for_latex(text, latex):
    assert escaping.latex_text(text) == latex


def test_mathematics_in_a_caption_is_left_as_it_is():
    assert escaping.latex_mixed(r"n_1: $\lambda_0 & x$ 5%") == r"n\_1: $\lambda_0 & x$ 5\%"
    assert escaping.latex_mixed("5$") == r"5\$"


@pytest.mark.parametrize(
    "cell, latex",
    [
        ("1.50", "$1.50$"),
        ("-3.20e-05", r"$-3.20 \times 10^{-5}$"),
        ("[0.10, 0.20]", "$[0.10, 0.20]$"),
        ("1.5 +- 0.2", r"$1.5 \pm 0.2$"),
        ("", "--"),
        ("not reached", "not reached"),
    ],
)
def test_a_number_keeps_its_digits_in_latex(cell, latex):
    assert escaping.latex_number(cell) == latex


def test_a_bar_does_not_split_a_markdown_cell():
    columns = (Column("a", "a"), Column("b", "b", Cells.MATH))
    table = Table("t", "t", "c", columns, (("one|two", r"\|x\| | 1"),), (), "make")
    row = formats.markdown(table).splitlines()[6]
    assert row == r"| one\|two | $\\|x\\| \| 1$ |"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="must have 1 cells"):
        Table("t", "t", "c", (Column("a", "a"),), (("x", "y"),), (), "make")


def test_a_sentence_has_its_mathematics_set_and_code_stays_code():
    row = ("lambda_min(K_t) >= 1/2 & more", "a_b <= c_d", "x_1")
    columns = (Column("a", "a"), Column("b", "b", Cells.CODE), Column("c", "c", Cells.MATH))
    cells = [escaping.latex_cell(cell, column) for cell, column in zip(row, columns, strict=True)]
    assert cells[0] == r"$\lambda _{\min}(K_{t}) \ge 1/2$ \& more"
    assert cells[1] == r"\texttt{a\_b \ensuremath{<}= c\_d}"
    assert escaping.markdown_cell(row[0], columns[0]) == r"$\lambda _{\min}(K_{t}) \ge 1/2$ \& more"
    assert escaping.markdown_cell(row[1], columns[1]) == "`a_b <= c_d`"


HOSTILE = r"""@octocat at https://evil.example or www.evil.example: <b>1</b> &lt; ![i](u.png) `tick` $\input{secret}$

# head
- item"""


def test_what_an_author_wrote_stays_text_in_latex_and_in_markdown():
    columns = (Column("a", "a"), Column("b", "b", Cells.MATH), Column("c", "c", Cells.CODE))
    table = Table("t", HOSTILE, HOSTILE, columns, ((HOSTILE, r"x $ \input{secret} $", "`` @octocat"),), (), "make `t`")
    latex, markdown = formats.latex(table), formats.markdown(table)
    assert r"\input" not in latex and "\n\n# head" not in latex
    assert r"{\textbackslash}input\{secret\}" in latex
    row = next(line for line in markdown.splitlines() if "octocat" in line and line.startswith("|"))
    assert row.endswith(r"`tick\` `\input{secret}` \# head - item | `x $ \input{secret} $` | ``` `` @octocat ``` |")
    assert "](u.png)" in row and "[i](u" not in row
    assert len([line for line in markdown.splitlines() if line.startswith(("#", "-"))]) == 1
    for call in ("@octocat at", "s://", "www.", "<b>", " &lt;"):
        assert call not in markdown
    assert "command: `` make `t` ``" in markdown


@pytest.mark.parametrize(
    "latex, whole",
    [
        (r"x^2 \le \text{one} < 2", True),
        (r"\textstyle\sum_i x_i", True),
        (r"x $ y", False),
        (r"x % y", False),
        (r"\input{x}", False),
        (r"\^^69nput{x}", False),
        (r"\def\a{1} \a", False),
        (r"\newcommand{\a}{1}", False),
        (r"\text{@octocat}", False),
        (r"{x", False),
    ],
)
def test_a_formula_is_mathematics_and_nothing_else(latex, whole):
    assert escaping.is_formula(latex) == whole
    assert escaping.latex_formula(latex).startswith("$" if whole else r"\texttt")


def test_every_statement_stands_beside_its_formula(whole, records):
    table = ledger_tables.statements(material(whole, records), "2504.11130")
    formulas = {record["id"]: record["formula"] for record in records}
    assert [column.name for column in table.columns][2:4] == ["id", "formula"]
    assert all(row[3] == formulas[row[2]] for row in table.rows)


@pytest.mark.parametrize("build", [ledger_tables.verdicts, ledger_tables.subjects])
def test_the_verdicts_of_sources_and_of_subjects_add_up(build, whole, suite, records):
    table = build(material(whole, records))
    assert sum(int(cell or 0) for row in table.rows for cell in row[1:]) == len(whole["statements"])


def test_the_short_form_has_verdicts_and_findings_and_points_to_the_long_one(whole, suite, tmp_path, records):
    (tmp_path / "ledger.json").write_text(json_text(whole), encoding="utf-8")
    tables.write_all(tmp_path / "ledger.json", tmp_path)
    text = (tmp_path / "short.tex").read_text(encoding="utf-8")
    assert "Verdicts" in text and "appendix.tex" in text and SUITE.title in text
    for one in (one for one in records if one["finding"]):
        assert escaping.latex_sentence(one["number"]) in text and escaping.latex_sentence(one["source"]) in text
        is_grave = one["finding"]["severity"] == Severity.USED_LATER
        assert (escaping.latex_sentence(one["finding"]["sentence"]) in text) == is_grave


def test_the_short_form_of_a_large_ledger_stays_a_page(whole, tmp_path, records):
    one = next(one for one in records if one["finding"])
    more = [one | {"id": f"x:{number}", "source": one["source"], "number": "section 1"} for number in range(60)]
    first = [ledger_tables.subjects(material(whole, records))]
    found = tables.formats.short_document(tables.formats.Heading(), first, more)
    assert found.count("section 1") == 1 and "60" in found


def test_numbers_of_statements_are_set_as_mathematics_in_the_short_form(whole, records):
    slight = next(one for one in records if one["finding"] and one["finding"]["severity"] != Severity.USED_LATER)
    first = [ledger_tables.subjects(material(whole, records))]
    text = tables.formats.short_document(tables.formats.Heading(), first, [slight | {"number": "f_j from b^(h)"}])
    assert "$f_{j}$ from $b^{(h)}$" in text


def test_figures_stand_in_the_folder_of_the_tables(whole, suite, tmp_path, monkeypatch):
    monkeypatch.setattr(Suite, "figures", lambda suite: FIGURES[-1:])
    monkeypatch.setattr("ntk_companion.appendix.figures.render", lambda spec, form, recorded: b"%PDF")
    (tmp_path / "ledger.json").write_text(json_text(whole), encoding="utf-8")
    tables.write_all(tmp_path / "ledger.json", tmp_path)
    assert (tmp_path / f"{FIGURES[-1].name}.pdf").read_bytes() == b"%PDF"
    assert FIGURES[-1].name in (tmp_path / "figures.tex").read_text(encoding="utf-8")
    assert r"\input{figures}" in (tmp_path / "appendix.tex").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("name", ["appendix", "short"])
def test_the_document_compiles_and_nothing_runs_off_the_page(whole, suite, tmp_path, name):
    (tmp_path / "ledger.json").write_text(json_text(whole), encoding="utf-8")
    tables.write_all(tmp_path / "ledger.json", tmp_path)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
    for _ in range(2):
        log = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=True).stdout
    assert f"Output written on {name}.pdf" in log
    assert name == "appendix" or "(1 page," in log
    overfull = [float(line.split("(")[1].split("pt")[0]) for line in log.splitlines() if line.startswith("Overfull")]
    assert max(overfull, default=0) < 12


@pytest.mark.parametrize(
    "value, error, shown",
    [
        ("1.23456", "0.0123", ("1.235", "0.012")),
        ("123.456", "1.5", ("123.5", "1.5")),
        ("123.456", "25", ("123", "25")),
        ("123456", "1234", ("123500", "1200")),
        ("0.00012345", "3e-06", ("0.0001234", "0.000003")),
        ("1.5", "", ("1.5", "")),
        ("1.5", "0", ("1.5", "0")),
        ("1.5", "0.012", ("1.5", "0.012")),
        ("-0.001", "0.12", ("0.00", "0.12")),
    ],
)
def test_an_estimate_keeps_only_the_digits_that_its_error_supports(value, error, shown):
    assert digits.rounded(value, error) == shown


def test_the_ends_of_an_interval_are_rounded_outward():
    assert digits.rounded_interval("-0.4959", "-0.5116", "-0.4801") == ("-0.496", "-0.512", "-0.480")
    assert digits.rounded_interval("0.0024", "-0.858", "0.863") == ("0.00", "-0.86", "0.87")


def test_values_of_a_column_stand_side_by_side():
    found = measured(columns=("n", "constant", "value"), rows=[("2", "a", "1"), ("2", "b", "2"), ("3", "b", "4")])
    wide = reshaping.side_by_side(found, ("n",), "constant", "value")
    assert wide.columns == ("n", "a", "b")
    assert wide.rows == (("2", "1", "2"), ("3", "", "4"))


def test_a_time_series_is_printed_at_whole_steps_and_at_its_end():
    times = [-1, 0, 1, 4.9, 5.2, 9, 11, 12]
    found = measured(columns=("run", "log10_time"), rows=[("a", str(time)) for time in times])
    assert reshaping.whole_steps(found).column("log10_time") == ["0", "5.2", "11", "12"]
