"""Identities of the gradient flow: (2.7), (3.2), (5.4), (5.5), (C.1), (C.3), (C.22) of arXiv 2504.11130."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import sympy
import torch

from checks.divergence.cited import CHAIN_RULE
from checks.divergence.identities import printed_statement, record_identity
from ntk_companion import Finding, Hypothesis, Severity, check, numerical, random_seed, record
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from theory.architecture import Architecture, fcn, resnet
from theory.dynamics import gradient_flow as flow
from theory.printed.divergence import PRINTED, Energy

KINK_FREE = Hypothesis(
    "differentiable path", "theta -> f(x_i; theta) is differentiable at theta_t for almost every t, for every i"
)
SYMBOLIC = (
    "A proof for every number of samples and of parameters and every network, under the named hypothesis and the chain "
    "rule along the flow, which is cited: where the flow slides along a kink of the ReLU the identity can fail "
    "(flow:kinks). Also compared on finite networks in doubles, as derivatives in the direction of the flow."
)
V_SIGN = Finding(
    Severity.TYPO,
    "The sign is lost: as printed V is negative and increases along the flow, against (5.5); (C.22) has it right.",
    corrected=r"V(u) = \sum_i "
    + sympy.latex(PRINTED["eq:C.22"].form.density.subs(flow.residual(), sympy.Symbol("u_i", positive=True))),
)
STATEMENTS = {
    name: printed_statement(
        name,
        title,
        SYMBOLIC,
        finding,
        hypotheses=(KINK_FREE,),
        uses=() if name == "eq:2.7" else (CHAIN_RULE.id,),
        revision=2,
    )
    for name, title, finding in (
        ("eq:2.7", "The gradient flow in terms of the residuals", None),
        ("eq:3.2", "The outputs along the flow", None),
        ("eq:C.1", "The residuals along the flow", None),
        ("eq:C.3", "The residuals along the flow, in matrix form", None),
        ("eq:C.22", "The energy V is the loss, and decreases by the quadratic form of K^r", None),
        ("eq:5.4", "The energy V of the sketch", V_SIGN),
        ("eq:5.5", "The energy along the flow, in the sketch", None),
    )
}


def forms(name: str) -> sympy.Expr:
    """The summand as it is printed."""
    return PRINTED[name].form


def label_values(label: int) -> dict[sympy.Basic, sympy.Integer]:
    """y_j, and s_j = 2 y_j - 1 with it."""
    return {
        flow.labels[flow.j]: sympy.Integer(label),
        flow.signs[flow.j]: sympy.Integer(2 * label - 1),
    }


@check(
    STATEMENTS["eq:2.7"],
    forms("eq:2.7"),
    mutants={
        "flipped sign": -forms("eq:2.7"),
        "the labels' sign lost": forms("eq:2.7") / (2 * flow.labels[flow.j] - 1),
        "the loss averaged over two samples": forms("eq:2.7") / 2,
    },
)
def test_flow_in_terms_of_residuals(claim):
    """(2.7) for both labels, the derivative of the loss taken over symbolically many samples."""
    for label in (0, 1):
        claimed, derived = (part.subs(label_values(label)) for part in (claim, PRINTED["eq:2.7"].quantity()))
        record_identity(f"y = {label}", claimed, derived)


FAR = flow.margins[flow.i]
SUMMANDS = {
    "eq:3.2": {
        "flipped sign": -forms("eq:3.2"),
        "the labels' sign lost": forms("eq:3.2") * flow.signs[flow.j],
        "the residual of the other label": forms("eq:3.2").subs(flow.outputs[flow.j], -flow.outputs[flow.j]),
    },
    "eq:C.1": {
        "flipped sign": -forms("eq:C.1"),
        "u_i for u_i (1 - u_i)": forms("eq:C.1") * (1 + sympy.exp(-FAR)),
        "K for K^r": forms("eq:C.1").subs(
            flow.signed_kernel[flow.i, flow.j],
            flow.kernel[flow.i, flow.j],
        ),
    },
}
SUMMANDS["eq:C.3"] = SUMMANDS["eq:C.1"]
SIGNS = {
    flow.signs[flow.i]: sympy.Integer(1),
    flow.signs[flow.j]: sympy.Integer(-1),
}


def judge_summand(name: str, claim: sympy.Expr) -> None:
    """Record whether the summand claimed over samples and parameters is the one that the chain rule gives."""
    record_identity("summands", flow.expanded(claim), PRINTED[name].quantity(), SIGNS)


def summand_check(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The check of a printed sum over samples, with its mutants."""
    return check(STATEMENTS[name], forms(name), mutants=SUMMANDS[name])


