import base64
import errno
import io
import json
import re
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from checks.suite import SUITE
from ntk_companion.appendix.table import Cells, Column, Table
from ntk_companion.cli import main
from ntk_companion.cli.report import FILE
from ntk_companion.files import json_text
from ntk_companion.report import graph, mathematics
from ntk_companion.report.facts import Appendix, Contents, Figure, mutant_anchors
from ntk_companion.report.links import anchor, file_name
from ntk_companion.report.page import page as page_of
from ntk_companion.report.site import site
from ntk_companion.suite import catalogue
from tests.ledgers import FINDING, built, entries, items
from tests.pictures import GRAPH, GRAPH_PAGE, PICTURES, SHOWN, shown


def page(found, missing=(), appendix=None, **more):
    """The one-page form for the entries of a ledger."""
    return page_of(Contents(found, missing, appendix, **more), mathematics.Formulas())


def pages(found, missing=(), appendix=None, **more):
    """The folder form: the overview, and the other files by name."""
    return site(Contents(found, missing, appendix, **more), mathematics.Formulas())


HOSTILE = "<script>alert('x')</script> & \"quoted\""


FONT = mathematics.font


@pytest.fixture(autouse=True)
def no_font(monkeypatch):
    """Cutting the font takes most of a page's time, and no reader of these tests looks at it."""
    monkeypatch.setattr(mathematics, "font", lambda characters: "")


@pytest.fixture
def report(capsys, tmp_path):
    """Runs the command on a ledger; exit code, stdout, stderr and the page if there is one."""

    def run(ledger, *more):
        path = tmp_path / "ledger.json"
        path.write_text(json_text(ledger))
        code = main.main(["report", "--one-file", "--out", str(tmp_path / "out"), "--ledger", str(path), *more])
        captured = capsys.readouterr()
        file = tmp_path / "out" / FILE
        return code, captured.out, captured.err, file.read_text() if file.exists() else None

    return run


def words(html):
    """What a reader sees of a page, on one line."""
    body = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


# --- the command ---


