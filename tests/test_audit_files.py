"""Claims files made to break the auditor, and the replies of the command."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ntk_companion import ledger
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply import auditing, replies
from ntk_companion.audit.syntax import language
from ntk_companion.audit.syntax.errors import ClaimError, InputError
from ntk_companion.audit.syntax.vocabulary import FAMILIES, WORDS
from ntk_companion.audit.values import budget
from ntk_companion.cli import main
from ntk_companion.files import digest
from tests.ledgers import entries, items

GOOD = """
[[claim]]
id = "good"
sentence = "lambda_min on those six points is about 1.8"
source = "review 2"
network = { family = "fcn", depth = 3 }
points = "hexagon"
assertion = "lambda_min(K) is about 1.8"
"""
BAD = """
[[claim]]
id = "bad"
sentence = "K is positive definite even with duplicates"
network = { family = "fcn", depth = 3 }
points = "X"
assertion = "for all X in any_points(3, 1): K is positive definite"
"""


def with_assertion(assertion):
    return f"[[claim]]\nid = 'c'\nassertion = {json.dumps(assertion)}\n"


MALFORMED = {
    "assertion, column 15, after 'lambda_min(K)': expected": with_assertion("lambda_min(K) 3"),
    "column 10, after '1 < (2 +': expected a number, a name or '(', found the end": with_assertion("1 < (2 + "),
    "column 1: unknown name 'lambda_mim': did you mean lambda_min?": with_assertion("lambda_mim(K) > 0"),
    "column 1: expected a number, found a kernel: write one of its entries": with_assertion("K > 0"),
    "this is a number; an assertion needs a comparison": with_assertion("1 + 2"),
    "a number and a kernel cannot be added": with_assertion("lambda_min(K + 1) > 0"),
    "a kernel can be multiplied or divided by a number only": with_assertion("lambda_min(K * K) > 0"),
    "margin needs its arguments: margin(1, 1e50)": with_assertion("margin > 0"),
    "zero has no significant digits": with_assertion("1 is about 0"),
    "say to how many digits": with_assertion("1 is about 1/3"),
    "k0 takes 1 argument(s), as in k0(u)": with_assertion("k0(1, 2) > 0"),
    "k0 needs its arguments": with_assertion("k0 > 0"),
    "different_points is a family of sample sets": with_assertion("different_points(2, 2) > 0"),
    "expected an interval [a, b], whole numbers a..b, or a family": with_assertion("for all u in 3: u > 0"),
    "pi is a word of the language": with_assertion("for all pi in [0, 1]: pi > 0"),
    "u already names something": with_assertion("for all u in [0, 1]: for all u in [0, 1]: u > 0"),
    "CYRILLIC SMALL LETTER A": with_assertion("lаmbda_min(K) > 0"),
    "FULLWIDTH LESS-THAN SIGN": with_assertion("1 ＜ 2"),
    "MINUS SIGN is not ASCII": with_assertion("1 > −2"),
    "brackets are nested more than 50 deep": with_assertion("(" * 5000 + "1 < 2" + ")" * 3000),
    "nests more than 50 deep": with_assertion("-" * 400 + "1 < 2"),
    "characters; at most 10000 are read": with_assertion("1 < 2" + " and 1 < 2" * 2000),
    "of more than 1000 digits": with_assertion("1 < 1" + "0" * 10**5),
    "exponents up to 1000 are read": with_assertion("1 < 1e999999999999"),
    "no assertion": "[[claim]]\nid = 'c'\n",
    "no claims": "title = 'nothing'",
    "two claims have the id": with_assertion("1 < 2") * 2,
    "the id 'a b' needs letters": "[[claim]]\nid = 'a b'\nassertion = '1 < 2'",
    "unknown key 'asertion'; the keys are id": "[[claim]]\nid = 'c'\nasertion = '1 < 2'",
    "not TOML": "[[claim]\n",
    "nested more than 10 deep": "a = " + "[" * 10**5,
    "a key of more than 10 parts": ".".join("a" * 5000) + " = 1",
    "more than 262144 bytes": "#" * 300_000,
    "not UTF-8 text, at byte 0": b"\xff\xfe",
    "lambda_min is a word of the language": "[constants]\nlambda_min = 3\n" + with_assertion("1 < 2"),
    "n is a word of the language": "[points]\nn='hexagon'\n" + with_assertion("1 < 2"),
    "x already names something": "[constants]\nx=1\n[points]\nx='hexagon'\n" + with_assertion("1 < 2"),
    "'nan' is not a finite number": "[constants]\nx = nan\n" + with_assertion("1 < 2"),
    "family must be one of fcn, resnet, jacot": "[networks.a]\nfamily='cnn'\ndepth=1\n" + with_assertion("1 < 2"),
    "scale is the residual scale": "[networks.a]\nfamily='fcn'\ndepth=1\nscale=2\n" + with_assertion("1 < 2"),
    "the rows have different lengths": "[points]\nx=[[1],[1,2]]\n" + with_assertion("1 < 2"),
    "at most 200": "[points]\nx='circle:100000'\n" + with_assertion("1 < 2"),
    "201 points in R^1; at most 200": f"[points]\nx={[[i] for i in range(201)]}\n" + with_assertion("1 < 2"),
    "expected must be one of CONFIRMED": "[[claim]]\nid='c'\nassertion='1<2'\nexpected='TRUE'",
    "no point set '/etc/passwd'": "[points]\nx='/etc/passwd'\n" + with_assertion("1 < 2"),
    "no network is named 'nett'": "[[claim]]\nid='c'\nnetwork='nett'\nassertion='1<2'",
    "no point set is named 'sixx'": "[[claim]]\nid='c'\npoints='sixx'\nassertion='1<2'",
    "labels must be a list of 0 and 1": "[[claim]]\nid='c'\nlabels=[1,2]\nassertion='1<2'",
}  # fmt: skip


@pytest.mark.parametrize("message", MALFORMED, ids=[message[:40] for message in MALFORMED])
def test_a_malformed_file_is_refused_with_a_sentence_that_points_at_the_place(message):
    text = MALFORMED[message]
    started = time.perf_counter()
    with pytest.raises(InputError) as refusal:
        for claim in parse_claims(text if isinstance(text, bytes) else text.encode()).claims:
            auditing.audit_claim(claim)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 500
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "assertion",
    [
        "10^1000^1000^1000 > 1",
        "exp(exp(exp(exp(1000)))) > 0",
        "2^(10^1000) = 2^(10^1000) + 1",
        "(1 + 1e-1000)^(10^1000) > 2",
        "sqrt(10^1000) = 10^500",
        "k0_coefficient(1999) > 0",
        "sin(10^1000) < 2",
        "for all i in 1..1000: for all j in 1..1000: for all k in 1..1000: i + j + k > 0",
        "for all u in [0, 1]: for all v in [0, 1]: sin(1000 * u * v) <= 1",
        "1 < 2" + " and 1 < 2" * 900,
        "-" * 40 + "1 < 2",
        "(" * 45 + "1" + ")" * 45 + " < 2",
    ],
    ids=lambda text: text[:40],
)
def test_an_enormous_claim_ends_soon_and_is_never_decided_wrongly(assertion, monkeypatch):
    monkeypatch.setattr(budget, "MOST_WORK", 2_000_000)
    started = time.process_time()
    (claim,) = parse_claims(with_assertion(assertion).encode()).claims
    verdict = auditing.audit_claim(claim).verdict
    assert verdict in (
        ("INCONCLUSIVE", "REFUTED") if "+ 1" in assertion and "=" in assertion else ("INCONCLUSIVE", "CONFIRMED")
    )
    assert time.process_time() - started < 10


LONG = 260_000
HOSTILE = {
    "digits": "a = " + "1" * LONG,
    "a key": "a" * LONG + " = 1",
    "runs of digits": ("1" * 1000 + " ") * 260,
    "quotation marks": '"' * LONG,
    "escapes without end": '"""' + '\\"' * (LONG // 2),
    "escapes at the ends of lines": '"\\"\\\n' * (LONG // 5),
    "quotation marks, single": "a = '" + "\\" * LONG,
    "dots and spaces": "a . " * (LONG // 4),
    "brackets": "[]" * (LONG // 2),
    "tables": "[[claim]]\n" * (LONG // 10),
    "comments": "#\n" * (LONG // 2),
    "an array": "a = [" + "1," * (LONG // 3) + "]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_reading_takes_time_in_proportion_to_the_file(name):
    started = time.process_time()
    with pytest.raises(InputError):
        parse_claims(HOSTILE[name].encode())
    assert time.process_time() - started < 3


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
@example("[[claim]]\nid = 'a'\nassertion = '''1 < 2'''")
def test_any_bytes_are_claims_or_bad_input(content):
    with contextlib.suppress(InputError):
        parse_claims(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


INNER_KEYS = ["family", "depth", "x", "width", "until", "seeds"]
VALUES = st.recursive(
    st.integers(-5, 5) | st.text(max_size=5) | st.floats(-1, 1) | st.sampled_from(["fcn", "hexagon", "1 < 2", "X"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER_KEYS), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["id", "sentence", "network", "points", "labels", "training", "constants", "assertion", "statement", "reading"]


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["networks", "points", "constants", "title"]), VALUES),
    st.dictionaries(st.sampled_from(KEYS), VALUES),
)
def test_any_tables_are_claims_or_bad_input(tables, claim):
    import tomli_w

    with contextlib.suppress(InputError):
        for read in parse_claims(tomli_w.dumps(tables | {"claim": [claim]}).encode()).claims:
            auditing.audit_claim(read)


SIGNS = ["x", "1", "2", "0.5", "1e-9", "(", ")", "[", "]", "|", ",", "..", ":", "<", "=", "!=", ">=", "'3.6'"]
KEYWORDS = ["and", "or", "not", "if", "then", "for", "all", "there", "exists", "in"]
KEYWORDS += ["is", "about", "to", "digits", "positive", "definite"]
TOKENS = st.sampled_from([*WORDS, *FAMILIES, *SIGNS, *KEYWORDS])


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=14).map(" ".join))
def test_any_words_are_an_assertion_or_a_fault_at_a_place(text):
    try:
        language.parse(text, names=["x"])
    except ClaimError as error:
        assert 1 <= error.column <= len(text) + 1


ATOMS = ["0", "1", "2", "1/3", "-1", "0.5", "1e-25", "pi", "n", "x"]
ATOMS += ["K(1, 2)", "NNGP(1, 1)", "inner(2, 2)", "lambda_min(K)"]
FUNCTIONS = ["sqrt", "ln", "exp", "abs", "k0", "k1", "sin", "arccos"]
NUMBERS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({parts[0]} {parts[1]} ({parts[2]}))"),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map("{0[0]}({0[1]})".format),
        inner.map("({0})^2".format),
    ),
    max_leaves=4,
)
COMPARISONS = st.tuples(NUMBERS, st.sampled_from(["<", "<=", "=", "!=", ">", ">="]), NUMBERS).map(" ".join)
STATEMENTS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        inner.map(lambda text: f"for all u{len(text)} in [0, 1]: ({text}) or u{len(text)} > 2"),
        inner.map(lambda text: f"there exists k{len(text)} in 1..2: ({text}) and k{len(text)} > 0"),
    ),
    max_leaves=2,
)


