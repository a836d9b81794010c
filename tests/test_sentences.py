import re

import pytest

from checks.suite import SUITE
from ntk_companion.ledger import is_formal
from ntk_companion.sentences import Piece, pieces
from ntk_companion.suite import catalogue


def formulas(sentence):
    return [piece.text for piece in pieces(sentence) if piece.is_math]


@pytest.mark.parametrize(
    ("typed", "latex"),
    [
        ("alpha^2 |x~|", r"\alpha ^{2}\, \lvert \tilde{x} \rvert"),
        ("lambda_min(K_t) >= 1/2", r"\lambda _{\min}(K_{t}) \ge 1/2"),
        ("|E|_2 <= n max |E_ij|", r"\lvert E \rvert_{2} \le n\, \max \lvert E_{ij} \rvert"),
        ("u' K_t^r u", r"u'\, K_{t}^{r}\, u"),
        ("1 - 1e-06", r"1 - 10^{-6}"),
        ("2.5e-03", r"2.5 \times 10^{-3}"),
        ("theta -> f(x_i; theta)", r"\theta  \to f(x_{i}; \theta )"),
        ("sqrt(K_ii K_jj)", r"\sqrt{K_{ii}\, K_{jj}}"),
        ("f = <df/dz_l, z_l>", r"f = \langle df/dz_{l}, z_{l} \rangle"),
        ("m^(-1/2)", r"m^{-1/2}"),
        ("9*sqrt(2)/8", r"9\,\sqrt{2}/8"),
        ("L* > 0", r"L^{*} > 0"),
        ("G[i, k] = 3/8", r"G_{i, k} = 3/8"),
        ("R^5", r"\mathbb{R}^{5}"),
        ("lambda_min in [0.1, 0.2]", r"\lambda _{\min} \in [0.1, 0.2]"),
        ("[[0.12 +/- 6.7e-7], [0.13 +/- 6.8e-7]]", r"[0.12 \pm 6.7 \times 10^{-7},\; 0.13 \pm 6.8 \times 10^{-7}]"),
        ("[(1,), (2,)]", "[(1), (2)]"),
        ("['0.26', '0.25']", "[0.26, 0.25]"),
        ("-x^2 + x", "-x^{2} + x"),
        ("f'(0) = -infinity", r"f'(0) = -\infty"),
        ("t -> oo", r"t \to \infty"),
        ("|K_at_width(1000) - K(1)|", r"\lvert \operatorname{K\_at\_width}(1000) - K(1) \rvert"),
        ("lambda_min(printed('3.6')) = 2", r"\lambda _{\min}(\operatorname{printed}(3.6)) = 2"),
        ("lambda_min(inner) < max_norm(K)", r"\lambda _{\min}(\mathrm{inner}) < \operatorname{max\_norm}(K)"),
        ("K[lee] - K[arora]", r"K_{\mathrm{lee}} - K_{\mathrm{arora}}"),
        ("alpha^2*k0(u) + k1(u)", r"\alpha ^{2}\,k_{0}(u) + k_{1}(u)"),
        ("dSigma^(h) + n_(l+1)", r"d\Sigma ^{(h)} + n_{l + 1}"),
        ("A'A/m", r"A'A/m"),
        ("k^-(d + 1)", "k^{-(d + 1)}"),
        ("|.| < 1", r"\lvert \cdot \rvert < 1"),
        ("Sigma^h' + x'^2", r"\Sigma ^{h'} + x'^{2}"),
        ("x_i'^(m + 1)", r"x_{i}'^{m + 1}"),
        ("d'K_t d", r"d'K_{t}\, d"),
        ("phi.phi' + 1", r"\phi  \cdot \phi ' + 1"),
        ("E[s's'] + 1", r"\mathbb{E}[s's'] + 1"),
        ("max_ij |E_ij| > dl(q)", r"\max_{ij} \lvert E_{ij} \rvert > dl(q)"),
    ],
)
def test_mathematics_typed_in_ascii_is_read(typed, latex):
    assert pieces(typed) == (Piece(latex, is_math=True),)
    assert formulas(f"so {typed}, as said") == [latex]


@pytest.mark.parametrize(
    "words",
    [
        "A kernel is a sum of parts, and I say so.",
        "label-aware constants, a p-value, K-fold, e.g. this and i.e. that",
        "(2.7) and (C.16) of arXiv 2504.11130, 25 of 30 cases, a factor of 1.02",
        "x^2^3 and x_1_2 have two of a kind, which LaTeX does not set",
        "margins of layer(one two), of words(s) and of l'Hopital",
        "the max over samples, the sum of squares, a sign in an exponent, the dim light",
        "FCN, NTK, L2 and GPT2 are names; do it",
        "/tmp/x_1/y^2.v",
        "of <b>x</b>, FCN <1> and <script>",
    ],
)
def test_words_stay_words(words):
    assert pieces(words) == (Piece(words),)