def test_without_a_ledger_it_says_how_to_get_one(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("ntk_companion.cli.arguments.ledger_path", lambda options: None)
    assert main.main(["report", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "ntk-companion: there is no ledger: run 'pytest checks/' to write one, or name one with --ledger\n"
    )


def test_an_edited_entry_is_refused_by_name_and_the_old_page_stays(report):
    ledger = built(items())
    assert report(ledger)[0] == 0
    ledger["statements"][0]["instances"]["CONFIRMED"] = 3
    code, _, error, old = report(ledger)
    assert code == 2 and error.count("\n") == 1
    assert "'mine:lemma-1' was changed" in error
    assert "2 CONFIRMED" in words(old)


def test_a_deleted_entry_is_refused_by_name(report):
    ledger = built(items(), items(id="mine:lemma-2"))
    del ledger["statements"][1]
    code, _, error, written = report(ledger)
    assert code == 2 and written is None
    assert "no entry 'mine:lemma-2'" in error


def test_an_authors_own_ledger_has_a_page_without_the_suites_tables(report):
    code, out, error, text = report(built(items()), "--json")
    assert code == 0 and error == ""
    assert json.loads(out)["files"][0].endswith(FILE)
    assert "not in this ledger" not in words(text)
    assert 'id="tables"' not in text and 'id="figures"' not in text


def test_an_authors_own_report_says_the_authors_own_command(report, folder):
    _, _, _, one = report(built(items()))
    _, _, out = folder(built(items()))
    for text in map(words, (one, (out / "report.html").read_text())):
        assert "pytest mine/test_mine.py decides every statement" in text
        assert "make checks" not in text and "checks/" not in text and "experiment NAME" not in text


def test_the_suites_own_report_says_the_suites_command(report):
    known = next(iter(catalogue(SUITE).values()))
    _, _, _, text = report(built(items(id=known["id"], revision=known["revision"])))
    assert f"{SUITE.command} decides every statement" in words(text)
    assert f"{SUITE.command} decides them." in words(text)


def test_a_ledger_of_some_of_the_suites_statements_names_the_others(report):
    known = next(iter(catalogue(SUITE).values()))
    code, _, _, text = report(built(items(id=known["id"], revision=known["revision"])))
    assert code == 0
    assert f"{len(catalogue(SUITE)) - 1} of this suite's statements are not in this ledger" in words(text)
    assert "prop:pd-fcn" in text and 'id="tables"' not in text


def test_without_the_package_that_lays_out_graphs_it_names_the_extra(report, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    code, _, error, _ = report(built(items()))
    assert code == 2
    assert "pygraphviz" in error and "ntk-companion[report]" in error


def test_what_could_not_be_built_is_named_beside_the_page_that_was(report, monkeypatch):
    monkeypatch.setattr(
        "ntk_companion.report.contents.contents", lambda path, entries: Contents(entries, appendix=APPENDIX)
    )
    code, out, error, text = report(built(items()), "--json")
    assert code == 2
    assert error == "ntk-companion: the table missing is refused: no results are recorded under 'missing'\n"
    assert json.loads(out)["refused"] == list(APPENDIX.refusals)
    assert "1 of the suite's tables and figures could not be built" in words(text)


# --- what the page says ---


def test_a_statement_is_shown_whole():
    text = words(page(entries(items(hypotheses=("no bias",)), items(id="mine:theorem", uses=["mine:lemma-1"]))))
    for part in (
        "a lemma",
        "CONFIRMED, instances: 2",
        "The nearest case. at x = 1",
        "Proved on the cases tried.",
        "no bias holds fails without it (certified): at x = − 1 for no bias",
        "2/2 wrong statements refuted",
        "x < 0 at x = − 1 for x < 0",
        "without the hypothesis: no bias",
        "Margin 2.50e-01",
        "Seconds 3.0",
        "pytest mine/test_mine.py::test_lemma",
        "Used by mine:theorem",
        "Uses mine:lemma-1",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"covers_all": True}, "CONFIRMED, scope: all"),
        ({"cases": 7}, "CONFIRMED, instances: 7"),
        ({"verdict": "REFUTED", "finding": FINDING}, "REFUTED (finding), instances: 2"),
        ({"verdict": "REFUTED"}, "REFUTED, instances: 2"),
        ({"verdict": "INCONCLUSIVE"}, "INCONCLUSIVE, instances: 0"),
        ({"verdict": "VACUOUS"}, "VACUOUS, instances: 0"),
    ],
)
def test_no_verdict_stands_without_its_scope(made, said):
    text = page(entries(items(**made), items(id="mine:theorem", uses=["mine:lemma-1"])))
    badge = re.search(r'<p class="badge">.*?</p>', text, re.DOTALL)[0]
    assert words(badge)[2:] == said
    box = re.search(r'<text class="verdict".*?</text>', text, re.DOTALL)[0]
    assert re.search(r"all$|\d+ cases?$", words(box))


def test_the_summary_counts_proofs_and_cases_apart():
    found = [items(covers_all=True), items(id="b"), items(id="c"), items("REFUTED", id="d", finding=FINDING)]
    text = page(entries(*found))
    cards = [words(card) for card in re.findall(r'<li class="count.*?</h3>', text, re.DOTALL)]
    assert cards == [
        "✓ 1 CONFIRMED, scope: all", "✓ 2 CONFIRMED, on instances", "✗ 1 REFUTED, a recorded finding"
    ]  # fmt: skip
    assert "Of 4 wrong statements and dropped hypotheses that the checks had to refute, 4 were refuted" in words(text)


def test_a_finding_stands_beside_its_corrected_form():
    text = page(entries(items("REFUTED", finding=FINDING, number="(3.6)")))
    section = text[text.index('id="findings"') : text.index('id="graph"')]
    for part in ("The sign is lost.", "REFUTED, instances: 2 (certified)", "Corrected, confirmed by the same check"):
        assert part in words(section)
    assert section.count("<math") == 2


def test_findings_are_ordered_from_grave_to_slight():
    grave = FINDING | {"severity": "wrong and used later"}
    text = page(entries(items("REFUTED", finding=FINDING), items("REFUTED", id="mine:grave", finding=grave)))
    assert text.index("Wrong and used later") < text.index("Typo that the context repairs")


def test_a_run_that_fails_is_said_to_fail():
    text = words(page(entries(items(killed=False))))
    assert "This run fails" in text
    assert "SURVIVES" in text
    assert "This run fails" not in words(page(entries(items())))


