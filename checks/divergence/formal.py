"""Which theorem of `theory/proofs` proves which statement of the paper, and in what it says less."""

import sympy

from checks.setups.proofs import proved
from ntk_companion.formal.rules import Definite
from theory.architecture import Architecture, fcn, resnet
from theory.coq import derived_fcn, derived_resnet

FLOW = (
    "The theorem speaks of flows that satisfy (2.7), with every output differentiable in the trained parameters, at "
    "all times but finitely many in each bounded interval, and along which the outputs are continuous: a flow may "
    "cross kinks and not slide along them."
)
LIMIT = (
    "That K is the limit of K_0 as the width grows is cited (eq:3.3), not proved: K is the kernel derived from the "
    "architecture."
)
STEP = "At a time at which every output is differentiable in the trained parameters and (2.7) holds."
LAST_GROUPS = "At least the output weights and the last bias are trained."
ONE_WIDTH = "All hidden layers have the same width m."
BELOW = "An eigenvalue is spoken of by its bounds: l is at most lambda_min(A) just if v' A v >= l |v|^2 for all v."

CLASSES = {
    "thm:1-classes": proved(
        "multiclass_network.theorem_1_fcn_classes", "multiclass_network.theorem_1_resnet_classes", less=FLOW
    ),
    "thm:2-classes": proved(
        "multiclass_network.theorem_2_fcn_classes",
        "multiclass_network.theorem_2_resnet_classes",
        less=f"{FLOW} {LAST_GROUPS} alpha is not 0 in the residual network. {LIMIT}",
    ),
}
LEAST_EIGENVALUE = {
    "lambda-0:separation": proved(
        "least_eigenvalue.least_eigenvalue_fcn", "least_eigenvalue_cases.hexagon_least_eigenvalue", less=BELOW
    ),
}
PROOFS = (
    CLASSES
    | LEAST_EIGENVALUE
    | {
        "def:1": proved("definition_1.definition_1", less=BELOW),
        "lemma:1": proved(
            "definition_1.lemma_1",
            less="The Gaussian moment is its closed form sqrt(K(x, x) K(y, y)) k_1(.) / 2, that moments.moment_1 "
            "proves equal to the integral in polar coordinates.",
        ),
        "lemma:2": proved(
            "power_series.lemma_2",
            less="Points are given by their Gram matrix: ones on its diagonal, less than 1 in modulus off it.",
        ),
        "lemma:3": proved("arccosine.lemma_3", "arccosine_ends.lemma_3_closed", "arccosine.central_binomial_factorial"),
        "lemma:4": proved("definition_1.lemma_4"),
        "lemma:5": proved("definition_1.lemma_5", less="alpha is not 0; the points are phi(x) for different x."),
        "lemma:6": proved("definition_1.lemma_6", less="alpha is not 0; the points are phi(x) for different x."),
        "prop:pd-fcn": proved("definiteness.proposition_2", "agreement.fcn_agrees"),
        "prop:pd-resnet": proved("definiteness.proposition_3", "agreement.resnet_agrees", less="alpha is not 0."),
        "prop:1": proved("definition_1.proposition_1", less="alpha is not 0 in the residual network."),
        "eq:C.1": proved("paper_steps.equation_C_1", less=STEP),
        "eq:C.3": proved("paper_steps.equation_C_1", less=STEP),
        "eq:C.4": proved("paper_steps.equation_C_4"),
        "eq:C.11": proved(
            "paper_steps.equation_C_11",
            less="The last bias is trained, and no pre-activation of the last layer is zero.",
        ),
        "eq:C.14": proved("paper_steps.equation_C_14_wrong", refutes=True)
        + proved("paper_steps.equation_C_14", less=f"Of f(x). {ONE_WIDTH}", corrects=True),
        "eq:C.23": proved("paper_steps.equation_C_23", corrects=True),
        "eq:C.24": proved("paper_steps.equation_C_24", less="With the set of (C.23) put right."),
        "eq:C.10": proved(
            "output_parts.equation_C_10", less="Of the fully connected network, the output weights trained."
        ),
        "eq:C.16": proved("output_parts.equation_C_16_wrong", refutes=True)
        + proved("output_parts.equation_C_16", less=ONE_WIDTH, corrects=True),
        "eq:C.17": proved("output_parts.equation_C_17"),
        "output:sum": proved(
            "output_sums.output_sum_fcn", less=f"{LAST_GROUPS} No pre-activation of the last layer is zero."
        ),
        "output:resnet-sum": proved("output_sums.output_sum_resnet", less=LAST_GROUPS),
        "output:bias-free": proved(
            "bias_free.output_bias_free",
            less="In powers, without roots; all weights are trained, and the output is differentiable in them where "
            "it is taken.",
        ),
        "hypothesis:alpha": proved("mutants.mutant_proposition_3", refutes=True)
        + proved("definiteness.proposition_3", corrects=True),
        "eq:3.8": proved(
            "agreement.k0_agrees",
            "agreement.k1_agrees",
            "moments.moment_0",
            "moments.moment_1",
            less="The Gaussian integral over the plane is taken in polar coordinates.",
        ),
        "eq:3.2": proved("gradient_flow.equation_3_2", less=STEP),
        "eq:C.22": proved(
            "gradient_flow.equation_C_22",
            "dissipation.equation_5_4",
            less=f"{STEP} That V >= 0 is the lemma loss_nonneg, which is not displayed.",
        ),
        "eq:5.4": proved("dissipation.equation_5_4", corrects=True),
        "eq:5.5": proved("gradient_flow.equation_C_22", less=STEP),
        "lemma:7": proved("gap_constants.lemma_7", less=BELOW),
        "gap:sharp": proved("gap_constants.sharp_constant", "gap_constants.sharp_constant_attained", less=BELOW),
        "gap:best": proved(
            "gap_constants.best_constant",
            "gap_constants.best_constant_attained",
            "gap_sharpness.best_constant_sharp",
            less="The inverse of K is a matrix P with K P = I, for a positive semidefinite K.",
        ),
        "gap:label-aware": proved("gap_constants.label_aware_constant", "gap_sharpness.label_aware_sharp"),
        "gap:order": proved(
            "gap_constants.below_best",
            "gap_constants.best_label",
            "gap_constants.label_below",
            less="The order of the constants is proved; that some labelling attains g* is decided on instances only.",
            part=True,
        ),
        "output:fcn": proved("fcn_network.kernel_controls_output", less=LAST_GROUPS),
        "output:resnet": proved("resnet_network.kernel_controls_resnet_output", less=LAST_GROUPS),
        "thm:1": proved("training.theorem_1_fcn", "training.theorem_1_resnet", "theorem_1.lemma_8", less=FLOW),
        "thm:2": proved(
            "training.theorem_2_fcn_printed",
            "fcn_network.theorem_2_fcn",
            "training.theorem_2_fcn_margin",
            less=f"{FLOW} {LAST_GROUPS} {LIMIT}",
        ),
        "thm:2-resnet": proved(
            "training.theorem_2_resnet_printed",
            "resnet_network.theorem_2_resnet",
            "training.theorem_2_resnet_margin",
            less=f"{FLOW} {LAST_GROUPS} alpha is not 0. {LIMIT}",
        ),
        "alternative": proved("alternative.alternative", less=f"{FLOW} The lower limit is spoken of by its bounds."),
        "alternative:gap": proved(
            "training.theorem_2_fcn_initial", "gap_constants.label_below", less=f"{FLOW} {LAST_GROUPS}"
        ),
        "cor:1": proved(
            "corollary_1_resnet.corollary_1_fcn_flow",
            "corollary_1_resnet.corollary_1_resnet_flow",
            less=f"{FLOW} The limit inferior is infinite too; lambda_min(K_t) stays above a positive number.",
        ),
        "envelope:lower": proved(
            "varying_envelope.varying_margin_envelope",
            less="The theorem begins at time 0, which may be any time s of a longer flow. The rate is any continuous "
            "function that gamma_t^2 never falls below; the envelope is stated for each y with y + ln y at most "
            "its exponent.",
        ),
        "envelope:upper": proved(
            "varying_envelope.varying_upper_envelope",
            "upper_envelope.least_margin",
            less="The theorem begins at time 0, which may be any time s of a longer flow. The rate is any continuous "
            "function that the dissipation never exceeds, for the potential of the mean loss; the bound on the "
            "least margin itself is stated for a constant rate.",
            part=True,
        ),
        "remark:1": proved("remark_1.remark_1_needs_bound", refutes=True)
        + proved("remark_1.remark_1", less="The loss is bounded below.", corrects=True),
        "eq:3.6": proved("printed_kernels.equation_3_6_wrong", refutes=True),
        "eq:3.9": proved("printed_kernels.equation_3_9_wrong", refutes=True),
        "eq:3.10": proved("printed_kernels.equation_3_10_wrong", refutes=True),
        "flow:kinks": proved("kinks.mutant_theorem_1_automatic_gram", "kinks.mutant_equation_C_22", refutes=True),
        "thm:2-time": proved(
            "theorem_2.crossing_time",
            less="For a flow whose loss falls at least at the rate u' K_t^r u and whose kernel bounds the output by "
            "a constant c, as the output bounds prove of both networks.",
        ),
        "thm:2-start": proved(
            "training.theorem_2_fcn_initial",
            "training.theorem_2_resnet_initial",
            "theorem_2.crossing_time",
            less=f"{FLOW} {LAST_GROUPS} alpha is not 0 in the residual network.",
        ),
    }
)
"""The proofs of each statement, by its id."""


def _residual(depth: int, scale: sympy.Expr) -> Architecture | None:
    """The network of Proposition 3, whose scale must not be 0."""
    return resnet(depth, scale) if scale.is_nonzero else None


RULES = (
    Definite("prop:pd-fcn", PROOFS["prop:pd-fcn"][0], lambda depth, _: fcn(depth), derived_fcn),
    Definite("prop:pd-resnet", PROOFS["prop:pd-resnet"][0], _residual, derived_resnet),
)
"""By which an auditor uses Propositions 2 and 3."""
