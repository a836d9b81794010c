"""Gaussian integrals of smooth functions in closed form, derived.

(u, v) is centred Gaussian with variances p, r and covariance c. Sums of terms z^k exp(q z^2 + l z), l perhaps
imaginary, among them polynomials, exp, sin, cos and the Gaussian bell, have their moments from one Gaussian integral,
by completing the square,

    E[exp(-a u^2 - b v^2 + s u + t v)] = det(1 + K D)^(-1/2) exp(w'(1 + K D)^-1 K w / 2),

K = [[p, c], [c, r]], D = diag(2 a, 2 b), w = (s, t): powers of u and v are derivatives by s and t. Functions whose
derivatives, in the end, are such sums (erf, the GELU) have closed moments too, which are proved by differentiation: for
smooth functions of moderate growth

    d/dc E[f(u) g(v)] = E[f'(u) g'(v)],    d/dp E[f(u)] = E[f''(u)] / 2    (Price 1958).
"""

from functools import cache
from typing import NamedTuple

import sympy

from theory.activations.activation import z

p, r = sympy.symbols("p r", positive=True)
"""The variances of u and v."""
c = sympy.Symbol("c", real=True)
"""The covariance of u and v."""

_s, _t = sympy.symbols("s t")
_q = sympy.Symbol("q", positive=True)
_determinant = sympy.Symbol("Delta", positive=True)


class _Term(NamedTuple):
    """coefficient z^power exp(square z^2 + linear z)."""

    coefficient: sympy.Expr
    power: int
    square: sympy.Expr
    linear: sympy.Expr


class NotElementaryError(ValueError):
    """The function is not a sum of the terms that have a Gaussian integral here."""


@cache
def closed_moment(function: sympy.Expr) -> sympy.Expr:
    """E[f(u) f(v)] for f(z) = `function`, an expression in `p`, `c` and `r`.

    Raises NotElementaryError if f is no sum of the terms above.
    """
    terms = _terms(function)
    total = sympy.expand(sympy.Add(*(_term_moment(one, two) for one in terms for two in terms)))
    return sympy.powsimp(total, combine="exp")


def prove_moment(function: sympy.Expr, form: sympy.Expr) -> None:
    """Raise ArithmeticError unless `form` is E[f(u) f(v)], f(z) = `function`, of which a derivative is such a sum.

    By Price's theorem it is, if its derivatives by c are the moments of the derivatives of f: at c = 0, where u and v
    are independent, up to the order at which the moment is an integral above, and there for every c.
    """
    for _ in range(3):
        try:
            moment = closed_moment(function)
        except NotElementaryError:
            mean = closed_mean(function)
            _vanishes(form.subs(c, 0) - mean * mean.subs(p, r))
            function, form = sympy.diff(function, z), sympy.diff(form, c)
        else:
            return _vanishes(form - moment)
    raise ArithmeticError(f"no derivative of {function} has a Gaussian integral that is known")


def _vanishes(expression: sympy.Expr) -> None:
    """Raise ArithmeticError unless the expression is proved to be zero: its numerator is, its roots as symbols."""
    first, second = sympy.symbols("q_1 q_2", positive=True)
    for shift in (1, sympy.Rational(1, 2)):  # q_1^2 is 1 + p or 1 + 2 p, of which the bell and erf have roots
        roots: dict[sympy.Symbol, sympy.Expr] = {}
        written = _without_roots(expression.subs({p: shift * (first**2 - 1), r: shift * (second**2 - 1)}), roots)
        numerator = sympy.fraction(sympy.cancel(written))[0]
        for symbol, square in roots.items():
            numerator = sympy.rem(numerator, symbol**2 - square, symbol)
        if sympy.expand(numerator) == 0:
            return
    raise ArithmeticError(f"{expression} should vanish, and is not proved to")