def test_statements_stand_in_the_order_of_their_numbers_and_the_suites_own_last():
    numbers = ("(10.1)", "(2.7)", "Lemma 10", "Lemma 2")
    papers = [items(id=f"mine:{number}", number=number, title=f"title {number}") for number in numbers]
    text = words(page(entries(items(id="own", source="this suite", title="title own"), *papers)))
    found = re.findall(r"title (\(\d+\.\d+\)|Lemma \d+|own)", text)
    assert found == ["(2.7)", "(10.1)", "Lemma 2", "Lemma 10", "own"]


def test_what_an_author_wrote_is_shown_and_never_run():
    text = page(
        entries(
            items(
                id=f"mine:{HOSTILE}", title=HOSTILE, source=HOSTILE, number=HOSTILE, qualification=HOSTILE,
                formula=rf"\text{{{HOSTILE.replace('&', '')}}}", uses=[HOSTILE], hypotheses=(HOSTILE,),
            )
        )
    )  # fmt: skip
    assert text.count("<script") == 1
    assert "alert('x')</script>" not in text
    assert words(text).count("<script>alert('x')</script>") > 8
    assert not re.search(r'[^\w-]id="[^"]*[\s<>\'][^"]*"', text)


def test_the_page_refers_to_nothing_outside_itself():
    text = page(entries(items(), items(id="b", uses=["mine:lemma-1"])), appendix=APPENDIX)
    references = re.findall(r"""(?:src|href|srcset|action|data)=["']([^"']*)|url\(([^)]*)""", text)
    assert all((quoted or bare).startswith(("#", "data:")) for quoted, bare in references)
    assert "@import" not in text


def test_the_same_ledger_gives_the_same_page():
    found = entries(items(), items(id="b", uses=["mine:lemma-1"]))
    assert page(found, appendix=APPENDIX) == page(found, appendix=APPENDIX)


# --- tables and figures ---

APPENDIX = Appendix(
    (
        Table(
            "rates", "Rates of $K_t$", "Slopes & their <errors> of $\\lambda_0$.",
            (Column("name", "network"), Column("formula", "$f$", Cells.MATH), Column("slope", "slope", Cells.NUMBER)),
            (("FCN <1>", r"\frac{1}{m}", "-0.98(2)"), ("ResNet", "", "")),
            ("mine:lemma-1",), "ntk-companion experiment rates", {"seed": "7"},
        ),
        Table(
            "replies", "Replies", "Long.", tuple(Column(name, name) for name in ("claim", "verdict", "why", "scope")),
            (("claim-1", "REFUTED (instances: 1)", "same", "same"),), (), "ntk-companion audit x.toml", as_records=True,
        ),
    ),
    (Figure("profile", "Profile of $K$", "Bands at $m = 64$.", "A falling curve.", "<svg/>", ("experiment",)),),
    ("the table missing is refused: no results are recorded under 'missing'",),
)  # fmt: skip


def test_tables_and_figures_are_shown_with_what_made_them():
    text = page(entries(items()), appendix=APPENDIX)
    said = words(text)
    for part in (
        "FCN <1>",
        "-0.98(2)",
        "Slopes & their <errors> of",
        "experiment rates ; seed 7",
        "2 rows",
        "REFUTED (instances: 1) same scope same",
        "Bands at",
        "Results made by experiment",
        "is refused: no results are recorded under 'missing'",
    ):
        assert part in said
    assert 'id="replies-claim-1"' in text
    assert 'alt="A falling curve."' in text
    assert text.count("<mfrac>") == 1


# --- mathematics ---


def test_every_formula_of_the_catalogue_is_shown_as_mathematics():
    for record in catalogue(SUITE).values():
        for formula in (record["formula"], (record["finding"] or {}).get("corrected") or "x"):
            formulas = mathematics.Formulas()
            shown = formulas.displayed(formula, record["id"])
            assert formulas.warnings == {}
            assert "<math" in shown
            assert "\\" not in words(shown) and "$" not in shown


def test_a_formula_that_cannot_be_shown_is_text_with_a_warning_that_names_the_statement(report):
    code, _, error, written = report(built(items(formula=r"\frobnicate{x}"), items(id="b")))
    assert code == 0
    assert error.count("\n") == 1 and "the formula of mine:lemma-1 cannot be shown" in error
    assert r"\frobnicate{x}" in words(written) and "<math" in written


def test_a_table_whose_formula_cannot_be_shown_is_named():
    table = Table("t", "T", "$\\frobnicate$", (Column("a", "a"),), (), (), "")
    formulas = mathematics.Formulas()
    page_of(Contents(entries(items()), appendix=Appendix((table,))), formulas)
    assert "the table t" in "".join(formulas.warnings)


