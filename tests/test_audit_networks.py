"""Claims about networks by a preset's name, an activation or their layers, and about other losses of training."""

import json

import pytest
import sympy

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.audit.syntax.errors import InputError
from numerics.data.points import circle
from numerics.kernels.gram import ntk
from theory.activations import Erf
from theory.presets import cntk, jacot, tirer

HALF = sympy.Rational(1, 2)

OBJECTS = """
[networks.mine]
depth = 2
block = [{ affine = "W", bias = { name = "c", multiplier = "1/2" } }, "erf", { normalise = 2 }]
head = [{ affine = "W" }]

[networks.library]
preset = "jacot"
depth = "L"
beta = "1/2"
activation = "erf"

[networks.residual]
family = "tirer"
depth = 1
scale = "1/2"

[networks.image]
family = "cntk"
depth = 1
image = [2]

[networks.plain]
family = "fcn"
depth = 1
bias = "none"
activation = "tanh"

[networks.polynomial]
family = "fcn"
depth = 1
activation = "polynomial:0,0,1"
"""


def reply_to(assertion, network, points="circle:3", training="", labels=""):
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", f'network = "{network}"']
    lines += [f"points = {json.dumps(points)}"]
    lines += [f"training = {training}", f"labels = {labels or json.dumps('alternating')}"] if training else []
    return audit_claim(parse_claims("\n".join(lines).encode()).claims[0])


def verdict_of(*arguments, **options):
    return reply_to(*arguments, **options).verdict


def between(value):
    return f"in [{value - 1e-9:.12f}, {value + 1e-9:.12f}]"


def test_kernels_of_presets_and_of_layers_are_those_of_the_library():
    one, two = ntk(jacot(1, HALF, Erf()), circle(3))[0, 1], ntk(tirer(1, HALF), circle(3))[0, 1]
    assert verdict_of(f"for all L in 1..1: K(1, 2) {between(one)}", "library") == "CONFIRMED"
    assert verdict_of(f"K(1, 2) {between(two)}", "residual") == "CONFIRMED"
    assert verdict_of(f"K(1, 2) {between(two + 1e-6)}", "residual") == "REFUTED"
    assert verdict_of("part(W_1)(1, 2) < K(1, 2)", "mine") == "CONFIRMED"
    three = ntk(cntk(1, (2,)), circle(3))[0, 1]
    assert verdict_of(f"K(1, 2) {between(three)}", "image") == "CONFIRMED"
    assert verdict_of("lambda_min(K) > 0", "mine") == "CONFIRMED"


def test_parallel_points_make_the_kernel_singular_where_the_network_is_homogeneous_only():
    parallel = [[1, 2], [2, 4]]
    assert verdict_of("lambda_min(K) > 0", "plain", parallel) == "CONFIRMED"
    assert verdict_of("lambda_min(K) = 0", "residual", parallel) == "CONFIRMED"


def test_pre_activations_come_after_a_normalisation_of_the_input_too():
    covariance = 1 / 2 + 1 / 4
    assert verdict_of(f"for all L in 1..2: Sigma(1)(1, 1) {between(covariance)}", "library") == "CONFIRMED"


@pytest.mark.parametrize(
    ("assertion", "network", "points", "said"),
    [("K_at_width(100)(1, 1) > 0", "polynomial", "circle:3", "too heavy tails"),
     ("K(1, 1) > 0", "image", [[1, 2, 3]], "no multiple of the 2 positions"),
     ("K_at_width(100)(1, 1) > 0", "image", "circle:3", "not drawn here"),
     ("Sigma(1)(1, 1) > 0", "image", "circle:3", "no kernel without positions")],
)  # fmt: skip
def test_what_is_not_known_of_such_networks_is_said(assertion, network, points, said):
    with pytest.raises(InputError, match=said):
        reply_to(assertion, network, points)


@pytest.mark.parametrize(
    ("table", "said"),
    [("preset = 'jacot'\ndepth = 1\nscale = 2", "no scale"), ("preset = 'jacot'", "no depth"),
     ("preset = 'jacot'\nfamily = 'fcn'\ndepth = 1", "not both"), ("family = 'cnn'\ndepth = 1", "must be one of"),
     ("depth = 1\nhead = ['relu']", "affine"), ("family = 'fcn'\ndepth = 1\nactivation = 'relux'", "no activation")],
)  # fmt: skip
def test_networks_that_make_no_sense_are_refused(table, said):
    text = f"[networks.a]\n{table}\n[[claim]]\nid = 'c'\nassertion = 'K(1, 1) > 0'\nnetwork = 'a'\npoints = 'circle:2'"
    try:
        reply = audit_claim(parse_claims(text.encode()).claims[0])
    except InputError as error:
        assert said in str(error)
    else:
        assert said in str(reply)


def test_losses_of_training():
    """The squared loss comes to its targets, decay towards zero stops the margins, of the mean of the logistic loss."""

    def of(assertion, until, choices):
        training = f'{{ width = 30, until = "{until}", {choices} }}'
        return verdict_of(assertion, "residual", [[1, 0], [0, 1]], training, "[0, 1]")

    assert of("margin(1, 3) in [0.5, 1.4]", 3, 'loss = "squared"') == "CONFIRMED"
    assert of("margin(1, 3) > 2", 3, 'loss = "squared"') == "REFUTED"
    assert of("margin(1, 30) > 1", 30, 'reduction = "mean"') == "CONFIRMED"
    assert of("margin(1, 3) > 1/2", 3, 'reduction = "mean", weight_decay = 1, towards = "zero"') == "REFUTED"
    softmax = 'loss = "softmax"'
    assert of("margin(1, 30) > 0 and loss(30) < loss(0)", 30, softmax) == "CONFIRMED"
    assert of("loss(30) > loss(0)", 30, softmax) == "REFUTED"
    assert of("drift(30) > 1/100", 30, softmax) == "CONFIRMED"
    assert of("margin(1, 3) > 1", 3, softmax + ', weight_decay = 1, towards = "zero"') == "REFUTED"
    with pytest.raises(InputError, match="loss must be one of"):
        reply_to("loss(1) < 1", "residual", training='{ width = 3, until = 1, loss = "hinge" }')


def test_a_softmax_has_as_many_outputs_as_classes():
    """Three points of three classes come to be told apart; what belongs to one output has no meaning."""
    training = '{ width = 40, until = 100, loss = "softmax" }'
    triangle = [[1, 0], [0, 1], [-1, -1]]

    def of(assertion, labels="[0, 1, 2]"):
        return verdict_of(assertion, "residual", triangle, training, labels)

    assert of("margin(1, 100) > 0 and margin(2, 100) > 0 and margin(3, 100) > 0") == "CONFIRMED"
    assert of("loss(100) > 3") == "REFUTED"
    assert of("trace(K_t(1)) > trace(K_t(0))/2") == "CONFIRMED"
    with pytest.raises(InputError, match="no one output"):
        reply_to("output(1, 1) > 0", "residual", triangle, training, "[0, 1, 2]")
    with pytest.raises(InputError, match="classes from 0 to 9"):
        of("loss(1) < 1", "[0, 1, 10]")
    with pytest.raises(InputError, match="list of 0 and 1"):
        verdict_of("loss(1) < 1", "residual", triangle, "{ width = 3, until = 1 }", "[0, 1, 2]")