def _without_roots(expression: sympy.Expr, roots: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """The expression with a symbol for the root of every sum in c; `roots` takes the sums."""

    def written(power: sympy.Expr) -> sympy.Expr:
        top, bottom = sympy.fraction(sympy.together(power.base))
        top = sympy.expand(top)
        symbol = sympy.Symbol(f"root({top})")
        roots[symbol] = top
        return symbol ** (2 * power.exp) / sympy.factor(bottom) ** power.exp

    return expression.replace(
        lambda node: node.is_Pow and node.exp.is_Rational and node.exp.q == 2 and node.base.has(c), written
    )


@cache
def closed_mean(function: sympy.Expr) -> sympy.Expr:
    """E[f(u)], an expression in `p`. Raises NotElementaryError as `closed_moment` does."""
    return _closed_mean(function, 2)


def _closed_mean(function: sympy.Expr, derivatives: int) -> sympy.Expr:
    if sympy.expand(function + function.subs(z, -z)) == 0:
        return sympy.Integer(0)
    try:
        return sympy.Add(*(_term_mean(term) for term in _terms(function)))
    except NotElementaryError:
        if not derivatives:
            raise
    bend = _closed_mean(sympy.diff(function, z, 2), derivatives - 2) / 2
    roots = [power.base for power in bend.atoms(sympy.Pow) if power.exp.is_Rational and power.exp.q == 2]
    rate = sympy.diff(next((base for base in roots if base.has(p)), p), p)
    # In q = sqrt(1 + rate p) the integrand is rational.
    integrand = sympy.powdenest(sympy.expand(bend).subs(p, (_q**2 - 1) / rate), force=True) * 2 * _q / rate
    whole = sympy.integrate(sympy.cancel(integrand), (_q, 1, _q))
    return function.subs(z, 0) + sympy.factor(whole).subs(_q, sympy.sqrt(1 + rate * p))


@cache
def _terms(function: sympy.Expr) -> tuple[_Term, ...]:
    """The function as a sum. Raises NotElementaryError."""
    expanded = sympy.expand(function.rewrite(sympy.exp))
    return tuple(_term(term) for term in sympy.Add.make_args(expanded))


def _term(product: sympy.Expr) -> _Term:
    coefficient, rest = product.as_independent(z, as_Add=False)
    power, exponent = 0, sympy.Integer(0)
    for factor in sympy.Mul.make_args(rest):
        if isinstance(factor, sympy.exp):
            exponent += factor.args[0]
        elif factor.is_polynomial(z) and factor.as_base_exp()[0] == z:
            power += int(factor.as_base_exp()[1])
        elif factor != 1:
            raise NotElementaryError(f"{product} is not a power times the exponential of a quadratic")
    if not exponent.is_polynomial(z) or sympy.degree(exponent, z) > 2:
        raise NotElementaryError(f"{product} is not a power times the exponential of a quadratic")
    parts = sympy.Poly(exponent, z)
    square, linear, constant = (parts.coeff_monomial(z**order) for order in (2, 1, 0))
    return _Term(coefficient * sympy.exp(constant), power, square, linear)


def _term_moment(one: _Term, two: _Term) -> sympy.Expr:
    """E[one(u) two(v)]: derivatives by s and t of the integral above. The squares must not be positive."""
    covariance, shift = sympy.Matrix([[p, c], [c, r]]), sympy.Matrix([_s, _t])
    mixing = sympy.eye(2) - covariance * sympy.diag(2 * one.square, 2 * two.square)
    exponent = sympy.expand((shift.T * mixing.adjugate() * covariance * shift)[0] / 2)
    generating = sympy.exp(exponent / _determinant) / sympy.sqrt(_determinant)
    derived = sympy.diff(generating, *[_s] * one.power, *[_t] * two.power) if one.power + two.power else generating
    value = derived.subs({_s: one.linear, _t: two.linear})
    return sympy.expand(one.coefficient * two.coefficient * value).subs(_determinant, sympy.expand(mixing.det()))


def _term_mean(term: _Term) -> sympy.Expr:
    spread = 1 - 2 * term.square * p
    generating = sympy.exp(_s**2 * p / (2 * spread)) / sympy.sqrt(spread)
    derived = sympy.diff(generating, *[_s] * term.power) if term.power else generating
    return sympy.expand(term.coefficient * derived.subs(_s, term.linear))
