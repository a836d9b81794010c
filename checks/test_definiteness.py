"""Propositions 1-3 of arXiv 2504.11130: the NTK is strictly positive definite."""

from hypothesis import given
from hypothesis import strategies as st

from checks.statements import Hypothesis, Statement, certified, check, counterexample, record, symbolic
from checks.strategies import sample_sets
from numerics.kernels import ntk
from numerics.spectrum import certified_lambda_min
from theory.architecture import fcn

DISTINCT = Hypothesis("distinct points", "x_1, ..., x_n are different")
BIASES = Hypothesis("biases", "every hidden layer has a bias")
P2 = Statement(id="prop:pd-fcn", title="t", source="s", number="n", formula="f", qualification="q", hypotheses=(DISTINCT, BIASES))

@check(P2, fcn, mutants={"flip": lambda depth: fcn(depth, "none")})
@given(points=sample_sets(), depth=st.integers(1, 4))
def test_the_ntk_of_the_fcn_is_positive_definite(claim, points, depth):
    e = certified_lambda_min(lambda system: ntk(claim(depth), points, system), digits=0)
    up=float(e.upper)
    record(certified(True if e.positive else (False if up<1e-40 else None), margin=float(e.lower)))