def test_names_of_programming_languages_are_code_and_end_where_the_sentence_does():
    found = pieces("See gap_constants.lemma_7 (gap_constants.v, line 3), and label_aware.")
    assert [one.text for one in found if one.is_code] == ["gap_constants.lemma_7", "gap_constants.v", "label_aware"]
    assert "".join(one.text for one in found) == "See gap_constants.lemma_7 (gap_constants.v, line 3), and label_aware."


def test_a_symbol_may_be_in_the_genitive():
    assert [(one.text, one.is_math) for one in pieces("theta_in's cosine, it's")] == [
        (r"\theta _{in}", True), ("'s cosine, it's", False)
    ]  # fmt: skip


def test_a_long_sum_is_cut_before_its_signs_outside_of_braces():
    cut = pieces("it is " + " + ".join(f"p_{i}^(a + {i}) q_{i}" for i in range(9)) + " < 1")
    assert (
        cut[1].text == "p_{0}^{a + 0}\\, q_{0}"
        and cut[3].text == "{} + p_{1}^{a + 1}\\, q_{1}"
        and cut[-1].text == "< 1"
    )
    assert all(one.text.count("{") == one.text.count("}") for one in cut if one.is_math)


def test_the_pieces_say_what_the_sentence_says_in_its_order():
    sentence = "For n >= 2 the points x_1, ..., x_n are different (see K's width m)."
    shown = "".join(piece.text for piece in pieces(sentence))
    assert shown == r"For n \ge 2 the points x_{1}, ..., x_{n} are different (see K's width m)."


def test_what_stands_between_dollar_signs_stays_as_it_is():
    assert pieces(r"of $\lambda_0 \& x_1$ and y_1") == (
        Piece("of "), Piece(r"\lambda_0 \& x_1", is_math=True), Piece(" and "), Piece("y_{1}", is_math=True)
    )  # fmt: skip
    assert pieces("costs $5") == (Piece("costs $5"),)


def test_a_long_list_of_points_is_cut_after_commas():
    cut = pieces("points [(1/2, sqrt(3)/2), (-1/2, sqrt(3)/2), (-1, 0), (1, 0), (0, 1)]")
    shown = "".join(piece.text for piece in cut if piece.is_math)
    assert len(cut) > 6 and shown.startswith(r"[(1/2,\sqrt{3}/2),") and shown.endswith("(0,1)]")
    assert all(piece.text.count("{") == piece.text.count("}") for piece in cut)


def test_half_a_formula_is_no_formula():
    assert formulas("ln W(exp(Phi + integral of it))") == [r"\Phi "]
    assert formulas("|K_t - ") == ["K_{t}"]
    assert formulas("{x_1") == ["x_{1}"]


def test_a_long_sentence_is_read_in_time():
    assert len(pieces("(((((((((((((((x_1 " * 200)) > 0


ASCII = re.compile(
    r"[\w)\]|]\^|[A-Za-z]_\w|\|[^|\s]+\||\w [<>]=|->|\bsqrt\("
    r"|(?<![\w:-])(alpha|beta|gamma|delta|theta|kappa|lambda|sigma|phi)(?![\w-])"
)
"""Mathematics that is still as it was typed."""
SIGNS_ON_A_PHONE = 60


def said(entry):
    finding = entry["finding"] or {"sentence": ""}
    yield from (entry[key] for key in ("title", "number", "source", "qualification", "refutation", "confirmation"))
    yield from (finding["sentence"], *entry["hypotheses"].values(), *entry["necessity"].values())
    yield from (mutant[key] for mutant in entry["mutants"] if not is_formal(mutant) for key in ("name", "by"))


def test_no_sentence_of_the_ledger_has_mathematics_in_ascii_or_a_formula_that_no_line_of_a_phone_holds():
    for entry in catalogue(SUITE).values():
        for sentence in (one for one in said(entry) if not entry["id"].startswith("companion:")):
            for piece in pieces(sentence):
                signs = re.sub(r"\\[a-z]+|[{}^_ ]|\\[,;]", "", piece.text) if piece.is_math else ""
                assert len(signs) <= SIGNS_ON_A_PHONE, (entry["id"], piece.text)
                assert piece.is_math or piece.is_code or not ASCII.search(piece.text), (entry["id"], sentence)


OF_THE_MACHINE = re.compile(
    r"\bnp\.|float64\(|\barray\(\[|<function|object at 0x|(?<![\w.])/(tmp|home|root|usr|work|Users)/"
)


def texts(value):
    match value:
        case str():
            yield value
        case dict() | list():
            for inner in value.values() if isinstance(value, dict) else value:
                yield from texts(inner)


def test_no_sentence_of_the_ledger_shows_an_object_of_python_or_a_path_of_a_machine():
    shown = [
        (entry["id"], match[0], text)
        for entry in catalogue(SUITE).values()
        for text in texts(entry)
        if (match := OF_THE_MACHINE.search(text))
    ]
    assert not shown