@summand_check("eq:3.2")
def test_outputs_along_the_flow(claim):
    """(3.2): the chain rule and the exchange of two finite sums."""
    judge_summand("eq:3.2", claim)


@summand_check("eq:C.1")
def test_residuals_along_the_flow(claim):
    """(C.1), component by component."""
    judge_summand("eq:C.1", claim)


@summand_check("eq:C.3")
def test_residuals_along_the_flow_in_matrix_form(claim):
    """(C.3), the same with K^r written out."""
    judge_summand("eq:C.3", claim)


ENERGY = forms("eq:C.22")


def judge_energy(claim: Energy, with_value: bool) -> None:
    """Record whether dV/dt is as claimed, and (`with_value`) whether V is the loss, a positive number."""
    record_identity("dV/dt", flow.expanded(claim.velocity), flow.energy_velocity(claim.density), SIGNS)
    if with_value:
        assert flow.logistic.is_positive
        value = sympy.expand_log(sympy.simplify(claim.density), force=True)
        record_identity("V, one sample's share", value, flow.logistic)


@check(
    STATEMENTS["eq:C.22"],
    ENERGY,
    mutants={
        "the V of (5.4)": forms("eq:5.4"),
        "flipped sign of the form": replace(ENERGY, velocity=-ENERGY.velocity),
        "K for K^r": replace(
            ENERGY,
            velocity=ENERGY.velocity.subs(
                flow.signed_kernel[flow.i, flow.j],
                flow.kernel[flow.i, flow.j],
            ),
        ),
    },
)
def test_energy_is_the_loss_and_decreases(claim):
    """(C.22): its two claims on V."""
    judge_energy(claim, with_value=True)


@check(
    STATEMENTS["eq:5.4"],
    forms("eq:5.4"),
    corrected=ENERGY,
    mutants={
        "twice the loss": replace(ENERGY, density=2 * ENERGY.density),
        "u for 1 - u": replace(ENERGY, density=-sympy.log(flow.residual())),
    },
)
def test_energy_of_the_sketch(claim):
    """(5.4), as the V that (5.5) speaks of."""
    judge_energy(claim, with_value=True)


@check(
    STATEMENTS["eq:5.5"],
    forms("eq:5.5"),
    mutants={
        "the V of (5.4)": forms("eq:5.4"),
        "a factor 2": replace(ENERGY, velocity=2 * ENERGY.velocity),
    },
)
def test_energy_along_the_flow_in_the_sketch(claim):
    """(5.5), with V the loss."""
    judge_energy(claim, with_value=False)


# The same on finite networks: the derivative of the outputs in the direction of the flow, against the kernel.

WIDTH = 16
NETWORKS = (fcn(2), fcn(3, "none"), resnet(2, sympy.Rational(1, 2)))
LABELS = np.array([0, 1, 1, 0])
SIGNS_OF_DATA = 2.0 * LABELS - 1