def verdict_of(assertion):
    text = f"""
        [constants]
        x = "sqrt(2)"
        [[claim]]
        id = "c"
        network = {{ family = "fcn", depth = 1 }}
        points = [[0], [1]]
        assertion = {json.dumps(assertion)}
    """
    return auditing.audit_claim(parse_claims(text.encode()).claims[0]).verdict


@settings(max_examples=150, deadline=None)
@given(STATEMENTS)
def test_a_statement_and_its_negation_have_opposite_verdicts(assertion):
    verdicts = verdict_of(assertion), verdict_of(f"not ({assertion})")
    assert verdicts in (("CONFIRMED", "REFUTED"), ("REFUTED", "CONFIRMED"), ("INCONCLUSIVE", "INCONCLUSIVE"))


# The command


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def runner(text, *options):
        Path("claims.toml").write_text(text, encoding="utf-8")
        code = main.main(["audit", "claims.toml", *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return runner


def test_json_holds_every_claim_with_its_evidence(run):
    code, out, err = run(GOOD, "--json")
    record = json.loads(out)
    (claim,) = record["claims"]
    assert (code, err) == (0, "")
    assert {"id", "verdict", "scope", "evidence", "value", "qualification"} <= claim.keys()
    assert (claim["verdict"], claim["scope"], claim["evidence"]) == ("CONFIRMED", "all", "certified")
    lower, upper = (float(end) for end in claim["value"]["lambda_min(K)"])
    assert lower < 1.7755340166189 < upper < lower + 1e-10
    assert {"python-flint", "sympy", "hypothesis"} <= record["versions"].keys()
    assert len(record["sha256"]) == 64


def test_a_refuted_claim_makes_the_exit_code_one(run):
    assert run(GOOD + BAD)[0] == 1


def test_bad_input_is_one_line_on_stderr(run):
    code, out, err = run(with_assertion("1 <"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "claims.toml, claim 'c', assertion, column 4, after '1 <': expected" in err


def test_each_reply_names_a_command_that_reproduces_it(run):
    _, out, _ = run(GOOD + BAD, "--json")
    command = json.loads(out)["claims"][0]["command"]
    assert command == "ntk-companion audit claims.toml --only good"
    code, out, _ = run(GOOD + BAD, *command.split()[3:])
    assert code == 0
    assert "1 CONFIRMED" in out


def test_a_record_compares_with_a_later_run(run, tmp_path):
    record = tmp_path / "record.json"
    record.write_text(run(GOOD, "--json")[1], encoding="utf-8")
    assert run(GOOD, "--against", "record.json")[1].endswith("as in record.json\n")
    code, out, _ = run(GOOD.replace("1.8", "1.9"), "--against", "record.json")
    assert code == 1
    assert "the claims file is not the one that was audited before" in out
    assert "good: verdict was CONFIRMED and is REFUTED" in out


RECORD = {"schema": replies.SCHEMA, "sha256": "", "claims": []}
NO_RECORDS = [[1], {}, 10**4000, RECORD | {"sha256": None}, RECORD | {"schema": "another"}]
NO_RECORDS += [RECORD | {"claims": claims} for claims in (None, [1], [{}], [{"id": []}])]


@pytest.mark.parametrize("value", NO_RECORDS, ids=lambda value: repr(value)[-20:])
def test_a_record_that_is_none_is_bad_input_before_any_work(run, tmp_path, monkeypatch, value):
    monkeypatch.setattr(auditing, "audit", lambda *ignored: pytest.fail("audited"))
    (tmp_path / "record.json").write_text(json.dumps(value), encoding="utf-8")
    code, out, err = run(GOOD, "--against", "record.json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "record.json is not " in err


def test_markdown_and_latex_replies_can_be_pasted(run):
    _, markdown, _ = run(GOOD + BAD, "--format", "markdown")
    assert markdown.startswith(
        "> lambda\\_min on those six points is about 1.8 (review 2)\n\n**CONFIRMED** (all; certified). "
    )
    assert "```toml\n[points]\nX = [[0], [0]]\n" in markdown
    assert "To reproduce: `ntk-companion audit claims.toml --only bad`" in markdown
    _, latex, _ = run(GOOD + BAD, "--format", "latex")
    assert r"\item[good] ``lambda\_min on those six points is about 1.8'' (review 2)" in latex
    assert latex.count(r"\begin{description}") == latex.count(r"\end{description}") == 1


def test_control_characters_do_not_reach_the_terminal(run):
    _, out, _ = run(GOOD.replace("those six", "\\u001b[31mthose\\u0007 six"), "--format", "markdown")
    assert "\x1b" not in out
    assert "\x07" not in out


ENTRY = entries(items())[0] | {
    "id": "prop:x",
    "title": "A statement",
    "verdict": "CONFIRMED",
    "scope": "instances: 25",
    "evidence": ["certified"],
    "finding": None,
    "refutation": "",
    "undecided": "",
    "instances": {"CONFIRMED": 25},
    "corrected_confirmed": [],
    "qualification": "Instances.",
}
FINDING = ENTRY | {
    "id": "eq:y",
    "verdict": "REFUTED",
    "scope": "instances: 4",
    "finding": {"sentence": "A factor is lost.", "corrected": "2x", "severity": "", "verdict": "REFUTED"},
    "corrected_confirmed": [True, True],
    "tests": ["checks/test_y.py::test_y"],
    "made": {"profile": "thorough", "seed": 7, "versions": {}},
}


@pytest.fixture
def write_ledger(tmp_path):
    def write(**changes):
        written = [ENTRY, FINDING]
        index = {entry["id"]: digest(entry) for entry in written}
        value = {"schema": ledger.SCHEMA, "index": index, "statements": [entry | changes for entry in written]}
        (tmp_path / "ledger.json").write_text(json.dumps(value), encoding="utf-8")

    return write


def stands_for(name, more=""):
    return f"[[claim]]\nid = 'c'\nstatement = '{name}'\n{more}\n"


def test_an_audit_of_a_statement_uses_the_ledgers_record(run, write_ledger):
    write_ledger()
    code, out, _ = run(stands_for("prop:x"), "--json")
    (claim,) = json.loads(out)["claims"]
    assert code == 0
    assert (claim["verdict"], claim["scope"], claim["evidence"]) == ("CONFIRMED", "instances: 25", "certified")
    assert claim["qualification"] == "Instances."


READINGS = ["", "reading = 'printed'", "reading = 'corrected'"]


def test_the_two_readings_of_a_finding_are_kept_apart(run, write_ledger):
    write_ledger()
    found = [json.loads(run(stands_for("eq:y", more), "--json")[1])["claims"][0] for more in READINGS]
    assert [(reply["verdict"], reply["scope"]) for reply in found] == [
        ("REFUTED", "instances: 4"),
        ("REFUTED", "instances: 4"),
        ("CONFIRMED", "instances: 2"),
    ]
    assert "A factor is lost" in found[0]["because"]
    assert "2x" in found[2]["because"]


def test_a_statement_without_a_corrected_form_is_not_audited_as_corrected(run, write_ledger):
    write_ledger()
    code, out, err = run(stands_for("prop:x", "reading = 'corrected'"), "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "claims.toml, claim 'c': the ledger has no corrected form of prop:x" in err


def test_the_command_of_a_statement_runs_its_check_first(run, write_ledger):
    write_ledger()
    claim = json.loads(run(stands_for("eq:y"), "--json")[1])["claims"][0]
    check = "pytest checks/test_y.py::test_y --profile=thorough --seed=7"
    assert claim["command"] == f"{check} && ntk-companion audit claims.toml --only c"
    assert claim["made"]["seed"] == 7


@pytest.mark.parametrize("change", [{"verdict": "CONFIRMED"}, {"scope": "all"}, {"corrected_confirmed": [True] * 9}])
def test_a_tampered_entry_is_refused_by_its_name(run, write_ledger, change):
    write_ledger(**change)
    code, out, err = run(stands_for("eq:y"))
    assert (code, out) == (2, "")
    assert "'eq:y' was changed after it was written" in err


def test_an_entry_of_another_revision_of_its_statement_is_refused(run, tmp_path):
    entry = ENTRY | {"id": "thm:2", "revision": 0}
    value = {"schema": ledger.SCHEMA, "index": {"thm:2": digest(entry)}, "statements": [entry]}
    (tmp_path / "ledger.json").write_text(json.dumps(value), encoding="utf-8")
    code, out, err = run(stands_for("thm:2"))
    assert (code, out) == (2, "")
    assert "'thm:2' is of revision 0" in err


@pytest.mark.parametrize(
    ("name", "message"), [("eq:z", "no statement has the id 'eq:z'"), ("thm:2", "no entry 'thm:2': run 'pytest")]
)
def test_a_statement_that_the_ledger_does_not_know_is_named(run, write_ledger, name, message):
    write_ledger()
    code, out, err = run(stands_for(name))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.parametrize("name", ["none.json", "claims.toml"])
def test_a_ledger_that_is_named_is_read_even_if_no_claim_needs_it(run, name):
    code, out, err = run(GOOD, "--ledger", name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert name in err


@pytest.mark.parametrize(("name", "assertion"), [("prop:x", "1 > 2"), ("eq:y", "1 < 2")])
def test_an_audit_cannot_contradict_the_ledger(run, write_ledger, name, assertion):
    write_ledger()
    code, _, err = run(stands_for(name, f"assertion = '{assertion}'"))
    assert code == 2
    assert "the assertion does not say what the statement says" in err


PAGE = (Path(__file__).resolve().parent.parent / "docs" / "audit.md").read_text(encoding="utf-8")


def test_the_documentation_explains_every_word():
    page = PAGE
    missing = [word.form for word in [*WORDS.values(), *FAMILIES.values()] if f"`{word.form}`" not in page]
    assert missing == []


STANDING = """
[[claim]]
id = "alone"
sentence = "As @alice says at https://evil.example/x or www.evil.example, $n=6$ and $\\\\lambda_0 > 1$"
network = { family = "fcn", depth = 3, bias = "none" }
points = [[1, 2], ["1/3", -0.5]]
labels = [0, 1]
training = { width = 10, until = 1 }
assertion = "gap_labels(K) > 0 and loss(1) > 0"
"""


@pytest.mark.parametrize("style", ["markdown", "latex"])
def test_a_reply_names_all_that_was_audited(run, style):
    _, text, _ = run(STANDING, "--format", style, "--seed", "5")
    for word in ("fcn, depth 3, bias none", "(1, 2) (1/3, -1/2)", "labels 0, 1", "width 10", "seed 5"):
        assert word in text
    assert "$n=6$" in text and r"$\lambda_0 > 1$" in text


def test_a_quoted_sentence_calls_on_nobody_and_links_to_nothing(run):
    _, text, _ = run(STANDING, "--format", "markdown")
    assert "@alice" not in text and "https://" not in text and "www." not in text
    assert "alice says at https" in text


def test_what_is_typed_may_break_within_a_margin(run):
    _, text, _ = run(STANDING, "--format", "latex")
    assert text.startswith(r"\begin{description}\sloppy")
    assert r"gap\_\allowbreak{}labels(" in text


def test_an_audit_is_run_again_from_its_record_alone(run, tmp_path, monkeypatch, capsys):
    points = tmp_path / "points.csv"
    points.write_text("0,1\n1,0\n2,2\n", encoding="utf-8")
    text = (
        GOOD + BAD + STANDING + GOOD.replace("hexagon", "points.csv").replace('"good"', '"file"').replace("1.8", "0.2")
    )
    code, out, _ = run(text, "--json", "--seed", "3")
    record = tmp_path / "elsewhere" / "record.json"
    record.parent.mkdir()
    record.write_text(out, encoding="utf-8")
    points.unlink()
    (tmp_path / "claims.toml").unlink()
    monkeypatch.chdir(record.parent)
    assert main.main(["audit", str(record), "--json"]) == code
    again, before = json.loads(capsys.readouterr().out), json.loads(out)
    assert again["claims"] == before["claims"] and again["seed"] == 3 and again["differences"] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.update(text=record["text"] + " "), "has not the text of its claims"),
        (lambda record: record.update(files={"../../outside.csv": "1"}), "outside of its folder"),
    ],
)
def test_a_record_that_was_edited_is_not_run_again(run, tmp_path, change, message, capsys):
    _, out, _ = run(GOOD, "--json")
    record = json.loads(out)
    change(record)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    assert main.main(["audit", str(file)]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path.parent / "outside.csv").exists()


def test_verdicts_are_told_as_they_come():
    claims, told = parse_claims((GOOD + BAD).encode()), []
    replies_ = auditing.audit(claims, tell=lambda reply: told.append((reply.id, reply.verdict)))
    assert told == [(reply.id, reply.verdict) for reply in replies_]
