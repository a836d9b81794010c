import pytest
import sympy

from checks.divergence.identities import record_identity
from checks.divergence.test_proofs import neuron_solves_the_flow
from ntk_companion.evidence import Role, Verdict
from ntk_companion.judging import Run, Tally, running
from theory.dynamics import gradient_flow as flow

SIZES = (1, 2, 3, 4)


@pytest.mark.parametrize("size", SIZES)
def test_derivatives_of_the_loss_agree_with_explicit_sums(size):
    values = sympy.symbols(f"f_1:{size + 1}", real=True)
    signs = [sympy.Integer((-1) ** place) for place in range(size)]
    total = sum(flow.logistic.subs(flow.z, sign * value) for sign, value in zip(signs, values, strict=True))
    for place in range(size):
        at = {flow.outputs[flow.j]: values[place], flow.signs[flow.j]: signs[place]}
        assert sympy.simplify(flow.force().subs(at) + sympy.diff(total, values[place])) == 0


@pytest.mark.parametrize("size", SIZES)
def test_the_energy_along_the_flow_agrees_with_the_chain_rule_written_out(size):
    parameters = 2
    margins = sympy.symbols(f"q_1:{size + 1}", real=True)
    slopes = sympy.Matrix(size, parameters, lambda i, k: sympy.Symbol(f"G_{i}{k}", real=True))
    signs = sympy.diag(*((-1) ** place for place in range(size)))
    residuals = sympy.Matrix([flow.residual().subs(flow.z, margin) for margin in margins])
    velocity = signs * slopes * slopes.T * signs * residuals
    energy = -sympy.log(1 - flow.residual())
    written_out = sum(
        sympy.diff(energy, flow.z).subs(flow.z, margin) * speed for margin, speed in zip(margins, velocity, strict=True)
    )
    summand = flow.energy_velocity(energy)
    summed = sum(
        summand.xreplace({
            flow.margins[flow.i]: margins[i], flow.margins[flow.j]: margins[j],
            flow.signs[flow.i]: signs[i, i], flow.signs[flow.j]: signs[j, j],
            flow.slope[flow.i, flow.k]: slopes[i, k], flow.slope[flow.j, flow.k]: slopes[j, k],
        })
        for i in range(size) for j in range(size) for k in range(parameters)
    )  # fmt: skip
    point = {symbol: sympy.Rational(place + 1, 7) for place, symbol in enumerate((*margins, *slopes))}
    assert abs(sympy.N((written_out - summed).subs(point), 30)) < 1e-25


def test_the_residual_is_the_error_of_the_predicted_probability():
    for label in (0, 1):
        margin = (2 * label - 1) * flow.z
        assert sympy.simplify(flow.error(sympy.Integer(label), flow.z) - flow.residual().subs(flow.z, margin)) == 0


def test_the_path_of_a_neuron_at_the_origin_solves_the_flow(monkeypatch):
    assert neuron_solves_the_flow()
    bias, weight = flow.neuron_at_origin()
    monkeypatch.setattr(flow, "neuron_at_origin", lambda: (bias, -weight))
    assert not neuron_solves_the_flow()


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    (
        (sympy.sin(flow.z) ** 2 + sympy.cos(flow.z) ** 2, Verdict.CONFIRMED),
        (1 + flow.z / 10**60, Verdict.REFUTED),
        (1 + flow.z / 10**100, Verdict.REFUTED),
        (1 + sympy.acos(flow.z / 2) + sympy.acos(-flow.z / 2) - sympy.pi, Verdict.INCONCLUSIVE),
    ),
)
def test_identities_are_proved_refuted_or_left_open(claimed, verdict):
    tally = Tally(Role.STATEMENT, refutation_expected=True)
    with running(Run("mine:identity", tally, 0, False)):
        record_identity("identity", claimed, sympy.Integer(1))
    assert set(tally.verdicts) == {verdict}
