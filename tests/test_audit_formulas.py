"""Printed formulas as input: read, compared for all depths with the derived kernel, and told part by part."""

import hashlib
import json

import pytest
import sympy

from ntk_companion.audit.claims.formulas import read_formulas
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.decide.formulas import MEMORY, judge
from ntk_companion.audit.decide.terms import is_zero, told_parts
from ntk_companion.audit.reply.auditing import audit, audit_claim
from ntk_companion.audit.syntax.errors import ClaimError, InputError, MeaninglessError
from ntk_companion.audit.syntax.formulas import parse_equations
from ntk_companion.audit.syntax.latex import translate
from ntk_companion.evidence import Verdict
from tests.test_audit_verdicts import PAPER
from theory.architecture import fcn, resnet
from theory.induction import Quantity, Scene, blocks_are_alike, diagonal_law
from theory.printed.divergence import PRINTED

FCN = {"family": "fcn", "depth": 1}
ARORA = {"preset": "arora"}
ALL_FCN = (
    r"\Theta_1 = \Sigma_1 = \langle x, x' \rangle + 1, \Theta_{l+1} = \Theta_l \dot\Sigma_{l+1} + \Sigma_{l+1},"
    r" \dot\Sigma_{l+1} = 2 \mathrm{E}_{g \sim \Sigma_l}[\dot\sigma(g(x)) \dot\sigma(g(x'))],"
)
FORWARD = r"2 \mathbb{E}_{(u,v) \sim \mathcal{N}(0, \Sigma_l)}[\sigma(u) \sigma(v)]"


def formula(network, text, **more):
    key = "text" if isinstance(text, list) else "latex"
    return read_formulas({"f": {"network": network, key: text} | more}, "t", None, {})["f"]


def verdict(network, text, **more):
    return judge(formula(network, text, **more))


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"K = \frac12 \|x\| \|x'\| u", "K = ((1) / (2)) * norm(1) * norm(2) * u"),
        (r"\Sigma_1 = \tfrac{1}{n_0} x^\top x' + \beta^2", "Sigma(1) = ((1) / (d)) * inner + beta^(2)"),
        (r"\dot{\Sigma}^{(h)}(x, x') = \kappa_0(u), \ h = 1, \dots, L", "dSigma(h) = k0((u)) for h in 1..L"),
        (r"K_{NTK} = \sum_{h=1}^{L} \Sigma^{(h)}(x,x)", "K_NTK = sum(h, 1, L, Sigma(h)(1, 1))"),
        (r"\kappa^l = \sqrt{1 - u^2} + \arccos(u)/\pi", "kappa(l) = sqrt(1 - u^(2)) + arccos((u)) / pi for l in 1..L"),
    ],
)
def test_latex_is_translated_as_it_is_meant(latex, read):
    assert translate(latex) == [read]
    assert parse_equations(read)


@pytest.mark.parametrize(
    ("latex", "named"),
    [
        (r"\Sigma_1 = \int f", r"\int is not read"),
        (r"\Sigma_1 = \mathrm{E}[\sigma(u)]", "expectations"),
        (r"\Sigma_1 = " + "(" * 40 + "1" + ")" * 40, "nested more than 30"),
        (r"x" * 5000, "at most 4000"),
        (r"\Sigma_1 = \frac{1}{", "the end"),
        (r"\Sigma_1 + 1", "equation"),
        (r"\Sigma_1 = (1 + \alpha)^{900}", "written out"),
    ],
)
def test_latex_that_is_not_read_is_refused_by_name(latex, named):
    with pytest.raises((ClaimError, InputError)) as refusal:
        for text in translate(latex):
            parse_equations(text)
    assert named in getattr(refusal.value, "message", str(refusal.value))


def test_the_right_recursion_is_equal_for_all_depths():
    hidden = rf"\Sigma_{{l+1}} = {FORWARD} + 1, l = 1, \dots, L - 1,"
    text = ALL_FCN + hidden + r"\Sigma_{L+1} = 2 \mathrm{E}_{g \sim \Sigma_L}[\sigma(g) \sigma(g')]"
    found = verdict(FCN, text)
    assert found.verdict is Verdict.CONFIRMED, found.sentence
    assert "by induction" in found.sentence