def along_the_flow(architecture: Architecture, purpose: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f(x_i), df(x_i)/dt along the flow of the loss, and K_t(x_i, x_j), of one random network.

    Shapes: (n,), (n,) and (n, n). The derivative is that of f in the direction -grad L, by differentiation of the loss
    and of f: no kernel enters.
    """
    generator = np.random.default_rng(random_seed(purpose))
    parameters = initialise(architecture, 3, WIDTH, generator)
    inputs = torch.from_numpy(generator.standard_normal((len(LABELS), 3)))
    leaves = {name: tensor.requires_grad_() for name, tensor in parameters.items()}
    outputs = forward(architecture, leaves, inputs)
    loss = torch.nn.functional.softplus(-torch.from_numpy(SIGNS_OF_DATA) * outputs).sum()
    velocity = [-gradient for gradient in torch.autograd.grad(loss, list(leaves.values()), retain_graph=True)]
    # The gradient of c -> <sum_i c_i grad f(x_i), velocity> is the directional derivative.
    weights = torch.zeros_like(outputs, requires_grad=True)
    pulled = torch.autograd.grad(outputs, list(leaves.values()), weights, create_graph=True)
    product = sum(((one * other).sum() for one, other in zip(pulled, velocity, strict=True)), torch.zeros(()))
    (derivative,) = torch.autograd.grad(product, weights)
    kernel = empirical_ntk(architecture, parameters, inputs).ntk
    return outputs.detach().numpy(), derivative.numpy(), kernel.numpy()


def summed(claim: sympy.Expr, outputs: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A summand over samples j as its sum, for each sample i, in doubles: shape (n,).

    `outputs` has the shape (n,), `kernel` is n x n.
    """
    margins = SIGNS_OF_DATA * outputs
    columns = {flow.signs: SIGNS_OF_DATA, flow.outputs: outputs, flow.margins: margins}
    values = {base[flow.i]: column[:, None] for base, column in columns.items()}
    values |= {base[flow.j]: column[None, :] for base, column in columns.items()}
    values[flow.kernel[flow.i, flow.j]] = kernel
    values[flow.signed_kernel[flow.i, flow.j]] = np.outer(SIGNS_OF_DATA, SIGNS_OF_DATA) * kernel
    symbols = {quantity: sympy.Symbol(f"v{place}") for place, quantity in enumerate(values)}
    return sympy.lambdify(list(symbols.values()), claim.xreplace(symbols))(*values.values()).sum(axis=1)


def from_outputs(name: str, outputs: np.ndarray, derivative: np.ndarray) -> np.ndarray:
    """What the claim is about, computed from the outputs and their derivative, all (n,): no kernel enters.

    All arrays have the shape (n,).
    """
    residuals = 1 / (1 + np.exp(SIGNS_OF_DATA * outputs))
    return {
        "eq:3.2": derivative,
        "eq:C.1": -residuals * (1 - residuals) * SIGNS_OF_DATA * derivative,
        "eq:C.22": -residuals * SIGNS_OF_DATA * derivative,
    }[name]


def judge_on_networks(name: str, claim: sympy.Expr) -> None:
    """Record whether the claimed sum is the derivative along the flow on random finite networks, to 1e-9."""
    for architecture in NETWORKS:
        outputs, derivative, kernel = along_the_flow(architecture, architecture.name)
        found = from_outputs(name, outputs, derivative)
        claimed = summed(claim, outputs, kernel)
        error = np.abs(claimed - found).max() / np.abs(found).max()
        detail = f"{architecture.name}, width {WIDTH}: relative difference {error:.1e}; rounding is below 1e-9"
        record(numerical(bool(error < 1e-9), detail, margin=float(1e-9 - error) if error < 1e-9 else None))


def network_check(name: str, claim: sympy.Expr, mutants: dict[str, sympy.Expr]) -> Callable[..., Callable[..., None]]:
    """The check of a sum over samples on finite networks."""
    return check(STATEMENTS[name], partial(judge_on_networks, name, claim), mutants={
        title: partial(judge_on_networks, name, mutant) for title, mutant in mutants.items()
    })  # fmt: skip


@network_check("eq:3.2", forms("eq:3.2"), SUMMANDS["eq:3.2"])
def test_outputs_of_networks_along_the_flow(claim):
    """(3.2) on finite networks."""
    claim()


@network_check("eq:C.1", forms("eq:C.1"), SUMMANDS["eq:C.1"])
def test_residuals_of_networks_along_the_flow(claim):
    """(C.1) on finite networks."""
    claim()


@network_check("eq:C.22", ENERGY.velocity, {"flipped sign": -ENERGY.velocity})
def test_energy_of_networks_along_the_flow(claim):
    """(C.22) on finite networks, one sample's share of dV/dt at a time."""
    claim()
