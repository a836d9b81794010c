"""What values show of themselves in a notebook."""

import dataclasses
import re
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from math_core import LatexToMathML

from ntk_companion import ledger
from ntk_companion.evidence import Verdict, certified, symbolic, vacuous
from ntk_companion.notebook import evidence_html, statement_html
from ntk_companion.statement import Finding, Hypothesis, Severity, Statement
from numerics.flow.integrate import gradient_flow
from numerics.kernels.gap import Bounds, GapConstants
from numerics.kernels.spectrum import Enclosure
from numerics.losses import logistic
from numerics.networks.torch_network import initialise
from theory.architecture import fcn, map_groups, resnet, smoothed, with_trained
from theory.recursion import general_step, recursion

HALF = sympy.Rational(1, 2)
NETWORKS = {
    network.name: network
    for network in (
        *(fcn(depth, bias) for depth in (1, 3, 40) for bias in ("trained", "frozen", "none")),
        *(resnet(2, scale) for scale in (1, -1, HALF, -HALF, 0, sympy.sqrt(2) + sympy.Symbol("alpha"))),
        resnet(40),
        smoothed(fcn(1), 1),
        smoothed(resnet(2), 20),
    )
}


def shown(value):
    """What a notebook shows as LaTeX, without the delimiters."""
    found = re.fullmatch(r"(\$\$?)(.*?)\1", value._repr_latex_(), re.DOTALL)
    return found[2]


def test_the_fully_connected_network_reads_as_it_is_defined():
    assert shown(fcn(1)).splitlines() == [
        r"\begin{aligned}",
        r"a_{0} &= x \\",
        r"a_{1} &= \sqrt{\tfrac{2}{m}}\, \max\left(0, W_{1} a_{0} + b_{1}\right) \\",
        r"f(x) &= W_{2} a_{1} \\",
        r"&W_{1}, b_{1}, W_{2} \sim \mathcal{N}\left(0, 1\right) \text{ at the start, trained}",
        r"\end{aligned}",
    ]


def test_the_residual_network_reads_as_it_is_defined():
    lines = shown(resnet(1, -HALF)).splitlines()
    assert lines[1] == r"a_{0} &= \sqrt{\tfrac{1}{m}}\, \left(A x + b\right) \\"
    assert lines[2] == (
        r"a_{1} &= a_{0} - \frac{1}{2}\, \sqrt{\tfrac{1}{m}}\, \left(V_{1} \sqrt{\tfrac{2}{m}}\, "
        r"\max\left(0, W_{1} a_{0} + b_{1}\right) + d_{1}\right) \\"
    )
    assert lines[-2] == r"&b_{1}, d_{1} = 0 \text{ at the start, trained}"


@pytest.mark.parametrize("name", NETWORKS)
def test_equations_are_mathematics_that_a_browser_can_show(name):
    assert "<math" in LatexToMathML().convert_with_local_state(shown(NETWORKS[name]), displaystyle=True)


def test_every_change_of_a_network_changes_its_equations():
    network = resnet(2, HALF)
    changed = [
        resnet(1, HALF),
        resnet(2, -HALF),
        resnet(2, HALF, "none"),
        smoothed(network, 3),
        smoothed(network, 4),
        fcn(2),
        *(with_trained(network, {other.name for other in network.groups} - {group.name}) for group in network.groups),
        *(
            map_groups(
                network,
                lambda other, group=group: dataclasses.replace(other, variance=other.variance + (other == group)),
            )
            for group in network.groups
        ),
    ]
    texts = {shown(value) for value in [network, *changed]}
    assert len(texts) == 1 + len(changed)


@pytest.mark.parametrize("derived", [recursion(fcn(3)), recursion(resnet(2, HALF)), general_step("resnet")])
def test_a_recursion_shows_its_equations(derived):
    assert shown(derived) == derived.latex()
    assert "<math" in LatexToMathML().convert_with_local_state(shown(derived), displaystyle=True)


def numbers(latex):
    plain = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", latex)
    return [Fraction(number) for number in re.findall(r"(?<=[\[ ])-?\d[\d.]*(?:e-?\d+)?(?=[,\\])", plain)]


exact = st.builds(
    lambda mantissa, exponent: flint.arb((mantissa, exponent)), st.integers(-(2**99), 2**99), st.integers(-99, 99)
)