def test_environments_and_sized_delimiters_are_shown():
    for formula in (
        r"\begin{aligned} a &= b \\ &\succ \Bigl(\tfrac12\Bigr) \end{aligned}",
        r"\begin{cases} 1 & x \ge 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\textstyle\sum_{i \in I} \mathrm{E}_{g \sim \Sigma}\bigl[\sigma(g)\bigr] \xrightarrow{m \to \infty} 0",
    ):
        assert "\\" not in words(mathematics.Formulas().displayed(formula, "it"))


def test_a_formula_is_cut_only_between_groups():
    cut = mathematics.pieces(r"a, \quad \text{b \quad c} \qquad \left(d \quad e\right) \quad \{ f \quadratic")
    assert cut == ["a,", r"\text{b \quad c}", r"\left(d \quad e\right)", r"\{ f \quadratic"]
    cases = r"\begin{cases} a \quad b \end{cases}"
    assert mathematics.pieces(cases) == [cases]


def test_a_long_formula_may_be_set_in_lines_and_its_words_wrap():
    long = r"K_t(x, x') \le \left( a = b \right) + \sum_{i = 1}^n \Phi(S_i), \quad f(x = 1) \ge \text{some more words}"
    shown = mathematics.lines(long)
    assert "".join(shown).replace(" ", "") == long.replace(" ", "")
    assert shown[0] == "K_t(x, x')" and shown[1].startswith(r"\le \left( a = b \right)")
    assert len(mathematics.lines("a = b + c")) == 1
    html = mathematics.Formulas().displayed(
        r"K_t \to K \text{ in probability as the width grows, and at all times}", "it"
    )
    assert "> in prob" not in html and ">in probability as the width grows, and at all times</span>" in html


def test_a_sentence_has_its_mathematics_set():
    shown = mathematics.Formulas().sentence("alpha^2 |x~| <b> is lost", "it")
    assert shown.startswith("<math>") and "&lt;b&gt; is lost" in shown and "alpha" not in shown


def test_a_dollar_sign_that_delimits_nothing_is_text():
    assert mathematics.Formulas().mixed("costs $5 & more", "it") == "costs $5 &amp; more"
    assert "<math>" in mathematics.Formulas().mixed("of $K_t$", "it")


def test_the_font_has_the_characters_it_is_asked_for():
    cut = TTFont(io.BytesIO(base64.b64decode(FONT("∑⟨′"))))
    assert {ord(one) for one in "√∑⟨′x7"} <= set(cut.getBestCmap())
    assert cut["MATH"]
    assert cut["glyf"][cut.getBestCmap()[ord("′")]].yMin < 100  # not raised: superscripts are
    assert FONT("∑") == FONT("∑")


# --- the graph ---


def test_arrows_run_from_what_is_used_to_what_uses_it():
    drawing = graph.laid_out({"lemma": (), "theorem": ("lemma",), "alone": ()})
    places = {node.id: node.x for node in drawing.nodes}
    assert set(places) == {"lemma", "theorem"}
    assert places["lemma"] < places["theorem"]
    start = float(re.match(r"M([\d.]+),", drawing.edges[0])[1])
    assert places["lemma"] < start < places["theorem"]
    assert len(drawing.arrows) == 1


def test_boxes_stand_inside_the_drawing_and_apart():
    uses = {f"s{number}": tuple(f"s{other}" for other in range(number) if number % (other + 2) == 0)
            for number in range(12)}  # fmt: skip
    drawing = graph.laid_out(uses)
    for node in drawing.nodes:
        assert node.x + 0.2 >= node.width / 2 and node.x + node.width / 2 <= drawing.width + 0.2
        assert node.y + 0.2 >= graph.HEIGHT / 2 and node.y + graph.HEIGHT / 2 <= drawing.height + 0.2
    for one in drawing.nodes:
        for other in drawing.nodes:
            apart = abs(one.x - other.x) >= (one.width + other.width) / 2 or abs(one.y - other.y) >= graph.HEIGHT
            assert one is other or apart


def test_names_that_mean_something_to_graphviz_are_plain_names():
    names = {r"a\nb": (), 'say "b"': (r"a\nb",), "<b>c</b>": ('say "b"',), "node": ("<b>c</b>",)}
    assert [node.id for node in graph.laid_out(names).nodes] == list(names)


