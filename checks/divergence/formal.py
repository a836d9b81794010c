"""Which theorem of `theory/proofs` proves which statement of the paper, and in what it says less."""

import sympy

from ntk_companion.formal import Formal
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

INVERSE = "The inverse of K is a matrix P with K P = I, for a positive semidefinite K."
OFF_KINKS = "No pre-activation of a hidden layer is zero at x or x'."
PAIRS = "The points are different, or one and the same."

CLASSES = {
    "thm:1-classes": (
        Formal(
            ("multiclass_network.theorem_1_fcn_classes", "multiclass_network.theorem_1_resnet_classes"),
            FLOW,
        ),
    ),
    "thm:2-classes": (
        Formal(
            ("multiclass_network.theorem_2_fcn_classes", "multiclass_network.theorem_2_resnet_classes"),
            f"{FLOW} {LAST_GROUPS} alpha is not 0 in the residual network. {LIMIT}",
        ),
    ),
}
LEAST_EIGENVALUE = {
    "lambda-0:separation": (
        Formal(("least_eigenvalue.least_eigenvalue_fcn", "least_eigenvalue_cases.hexagon_least_eigenvalue"), BELOW),
    ),
}
PROOFS = (
    CLASSES
    | LEAST_EIGENVALUE
    | {
        "def:1": (Formal(("definition_1.definition_1",), BELOW),),
        "lemma:1": (
            Formal(
                ("definition_1.lemma_1",),
                "The mean is taken wherever the covariance of the pair (g(x), g(x')) is one.",
            ),
        ),
        "lemma:2": (
            Formal(
                ("power_series.lemma_2",),
                "Points are given by their Gram matrix: ones on its diagonal, less than 1 in modulus off it.",
            ),
        ),
        "lemma:3": (
            Formal(("arccosine.lemma_3", "arccosine_ends.lemma_3_closed", "arccosine.central_binomial_factorial")),
        ),
        "lemma:4": (Formal(("definition_1.lemma_4",)),),
        "lemma:5": (Formal(("definition_1.lemma_5",), "alpha is not 0; the points are phi(x) for different x."),),
        "lemma:6": (Formal(("definition_1.lemma_6",), "alpha is not 0; the points are phi(x) for different x."),),
        "prop:pd-fcn": (Formal(("definiteness.proposition_2", "agreement.fcn_agrees")),),
        "prop:pd-resnet": (Formal(("definiteness.proposition_3", "agreement.resnet_agrees"), "alpha is not 0."),),
        "prop:1": (Formal(("definition_1.proposition_1",), "alpha is not 0 in the residual network."),),
        "eq:C.1": (Formal(("paper_steps.equation_C_1",), STEP),),
        "eq:C.3": (Formal(("paper_steps.equation_C_1",), STEP),),
        "eq:C.4": (Formal(("paper_steps.equation_C_4",)),),
        "eq:C.11": (
            Formal(
                ("paper_steps.equation_C_11",),
                "The last bias is trained, and no pre-activation of the last layer is zero.",
            ),
        ),
        "eq:C.14": (
            Formal(("paper_steps.equation_C_14_wrong",), refutes=True),
            Formal(("paper_steps.equation_C_14",), f"Of f(x). {ONE_WIDTH}", corrects=True),
        ),
        "eq:C.23": (Formal(("paper_steps.equation_C_23",), corrects=True),),
        "eq:C.24": (Formal(("paper_steps.equation_C_24",), "With the set of (C.23) put right."),),
        "eq:C.10": (
            Formal(("output_parts.equation_C_10",), "Of the fully connected network, the output weights trained."),
        ),
        "eq:C.16": (
            Formal(("output_parts.equation_C_16_wrong",), refutes=True),
            Formal(("output_parts.equation_C_16",), ONE_WIDTH, corrects=True),
        ),
        "eq:C.17": (Formal(("output_parts.equation_C_17",)),),
        "output:sum": (
            Formal(("output_sums.output_sum_fcn",), f"{LAST_GROUPS} No pre-activation of the last layer is zero."),
        ),
        "output:resnet-sum": (Formal(("output_sums.output_sum_resnet",), LAST_GROUPS),),
        "output:bias-free": (
            Formal(
                ("bias_free.output_bias_free",),
                "In powers, without roots; all weights are trained, and the output is differentiable in them where "
                "it is taken.",
            ),
        ),
        "hypothesis:alpha": (
            Formal(("mutants.mutant_proposition_3",), refutes=True),
            Formal(("definiteness.proposition_3",), corrects=True),
        ),
        "eq:3.8": (
            Formal(
                (
                    "agreement.k0_agrees",
                    "agreement.k1_agrees",
                    "gaussian_means.gaussian_mean_step",
                    "gaussian_means.gaussian_mean_relu",
                ),
            ),
        ),
        "eq:2.7": (Formal(("loss_gradient.equation_2_7",), STEP),),
        "eq:3.2": (
            Formal(
                ("gradient_flow.equation_3_2",),
                STEP,
            ),
        ),
        "eq:C.22": (
            Formal(
                ("gradient_flow.equation_C_22", "dissipation.equation_5_4"),
                f"{STEP} That V >= 0 is the lemma loss_nonneg, which is not displayed.",
            ),
        ),
        "eq:5.4": (Formal(("dissipation.equation_5_4",), corrects=True),),
        "eq:5.5": (
            Formal(
                ("gradient_flow.equation_C_22",),
                STEP,
            ),
        ),
        "lemma:7": (Formal(("gap_constants.lemma_7",), BELOW),),
        "gap:sharp": (Formal(("gap_constants.sharp_constant", "gap_constants.sharp_constant_attained"), BELOW),),
        "gap:best": (
            Formal(
                (
                    "gap_constants.best_constant",
                    "gap_constants.best_constant_attained",
                    "gap_sharpness.best_constant_sharp",
                ),
                INVERSE,
            ),
        ),
        "gap:label-aware": (Formal(("gap_constants.label_aware_constant", "gap_sharpness.label_aware_sharp")),),
        "gap:order": (Formal(("gap_sharpness.gap_order",), f"{INVERSE} {BELOW}"),),
        "output:fcn": (Formal(("fcn_network.kernel_controls_output",), LAST_GROUPS),),
        "output:resnet": (Formal(("resnet_network.kernel_controls_resnet_output",), LAST_GROUPS),),
        "thm:1": (Formal(("training.theorem_1_fcn", "training.theorem_1_resnet", "theorem_1.lemma_8"), FLOW),),
        "thm:2": (
            Formal(
                ("training.theorem_2_fcn_printed", "fcn_network.theorem_2_fcn", "training.theorem_2_fcn_margin"),
                f"{FLOW} {LAST_GROUPS} {LIMIT}",
            ),
        ),
        "thm:2-resnet": (
            Formal(
                (
                    "training.theorem_2_resnet_printed",
                    "resnet_network.theorem_2_resnet",
                    "training.theorem_2_resnet_margin",
                ),
                f"{FLOW} {LAST_GROUPS} alpha is not 0. {LIMIT}",
            ),
        ),
        "alternative": (Formal(("alternative.alternative",), f"{FLOW} The lower limit is spoken of by its bounds."),),
        "alternative:gap": (
            Formal(("training.theorem_2_fcn_initial", "gap_constants.label_below"), f"{FLOW} {LAST_GROUPS}"),
        ),
        "cor:1": (
            Formal(
                ("corollary_1_resnet.corollary_1_fcn_flow", "corollary_1_resnet.corollary_1_resnet_flow"),
                f"{FLOW} The limit inferior is infinite too; lambda_min(K_t) stays above a positive number.",
            ),
        ),
        "envelope:lower": (
            Formal(
                ("varying_envelope.varying_margin_envelope",),
                "The theorem begins at time 0, which may be any time s of a longer flow. The rate is any continuous "
                "function that gamma_t^2 never falls below; the envelope is stated for each y with y + ln y at most "
                "its exponent.",
            ),
        ),
        "envelope:upper": (
            Formal(
                ("varying_envelope.varying_upper_envelope", "varying_envelope.varying_least_margin"),
                "The theorem begins at time 0, which may be any time s of a longer flow. The rate is any continuous "
                "function that no diagonal entry of K_r exceeds; m <= ln W(exp(h)) is stated as exp(m) + m <= h.",
            ),
        ),
        "remark:1": (
            Formal(("remark_1.remark_1_needs_bound",), refutes=True),
            Formal(("remark_1.remark_1",), "The loss is bounded below.", corrects=True),
        ),
        "eq:B.6": (Formal(("printed_series.equation_B_6",)),),
        "eq:B.7": (Formal(("printed_series.equation_B_7",)),),
        "eq:B.8": (
            Formal(("printed_recursion.equation_B_8_wrong",), refutes=True),
            Formal(("printed_recursion.equation_B_8",), corrects=True),
        ),
        "eq:B.9": (Formal(("printed_recursion.equation_B_9",), "Over |x~| |x~'|."),),
        "eq:3.4": (Formal(("printed_recursion.equation_3_4",), LIMIT),),
        "eq:3.5": (Formal(("printed_recursion.equation_3_5",), f"{PAIRS} {LIMIT}"),),
        "eq:3.7": (Formal(("printed_recursion.equation_3_7",), f"{PAIRS} {LIMIT}"),),
        "eq:3.6": (
            Formal(("printed_kernels.equation_3_6_wrong",), refutes=True),
            Formal(("printed_recursion.equation_3_6", "printed_recursion.equation_3_5"), PAIRS, corrects=True),
        ),
        "eq:C.5": (
            Formal(("backward_cases.equation_C_5_wrong",), refutes=True),
            Formal(("backward.equation_C_5",), corrects=True),
        ),
        "eq:C.6": (Formal(("backward.equation_C_6",), OFF_KINKS),),
        "eq:C.7": (
            Formal(("backward_cases.equation_C_7_wrong",), refutes=True),
            Formal(("backward.equation_C_7",), OFF_KINKS, corrects=True),
        ),
        "eq:3.9": (Formal(("printed_kernels.equation_3_9_wrong",), refutes=True),),
        "eq:3.10": (Formal(("printed_kernels.equation_3_10_wrong",), refutes=True),),
        "flow:kinks": (Formal(("kinks.mutant_theorem_1_automatic_gram", "kinks.mutant_equation_C_22"), refutes=True),),
        "thm:2-time": (
            Formal(
                ("theorem_2.crossing_time",),
                "For a flow whose loss falls at least at the rate u' K_t^r u and whose kernel bounds the output by "
                "a constant c, as the output bounds prove of both networks.",
            ),
        ),
        "thm:2-start": (
            Formal(
                ("training.theorem_2_fcn_initial", "training.theorem_2_resnet_initial", "theorem_2.crossing_time"),
                f"{FLOW} {LAST_GROUPS} alpha is not 0 in the residual network.",
            ),
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