def fraction(value):
    mantissa, exponent = (int(part) for part in value.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


@given(st.tuples(exact, exact))
def test_printed_bounds_contain_the_bounds(bounds):
    lower, upper = sorted(bounds, key=fraction)
    low, high = numbers(shown(Bounds(lower, upper)))
    assert low <= fraction(lower) <= fraction(upper) <= high
    assert shown(Enclosure(lower, upper, "none", 53)) == r"\lambda_{\min} \in " + shown(Bounds(lower, upper))


def test_bounds_that_share_digits_are_printed_with_two_more():
    lower, upper = flint.arb(1), flint.arb(1) + flint.arb((1, -30))
    assert shown(Bounds(lower, upper)) == r"\left[1.00000000000,\; 1.00000000094\right]"
    assert shown(Bounds(flint.arb.neg_inf(), flint.arb(2))) == r"\left[-\infty,\; 2.00\right]"


def test_gap_constants_are_four_lines_in_order():
    bounds = [Bounds(flint.arb(value), flint.arb(value)) for value in (1, 2, 3, 4)]
    lines = shown(GapConstants(*bounds)).splitlines()[1:-1]
    assert [numbers(line.partition(r"\in ")[2])[0] for line in lines] == [1, 2, 3, 4]
    assert "2 n^2" in lines[0] and "K^r" in lines[3]


def test_a_trajectory_shows_its_start_and_end():
    points = np.array([[1.0, 0.0], [-1.0, 0.0]])
    network = fcn(1)
    flow = gradient_flow(
        network, initialise(network, 2, 8, np.random.default_rng(0)), points, logistic([0, 1]), log_until=1.0
    )
    html = flow._repr_html_()
    assert f"<td>{flow.margins.min(axis=1)[-1]:.4g}</td>" in html
    assert flow.status in html and "energy identity off by" in html


MINE = Statement(
    id="mine:1",
    title="Squares & <cubes>",
    source="my paper",
    number="Lemma 1",
    formula=r"x^2 \ge 0",
    qualification="Only what was tried.",
    hypotheses=(Hypothesis("real", "x is real"),),
    uses=("mine:0",),
    finding=Finding(Severity.TYPO, "A sign.", corrected=r"-x^2 \le 0"),
)


def test_a_statement_shows_what_it_says_and_no_verdict():
    html = statement_html(MINE)
    assert "mine:1: Squares &amp; &lt;cubes&gt;" in html
    assert html.count("<math") == 2
    for text in ("my paper, Lemma 1", "x is real", "mine:0", "Only what was tried.", "typo that the context repairs"):
        assert text in html
    assert not re.search("CONFIRMED|REFUTED|INCONCLUSIVE|VACUOUS", html)


@pytest.mark.parametrize(
    ("evidence", "verdict", "scope"),
    [
        (certified(True, "x < 1", margin=0.5), "CONFIRMED", "instances: 1"),
        (certified(False), "REFUTED", "instances: 1"),
        (certified(None), "INCONCLUSIVE", "instances: 0"),
        (vacuous(certified(True).kind, "no case"), "VACUOUS", "instances: 0"),
        (symbolic(Verdict.CONFIRMED, covers_all=True), "CONFIRMED", "all"),
    ],
)
def test_evidence_shows_its_verdict_with_its_scope(evidence, verdict, scope):
    assert f">{verdict}</th><td>{scope}</td><td>{evidence.kind}</td>" in evidence_html(evidence)


def item(name, verdict):
    tally = {"verdicts": {verdict: 2}, "kinds": ["certified"], "margin": None, "covers_all": False,
             "refutation": "", "inconclusive": "", "confirmation": "", "false_alarm": 0.0, "judges": ["mine.judge"],
             "theorems": [], "on_a_case": False}  # fmt: skip
    statement = dataclasses.replace(MINE, id=name, finding=None).record()
    return {
        "statement": statement,
        "role": "statement",
        "name": "",
        "tally": tally,
        "outcome": "passed",
        "seconds": 0.1,
        "cites": [],
    }


def test_a_ledger_shows_verdict_and_scope_of_every_statement():
    built = ledger.build([item("mine:1", "CONFIRMED"), item("mine:2", "REFUTED")], {})
    html = built._repr_html_()
    assert '<th scope="row">mine:1</th><td>CONFIRMED</td><td>instances: 2</td>' in html
    assert '<th scope="row">mine:2</th><td>REFUTED</td><td>instances: 2</td>' in html


def test_an_entry_shows_its_line_and_its_qualification():
    html = ledger.entry(ledger.build([item("mine:1", "CONFIRMED")], {}), "mine:1")._repr_html_()
    assert "<td>CONFIRMED</td><td>instances: 2</td>" in html and "Only what was tried." in html


def test_a_ledger_that_was_edited_does_not_show_itself():
    built = ledger.build([item("mine:1", "REFUTED")], {})
    built["statements"][0]["verdict"] = "CONFIRMED"
    with pytest.raises(ValueError, match="'mine:1' was changed"):
        built._repr_html_()