def test_a_statement_that_is_not_in_the_ledger_leads_nowhere():
    text = page(entries(items(uses=["thm:absent"])))
    assert "not in this ledger" in words(text)
    assert anchor("thm:absent") not in text


def test_the_readme_shows_the_graph_of_the_recorded_ledger():
    _, files = pages(list(catalogue(SUITE).values()))
    with Image.open(PICTURES / GRAPH) as picture:
        assert picture.text[SHOWN] == shown(files[Path(GRAPH_PAGE).name]), "python -m tests.pictures draws it again"


def test_no_statements_that_use_each_other_make_no_graph():
    assert graph.laid_out({"a": ()}).nodes == ()
    assert "No statement here uses another." in words(page(entries(items())))


# --- the folder ---


@pytest.fixture
def folder(capsys, tmp_path):
    """Runs the command on a ledger; exit code, stderr and where it wrote."""

    def run(ledger, *more):
        path = tmp_path / "ledger.json"
        path.write_text(json_text(ledger))
        code = main.main(["report", "--out", str(tmp_path / "out"), "--ledger", str(path), *more])
        return code, capsys.readouterr().err, tmp_path / "out"

    return run


def linked(html):
    return {reference.partition("#")[0] for reference in re.findall(r'(?:href|src)="([^"]*)"', html)}


def test_every_statement_has_a_page_and_every_link_leads_to_a_file(folder):
    code, error, out = folder(built(items(), items(id='mine:"B" <2>', uses=["mine:lemma-1"])))
    assert (code, error) == (0, "")
    assert "mine:lemma-1" in (out / "report.html").read_text()
    for page in [out / "report.html", *(out / "pages").glob("*.html")]:
        for address in linked(page.read_text()) - {""}:
            assert (page.parent / unquote(address)).is_file(), (page.name, address)


def test_a_statements_page_holds_what_the_one_page_says_of_it():
    home, files = pages(entries(items(hypotheses=("no bias",)), items(id="mine:theorem", uses=["mine:lemma-1"])))
    text = words(files[file_name("statement", "mine:lemma-1")])
    for part in ("a lemma", "CONFIRMED, instances: 2", "Proved on the cases tried.", "2/2 wrong statements refuted",
                 "without the hypothesis: no bias", "Margin 2.50e-01", "Used by mine:theorem"):  # fmt: skip
        assert part in text
    assert 'id="statement-mine:lemma-1"' in home


def test_the_overview_names_the_suite_its_authors_and_its_subjects():
    found = entries(items(), items(id="b", uses=["mine:lemma-1"]))
    home, files = pages(found, title="Theorems", authors="N. N.", subjects={"empty": "Nothing", "mine": "My paper"})
    text = words(home)
    assert "Theorems N. N." in text and "My paper 2 statements" in text and "Nothing" not in text
    assert "N. N." in words(files[file_name("subject", "mine")])


def test_names_of_files_differ_where_names_do_on_any_file_system():
    names = ["eq:C.5", "eq:c.5", "eq_c.5", "eq-c.5", "a/b", "a~b", "ä", "a b", "a~/b", "~", "~~"]
    files = [file_name("statement", name).lower() for name in names]
    assert len(set(files)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9.~_-]+", file) for file in files)
    assert file_name("statement", "thm:2") == "statement-thm_2.html"


def test_the_index_is_data_that_ends_no_script():
    _, files = pages(entries(items(title=f"</script><b> {HOSTILE} x_1", qualification="Zebra crossing.")))
    text = files["index.js"]
    assert "</script" not in text and "<b>" not in text
    rows = json.loads(text.removeprefix("const INDEX = ").removesuffix(";\n"))
    assert rows[0]["id"] == "mine:lemma-1" and "zebra" in rows[0]["words"].split()


def test_a_badge_says_verdict_and_scope_and_an_authors_text_stays_text():
    _, files = pages(entries(items(id=HOSTILE)))
    svg = files[file_name("badge", HOSTILE, "svg")]
    assert ">CONFIRMED, instances: 2</text>" in svg and "<script>" not in svg


def test_a_mutant_is_run_again_by_the_command_beside_it():
    _, files = pages(entries(items()))
    assert "pytest 'mine/test_mine.py::test_lemma[mutant]'" in words(files[file_name("statement", "mine:lemma-1")])