@pytest.mark.parametrize(
    ("forward", "part"),
    [
        (rf"{FORWARD} + 1", "Sigma(l + 1) at l = L: 1 is too much"),
        (rf"{FORWARD} + 2", "Sigma(l + 1) at every l between: 1 is printed times 2"),
        (FORWARD.replace("2 ", "3 ", 1) + " + 1", "is printed times 3/2"),
        (FORWARD.replace("2 ", r"\frac{51}{25} ", 1) + " + 1", "is printed times 51/50"),
        (r"\sqrt{\Sigma_l(x,x) \Sigma_l(x',x')} + 1", "is lost"),
    ],
)
def test_a_wrong_term_is_named_with_its_factor_and_its_layers(forward, part):
    found = verdict(FCN, ALL_FCN + rf"\Sigma_{{l+1}} = {forward}")
    assert found.verdict is Verdict.REFUTED
    assert part in found.sentence


@pytest.mark.parametrize("number", ["3.4", "3.5", "3.6", "3.7", "3.9", "3.10"])
def test_the_formulas_of_the_claims_file_are_those_of_the_paper(number):
    claims = parse_claims(PAPER.encode())
    assert claims.claims[0].written["formulas"][number]["latex"] == PRINTED[f"eq:{number}"].latex


def test_the_part_of_the_residual_kernel_that_is_off_is_named():
    claims = parse_claims(PAPER.encode()).claims
    reply = audit_claim(next(claim for claim in claims if claim.id == "formula-3.10"))
    assert (reply.verdict, reply.scope) == ("REFUTED", "instances: 1")
    assert reply.because.count("is printed times |x~'|*|x~| (in every block l)") == 2
    assert "K(l)" not in reply.because.partition(":")[0] and "B(l)" not in reply.because


def test_a_residual_kernel_without_the_error_is_confirmed():
    claims = parse_claims(PAPER.encode()).claims
    table = dict(claims[0].written["formulas"])
    lengths = r"\|\tilde x\| \|\tilde x'\|"
    wrong = r"(K_{l-1} + 1) k_0\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr) + 1"
    arc = r"k_0\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr)"
    assert wrong in table["3.10"]["latex"]
    right = rf"K_{{l-1}} {arc} + \frac{{{arc} + 1}}{{{lengths}}}"
    table["3.10"] = table["3.10"] | {"latex": table["3.10"]["latex"].replace(wrong, right)}
    networks = claims[0].written["networks"]
    found = judge(read_formulas(table, "t", None, networks)["3.9"])
    assert found.verdict is Verdict.CONFIRMED, found.sentence


RIGHT = {
    "Jacot et al., beta as a symbol": (
        {"preset": "jacot"},
        r"\Sigma_1 = \frac{1}{n_0} x^\top x' + \beta^2, \Theta_1 = \Sigma_1,"
        r" \Sigma_{l+1} = \mathbb{E}_{f \sim \mathcal N(0, \Sigma_l)}[\sigma(f(x)) \sigma(f(x'))] + \beta^2,"
        r" \Theta_{l+1} = \Theta_l \mathbb{E}_{f \sim \Sigma_l}[\dot\sigma(f(x)) \dot\sigma(f(x'))] + \Sigma_{l+1}",
        {},
    ),
    "Arora et al., a sum of products": (
        ARORA,
        r"\Sigma^{(0)} = x^\top x', \Sigma^{(h)} = 2 \mathbb{E}_{f \sim \Sigma^{(h-1)}}[\sigma(f(x)) \sigma(f(x'))],"
        r" h = 1, \dots, L, \dot\Sigma^{(L+1)} = 1,"
        r" \Theta^{(L)} = \sum_{h=1}^{L+1} \Sigma^{(h-1)} \prod_{h'=h}^{L+1} \dot\Sigma^{(h')}",
        {},
    ),
    "on the sphere, in the correlation": (
        ARORA,
        ["kappa(1) = u", "kappa(l) = k1(kappa(l - 1)) for l in 2..L + 1"],
        {"inputs": "unit", "meaning": {"kappa(l)": "Sigma(l)"}},
    ),
    "two layers, a closed form": (ARORA, ["K = norm(1) * norm(2) * (u * k0(u) + k1(u))"], {"depth": 1}),
    "arc cosines written out": (
        ARORA,
        r"K = \|x\| \|x'\| \Bigl(2 u \frac{\pi - \arccos u}{\pi} + \frac{\sqrt{1 - u^2}}{\pi}\Bigr)",
        {"depth": 1},
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_formulas_of_other_papers_are_confirmed(name):
    network, text, more = RIGHT[name]
    found = verdict(network, text, **more)
    assert found.verdict is Verdict.CONFIRMED, found.sentence


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("Jacot et al., beta as a symbol", r"] + \beta^2", r"] + \beta"),
        ("Arora et al., a sum of products", "{h'=h}", "{h'=h+1}"),
        ("Arora et al., a sum of products", r"\Sigma^{(0)} = x", r"\Sigma^{(0)} = 2 x"),
        ("arc cosines written out", "2 u", "u"),
    ],
)
def test_near_changes_of_them_are_not(name, old, new):
    network, text, more = RIGHT[name]
    assert old in text
    found = verdict(network, text.replace(old, new), **more)
    assert found.verdict is Verdict.REFUTED, found.sentence


