"""Several classes: Theorems 1 and 2 under softmax, which the paper does not state; proved in Coq for every case.

That the kernel strays is seen along computed flows too.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
import sympy

from checks.divergence.formal import CLASSES
from checks.divergence.test_classes import one_hot
from checks.divergence.test_crossing import RECORDS, STEPS, axes, gap_to
from checks.setups.trajectories import TWO, errors, first_near, kernel_is_settled, per_session, two_flows
from ntk_companion import Evidence, Kind, Statement, check, numerical, record, session_seed, vacuous
from ntk_companion.formal.items import check_proofs
from numerics.data.points import PointSet
from numerics.flow.trajectory import Trajectory, log10_crossing, tensors
from numerics.kernels.gram import FLOAT64, ntk
from numerics.kernels.spectrum import certified_lambda_min
from numerics.networks.classes import class_kernel, initial_class_arrays
from theory.architecture import Architecture, fcn, resnet, with_trained
from theory.dynamics import envelopes, multiclass

THEOREM_1 = Statement(
    "thm:1-classes",
    "With K classes under softmax every margin tends to infinity while lambda_min of the block kernel stays positive",
    "this suite",
    "Theorem 1 for K classes",
    r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow f_{y_i}(x_i) - f_k(x_i) \to +\infty \ \text{for every } k \ne y_i",
    "Proved, for every number of samples, of classes and of parameters.",
    uses=("thm:1",),
)
THEOREM_2 = Statement(
    "thm:2-classes",
    "With K classes under softmax the block kernel strays from its limit again and again",
    "this suite",
    "Theorem 2 for K classes, (4.3) and (4.4)",
    r"\limsup_t \max_{ab} |K_t - K \otimes I|_{ab} \ge \frac{\lambda_0}{n} \, \frac{K}{4 (K - 1)}",
    "Proved, for both networks at every depth and width. The crossing was seen with 3 classes on two points, FCN with "
    "10^4 neurons and ResNet with 1024, alpha = 1/10; the gap is the smaller one of two Gram matrices, the recorded "
    "and the mean one over the last step, less the flow's own error.",
    uses=("thm:1-classes", "prop:pd-fcn", "prop:pd-resnet", "eq:3.3"),
)

test_theorems_for_several_classes_are_proved = check_proofs(
    (statement, proof) for statement in (THEOREM_1, THEOREM_2) for proof in CLASSES[statement.id]
)


class Case(NamedTuple):
    """A network of so many classes to train on points of different classes, 0, 1, .., to t = 10^log10_until."""

    architecture: Architecture
    points: PointSet
    classes: int
    width: int
    log10_until: float

    @property
    def constant(self) -> float:
        """lambda_0 K / (4 (K - 1) n), from the certified upper bound of lambda_0."""
        lowest = certified_lambda_min(lambda system: ntk(self.architecture, self.points, system)).upper
        values = {
            envelopes.size: len(self.points),
            multiclass.classes: self.classes,
            multiclass.least_eigenvalue: float(lowest),
        }
        return float(sympy.sympify(multiclass.gap_constant()).subs(values))


@per_session
def flow_of(case: Case, member: int = 0) -> Trajectory:
    """The flow of the softmax loss from the session's `member`-th network."""
    inputs = case.points.coordinates(FLOAT64)
    given = (inputs.shape[1], case.width, case.classes, np.random.default_rng((session_seed(), member)))
    start = tensors(initial_class_arrays(case.architecture, *given))
    loss = one_hot(list(range(len(inputs))), case.classes)
    return two_flows(case.architecture, start, inputs, loss, case.log10_until, accuracy=STEPS, recording=RECORDS)[0]


CASES: dict[str, Case] = {
    "3 classes, two points, FCN": Case(fcn(1), TWO, 3, 10_000, 60),
    "3 classes, norms 2 and 3/2, ResNet, alpha = 1/10": Case(
        resnet(1, sympy.Rational(1, 10)), axes(2, Fraction(3, 2)), 3, 1024, 30
    ),
}


def output_weights_alone(case: Case) -> Case:
    """The same with the last weights trained alone: the kernel is constant."""
    return case._replace(architecture=with_trained(case.architecture, ["W_2"]))


def strays(case: Case, what: str) -> Evidence:
    """Did the kernel stray by the constant? REFUTED if it settled before.

    Of the first network that is not that far at the start; VACUOUS if none is.
    """
    constant, limit = case.constant, class_kernel(ntk(case.architecture, case.points), case.classes)
    flow = first_near(lambda member: flow_of(case, member), limit, constant)
    gap = gap_to(limit, flow)
    error = errors(flow, "kernel")
    if gap[0] >= constant:
        return vacuous(Kind.NUMERICAL, f"{what}: {gap[0]:.3g} at the start, the constant is {constant:.3g}")
    crossing = log10_crossing(flow.log_t, gap - error, constant)
    if crossing is not None:
        detail = f"{what}: {constant:.3g} crossed by 10^{crossing:.1f}"
        return numerical(True, detail, margin=float((gap - error).max() - constant))
    never = kernel_is_settled(flow) and bool(np.all(gap + error < constant))
    return numerical(False if never else None, f"{what}: {gap[-1]:.3g} of {constant:.3g}, {flow.status}")


@check(THEOREM_2, None, mutants={"the last weights trained alone": output_weights_alone})
@pytest.mark.parametrize("name", CASES)
def test_the_block_kernel_strays_from_its_limit_along_flows(claim, name):
    record(strays(claim(CASES[name]) if claim else CASES[name], name))