def test_the_anchor_of_a_mutant_stays_when_others_come_or_its_file_moves():
    def mutant(name, test):
        return {"role": "mutant", "name": name, "test": test}

    first, second = mutant("a b", "x/test_x.py::test_a[1-mutant: a b]"), mutant("a  b", "x/test_x.py::test_a[2-mutant]")
    alone, (later, again) = (mutant_anchors({"mutants": found}) for found in ([first], [second, first]))
    moved = mutant_anchors({"mutants": [first | {"test": first["test"].replace("x/", "y/")}]})
    assert alone == [again] == moved and later != again
    assert again.startswith("mutant-a-b.") and re.fullmatch(r"[a-z0-9.-]+", again)


def test_a_wide_formula_of_a_finding_stands_above_its_corrected_form():
    finding = FINDING | {"corrected": r"\left(" + "x_{1} + " * 30 + r"y\right)"}
    _, files = pages(entries(items("REFUTED", finding=finding), items("REFUTED", id="b", finding=FINDING)))
    assert files["findings.html"].count('class="pair wide"') == 1


def test_pages_of_an_earlier_run_do_not_stay_and_a_folder_of_others_does(folder):
    _, _, out = folder(built(items(), items(id="mine:old")))
    old = out / "pages" / file_name("statement", "mine:old")
    assert old.is_file()
    folder(built(items()))
    assert not old.exists() and (out / "pages" / "index.js").is_file()
    assert sorted(path.name for path in out.iterdir()) == ["pages", "report.html"]
    (out / "pages" / "index.js").rename(out / "pages" / "mine.txt")
    code, error, _ = folder(built(items()))
    assert code == 2 and "not of an earlier run" in error
    assert (out / "pages" / "mine.txt").is_file()


def test_one_file_takes_the_pages_of_an_earlier_run_away(folder):
    _, _, out = folder(built(items()))
    folder(built(items()), "--one-file")
    assert [path.name for path in out.iterdir()] == ["report.html"]


@pytest.mark.parametrize("found", [True, False])
def test_the_report_is_shown_in_a_browser_if_that_is_asked_for_and_there_is_one(tmp_path, monkeypatch, capsys, found):
    shown = []
    monkeypatch.setattr("webbrowser.open", lambda address: shown.append(address) or found)
    ledger = tmp_path / "ledger.json"
    ledger.write_text(json_text(built(items())))
    command = ["report", "--one-file", "--out", str(tmp_path / "out"), "--ledger", str(ledger)]
    assert main.main(command) == 0 and not shown
    assert main.main([*command, "--open"]) == 0
    assert shown == [(tmp_path / "out" / "report.html").as_uri()]
    assert ("no browser was found" in capsys.readouterr().out) == (not found)


@pytest.mark.parametrize("file", ["subject", "report.html"])
def test_when_the_disk_is_full_the_old_report_stays(folder, monkeypatch, file):
    _, _, out = folder(built(items()))
    before = {path.name: path.read_bytes() for path in [out / "report.html", *(out / "pages").iterdir()]}
    write = Path.write_bytes

    def full(path, content):
        if path.name.startswith(file):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    code, error, _ = folder(built(items(), items(id="mine:new")))
    assert code == 2 and "No space left" in error
    assert {path.name: path.read_bytes() for path in [out / "report.html", *(out / "pages").iterdir()]} == before
    assert sorted(path.name for path in out.iterdir()) == ["pages", "report.html"]


@pytest.mark.parametrize("command", ["report", "tables", "figures"])
def test_a_place_that_cannot_be_written_is_found_before_the_work(command, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "ledger.json").write_text(json_text(built(items())))
    monkeypatch.setattr("ntk_companion.appendix.material.Material.read", lambda path: pytest.fail("worked"))
    code = main.main([command, "--out", str(tmp_path / "file" / "deep"), "--ledger", str(tmp_path / "ledger.json")])
    assert code == 2
    assert "something else is in the way" in capsys.readouterr().err


def test_no_page_fetches_anything_from_elsewhere(folder):
    _, _, out = folder(built(items(), items(id="b", uses=["mine:lemma-1"])))
    for page in [out / "report.html", *(out / "pages").glob("*.html")]:
        assert "://" not in page.read_text().replace("http://www.w3.org/1998/Math/MathML", "")


def test_the_same_ledger_gives_the_same_folder():
    found = entries(items(), items(id="b", uses=["mine:lemma-1"]))
    assert pages(found, appendix=APPENDIX) == pages(found, appendix=APPENDIX)