def test_formulas_that_were_judged_before_change_nothing():
    meaning = {"meaning": {"g": "inner"}}
    undefined, defined = ["Theta(1) = g + 1"], ["Theta(1) = g + 1", "g = inner"]
    for texts in ([undefined, defined, undefined], [defined, undefined]):
        MEMORY.clear()
        found = [verdict(FCN, text, **meaning).verdict for text in texts]
        assert found == [Verdict.CONFIRMED if text is defined else Verdict.INCONCLUSIVE for text in texts]


def test_letters_that_may_mean_other_things_refute_nothing():
    # The kernel is right, though its Sigma is half of the covariance of the pre-activations.
    text = [
        "Sigma(1) = inner / 2", "Sigma(l + 1) = 2 * moment(Sigma(l)) for l in 1..L",
        "Theta(1) = 2 * Sigma(1)",
        "Theta(l + 1) = 2 * Theta(l) * slope_moment(Sigma(l)) + 2 * Sigma(l + 1) for l in 1..L",
    ]  # fmt: skip
    found = verdict(ARORA, text)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "letters may stand for other things" in found.sentence


def test_a_quote_must_occur_in_its_source(tmp_path):
    source = tmp_path / "paper.tex"
    source.write_text("We have $\\Sigma_1 =\n x \\cdot x'$ here.", encoding="utf-8")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    entry = {"network": ARORA, "latex": r"\Sigma_1 = x \cdot x'", "source": "paper.tex", "sha256": digest}
    good = entry | {"quote": r"\Sigma_1 = x \cdot x'"}
    assert read_formulas({"f": good}, "t", tmp_path, {})["f"].quote
    for bad, message in (
        (entry | {"quote": r"\Sigma_1 = 2 x"}, "does not occur"),
        (entry, "does not occur"),
        (good | {"sha256": "0" * 64}, "has the hash"),
        (good | {"source": "nowhere.tex"}, "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            read_formulas({"f": bad}, "t", tmp_path, {})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"network": ARORA}, "not both"),
        ({"latex": "K = u"}, "name the network"),
        ({"network": ARORA, "latex": "K = u", "inputs": "all"}, "inputs must be one of"),
        ({"network": ARORA, "latex": "K = u", "with": ["g"]}, "no formula is named 'g'"),
        ({"network": {"preset": "nothing"}, "latex": "K = u"}, "no network is called"),
        ({"network": ARORA, "text": ["A(l) = u"]}, "say for which l"),
        ({"network": ARORA, "latex": "K = u", "meaning": {"K": 3}}, "needs a text"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused_with_its_place(entry, message):
    with pytest.raises(InputError, match=message) as refusal:
        read_formulas({"f": entry}, "t", None, {})
    assert str(refusal.value).startswith("t, formulas.f")


def test_a_claim_is_that_a_formula_is_right():
    more = '[formulas.f]\nnetwork = "net"\ntext = ["Sigma(1) = inner + 1"]\n'
    (claim,) = parse_claims(
        f"[networks.net]\nfamily = 'fcn'\ndepth = 2\n{more}[[claim]]\nid = 'c'\nformula = 'f'".encode()
    ).claims
    reply = audit_claim(claim)
    assert (reply.verdict, reply.scope, reply.evidence) == ("CONFIRMED", "all", "symbolic")
    assert "Sigma(1) = inner + 1" in reply.assertion
    with pytest.raises(InputError, match="no formula is named"):
        parse_claims(b"[[claim]]\nid = 'c'\nformula = 'f'")


def test_a_printed_kernel_in_norms_and_correlations_has_the_values_of_the_derived_one():
    text = (
        '[networks.plain]\nfamily = "fcn"\ndepth = 1\nbias = "none"\n[formulas.pairs]\nnetwork = "plain"\n'
        'text = ["K = norm(1) * norm(2) * (u * k0(u) + k1(u))"]\ndepth = 1\n'
        '[[claim]]\nid = "c"\nnetwork = "plain"\npoints = [[1, 2], [2, 1]]\nassertion = '
    )
    assertion = "|printed('pairs')(1, 2) - K(1, 2)| < 1e-60 and printed('pairs')(2, 2) = K(2, 2)"
    (claim,) = parse_claims((text + json.dumps(assertion)).encode()).claims
    reply = audit_claim(claim)
    assert reply.verdict != "REFUTED"
    half = text + json.dumps("|printed('pairs')(1, 2) - K(1, 2)| < 1e-60 and |printed('pairs')(2, 2) - 10| < 1e-60")
    assert audit_claim(parse_claims(half.encode()).claims[0]).verdict == "CONFIRMED"


def test_the_closed_form_of_the_diagonal_is_that_of_the_recursion():
    inputs = sympy.symbols("q p r", positive=True)
    for network in (fcn(4), fcn(4, "none"), resnet(4, sympy.Rational(1, 2))):
        assert blocks_are_alike(network)
        for layer in (1, 2, 4):
            value = Scene(network, inputs).value(Quantity.FEATURES, layer, 0)
            assert sympy.simplify(value - diagonal_law(network, inputs[0], sympy.Integer(layer))) == 0


def test_terms_are_compared_by_what_they_are_multiplied_with():
    a, b = sympy.symbols("a b", positive=True)
    layer = sympy.Symbol("l", positive=True, integer=True)
    assert is_zero((1 + a**2) ** (layer + 1) - (1 + a**2) ** layer * (1 + a**2))
    assert not is_zero((1 + a**2) ** (layer + 1) - (1 + a**2) ** layer)
    assert told_parts(2 * a + b, a + b) == ("a is printed times 2",)


def test_a_network_with_parameters_as_symbols_is_still_the_one_that_is_declared():
    network, latex, _ = RIGHT["Jacot et al., beta as a symbol"]
    with pytest.raises(MeaninglessError, match="not alike"):
        verdict(network | {"trained": ["W_1", "b_1"]}, latex)
    assert verdict(network | {"activation": "erf"}, latex).verdict is Verdict.CONFIRMED
    with pytest.raises(InputError, match="called 'nothing'"):
        verdict(network | {"activation": "nothing"}, latex)


OF_A_SMOOTH_NETWORK = """
[networks.net]
family = "fcn"
depth = 1
[networks.smooth]
preset = "fcn"
depth = 1
activation = "erf"
[points]
six = "hexagon"
[formulas.f]
network = "smooth"
text = ["K = 2 * moment(inner + 1) + 2 * slope_moment(inner + 1) * (inner + 1)"]
depth = 1
[[claim]]
id = "c"
network = "NETWORK"
points = "six"
assertion = "lambda_min(printed('f')) > 0"
"""


def test_a_formula_speaks_of_no_network_with_another_activation():
    def reply(network):
        return audit_claim(parse_claims(OF_A_SMOOTH_NETWORK.replace("NETWORK", network).encode()).claims[0])

    assert reply("smooth").verdict == Verdict.CONFIRMED
    with pytest.raises(InputError, match="activation erf: name such a network"):
        reply("net")


@pytest.mark.parametrize("activation", ["identity", "tanh"])
def test_a_network_whose_kernels_have_no_closed_form_takes_no_verdict_of_others_away(activation):
    text = f"""
[formulas.f]
network = {{ preset = "jacot", activation = "{activation}" }}
text = ["Theta(1) = Sigma(1)", "Theta(l + 1) = Theta(l) * slope_moment(Sigma(l)) + 2 * Sigma(l + 1) for l in 1..L"]
[[claim]]
id = "formula"
formula = "f"
[[claim]]
id = "other"
assertion = "1 > 0"
"""
    told, other = audit(parse_claims(text.encode()))
    assert (told.verdict, other.verdict) == ("INCONCLUSIVE", "CONFIRMED")
    assert "formula f cannot be compared with the derived kernel" in told.fault
