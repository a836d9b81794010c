"""Words about kernels on spheres: their eigenvalues on harmonics for the uniform probability measure, and the decay.

On unit vectors a kernel of a network is a function of the angle. Of one hidden layer without biases the integral is
exact, a polynomial in 1 / pi; else it is enclosed by balls. What eigenvalues of finitely many degrees decay like says
nothing of the limit: `decay_exponent` is not known, and the reply tells what was computed.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import flint
import numpy as np
import sympy

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Node
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number_at
from ntk_companion.audit.values.exact import EXACT, definitions_in, in_parts, with_dimension
from ntk_companion.audit.values.memory import once
from ntk_companion.audit.values.ranges import UNDEFINED, Range, point
from ntk_companion.audit.values.registry import declaring, known_by_structure
from numerics.data.points import rational_points
from numerics.kernels.zonal import enclosed_by_integration, zonal_coefficients
from numerics.numbers.systems import Balls, evaluate
from theory.activations import GaussianMoment
from theory.moments import cosine, gaussian_moment, relu_moment, step_moment, theta
from theory.recursion import closed_form
from theory.zonal import zonal_coefficient

MOST_DIMENSION, MOST_DEGREE, MOST_EXACT_DEGREE = 50, 200, 60
arb = flint.arb
_UNIT = arb(0, 1)
TRIED = (8, 16, 32)
"""Degrees of which, and of the next ones, the decay to twice the degree is told of an exponent that is not known."""
SPHERE = "the sphere"
"""Stands for the points where there are none."""
SLACK = 8
"""Bits by which an integral may miss its goal."""
GUARD = 30
"""Bits of an integration beyond those of its result."""
ANGLE, COSINE = sympy.Symbol("t", real=True), sympy.Symbol("c", real=True)


class _Walk(NamedTuple):
    """A box of angles, and the correlations and the kernel there."""

    angle: flint.acb
    correlations: dict[sympy.Expr, flint.acb]
    kernel: flint.acb


@cache
def _partial(correlation: sympy.Expr) -> list[tuple[sympy.Symbol, sympy.Expr]]:
    return [(symbol, sympy.diff(correlation, symbol)) for symbol in correlation.free_symbols]


@cache
def _slope(power: int) -> sympy.Expr:
    """The derivative of k0 or k1 by the angle."""
    return sympy.expand(sympy.diff(cosine(power), theta))


@dataclass
class Profile:
    """A kernel on unit vectors as an expression in the cosine `COSINE`, and in symbols for k0 and k1 of correlations.

    arcs  these symbols, each with the order of the kernel and its correlation, in the order in which they are needed
    """

    kernel: sympy.Expr = sympy.S.Zero
    arcs: dict[sympy.Symbol, tuple[int, sympy.Expr]] = field(default_factory=dict)

    def moment(
        self, kind: type[GaussianMoment], first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr
    ) -> sympy.Expr:
        """A Gaussian moment of the ReLU on vectors of one length. Raises NoExactValueError on another's."""
        power = {relu_moment: 1, step_moment: 0}.get(kind)
        if power is None or first != second or not first.is_number:
            raise NoExactValueError
        size = gaussian_moment(power).subs(theta, 0) * first**power
        if cross == first:
            return size
        wanted = (power, sympy.expand(cross / first))
        known = {arc: symbol for symbol, arc in self.arcs.items()}
        if wanted not in known:
            known[wanted] = sympy.Symbol(f"k{power}_{len(self.arcs)}", real=True)
            self.arcs[known[wanted]] = wanted
        return size * known[wanted]

    def at(self, angle: flint.acb, holomorphic: bool, system: Balls) -> flint.acb:
        """Its values on a box of angles; not finite where they are asked to be holomorphic and may not be.

        On a box correlations are enclosed by their value in its middle and their slope: by themselves they are known to
        about the size of the box, and the distance from 1 of a correlation is of the order of the square of the angle.
        """
        if not holomorphic:
            return self._walk(angle, False, system, None).kernel
        middle = flint.acb(angle.real.mid(), angle.imag.mid())
        return self._walk(angle, True, system, self._walk(middle, True, system, None)).kernel

    def _walk(self, angle: flint.acb, holomorphic: bool, system: Balls, middle: _Walk | None) -> _Walk:
        """Its values, correlation by correlation; those in the middle of the box given, by their slopes."""
        values, slopes = {COSINE: angle.cos()}, {COSINE: -angle.sin()}
        known = {COSINE: (angle, angle.sin(), flint.acb(1), angle.cos())}
        for symbol, (power, correlation) in self.arcs.items():
            if correlation not in known:
                slope = sum(
                    (evaluate(part, system, values) * slopes[one] for one, part in _partial(correlation)), flint.acb(0)
                )
                value = flint.acb(evaluate(correlation, system, values))
                if middle is not None:
                    value = middle.correlations[correlation] + slope * (angle - middle.angle)
                inner, sine = _angle_and_sine(value, holomorphic)
                known[correlation] = (inner, sine, -slope / sine, value)
            inner, sine, rate, value = known[correlation]
            there = {theta: inner, sympy.sin(theta): sine, sympy.cos(theta): value}
            values[symbol] = evaluate(cosine(power), system, there)
            slopes[symbol] = evaluate(_slope(power), system, there) * rate
        correlations = {correlation: value for correlation, (*_, value) in known.items()}
        return _Walk(angle, correlations, flint.acb(evaluate(self.kernel, system, values)))

    def in_doubles(self, angles: np.ndarray) -> np.ndarray:
        """Its values at N angles in (0, pi), shape (N,), by balls: deep correlations lose half their digits near 0."""
        with flint.ctx.workprec(160):
            system = Balls(160)
            return np.array([float(self.at(flint.acb(float(angle)), False, system).real.mid()) for angle in angles])

    def in_angle(self) -> sympy.Expr | None:
        """A polynomial in `ANGLE`, its sine and cosine; None if correlations other than the inputs' occur."""
        if any(correlation != COSINE for _, correlation in self.arcs.values()):
            return None
        known = {symbol: cosine(power).subs(theta, ANGLE) for symbol, (power, _) in self.arcs.items()}
        return self.kernel.subs(known).subs(COSINE, sympy.cos(ANGLE))


def _angle_and_sine(cosine: flint.acb, holomorphic: bool) -> tuple[flint.acb, flint.acb]:
    """The angle with this cosine, and its sine. A real cosine that rounding left beyond 1 or -1 lies within them."""
    if cosine.imag == 0 and not holomorphic:
        inside = cosine.real.intersection(_UNIT) if cosine.real.is_finite() else _UNIT
        angle = inside.upper().min(arb(1)).acos().union(inside.lower().max(arb(-1)).acos())
        return flint.acb(angle), flint.acb((1 - inside * inside).nonnegative_part().sqrt())
    return cosine.acos(), (1 - cosine * cosine).sqrt(analytic=holomorphic)  # holomorphic together


def profile_of(kernel: Node | str, environment: Environment, dimension: int) -> Profile:
    """A kernel on the unit sphere of R^dimension. Raises MeaninglessError on one that is not known there."""
    found = Profile()
    axis = rational_points("", [[Fraction(int(place == 0)) for place in range(dimension)]])
    there = replace(environment, points=SPHERE, bindings={**environment.bindings, SPHERE: axis})

    def of_cosine(part: Apply) -> sympy.Expr:
        definitions = definitions_in(part, there)
        if definitions.points is not axis:
            raise MeaninglessError(
                "a kernel on the whole sphere is of no point set: name its network alone, as in K[net]"
            )
        if definitions.recursion.image:
            raise NoExactValueError
        inputs = (sympy.Integer(1), COSINE, sympy.Integer(1))
        return closed_form(*with_dimension(definitions), inputs, found.moment)

    try:
        found.kernel = in_parts(kernel, environment, of_cosine, None)
        unknown = found.kernel.free_symbols - {COSINE, *found.arcs}
    except NoExactValueError:
        unknown = {COSINE}
    if unknown:
        raise MeaninglessError(
            "only kernels of ReLU networks are known on the whole sphere, and sums and multiples of them"
        )
    return found


def _setting(node: Apply, environment: Environment) -> tuple[int, list[int]]:
    """The dimension and the degrees that a word is given. Raises MeaninglessError."""
    _, dimension, *degrees = node.arguments
    return whole_number_at(dimension, environment, "the dimension", 2, MOST_DIMENSION), [
        whole_number_at(degree, environment, "a degree", 0, MOST_DEGREE) for degree in degrees
    ]


def exact_eigenvalue(node: Apply, environment: Environment) -> sympy.Expr:
    """The eigenvalue as an expression in pi. Raises NoExactValueError if there is none, or none of low degree."""
    dimension, (degree,) = _setting(node, environment)
    form = profile_of(node.arguments[0], environment, dimension).in_angle()
    if form is None or degree > MOST_EXACT_DEGREE:
        raise NoExactValueError
    place = ("exact eigenvalue", form, dimension, degree)
    environment.budget.charge(10_000)
    return once(environment.memory.values, place, lambda: zonal_coefficient(form, ANGLE, dimension, degree))


declaring(EXACT, vocabulary.HARMONIC)(exact_eigenvalue)


def _eigenvalue(node: Apply, environment: Environment, dimension: int, degree: int) -> arb:
    """A ball around the eigenvalue; one that was wider than it should be is not tried again at more bits."""
    kernel, bits = node.arguments[0], environment.bits
    known: dict[int, arb] = environment.constant(("eigenvalue", kernel, dimension, degree), dict)
    for precision, ball in known.items():
        if precision == bits or (precision < bits and not ball.rad() < arb(2) ** -(precision // 2 - SLACK)):
            return ball
    known[bits] = _found(node, environment, dimension, degree)
    return known[bits]


def _found(node: Apply, environment: Environment, dimension: int, degree: int) -> arb:
    profile = profile_of(node.arguments[0], environment, dimension)
    form = profile.in_angle()
    if form is not None and degree <= MOST_EXACT_DEGREE:
        environment.budget.charge(10_000)
        return evaluate(zonal_coefficient(form, ANGLE, dimension, degree), Balls(environment.bits), {})
    # Near angle 0 deep correlations have roots that lose half the digits, and the integral is divided at every scale.
    environment.budget.charge((200_000 + 10_000 * degree) * (1 + len(profile.arcs)) * max(1, environment.bits // 64))
    system = Balls(environment.bits + GUARD)

    def values(angle: flint.acb, holomorphic: bool) -> flint.acb:
        return profile.at(angle, holomorphic, system)

    with system.working():
        return enclosed_by_integration(values, dimension, degree, system, environment.bits // 2)


@known_by_structure(vocabulary.HARMONIC)
def _harmonic(node: Apply, environment: Environment) -> Range:
    dimension, (degree,) = _setting(node, environment)
    return point(_eigenvalue(node, environment, dimension, degree))


@known_by_structure(vocabulary.DECAY)
def _decay(node: Apply, environment: Environment) -> Range:
    dimension, (low, high) = _setting(node, environment)
    if not 0 < low < high:
        raise MeaninglessError(f"a decay is between two degrees from 1 on, the smaller one first, not {low} and {high}")
    return _between(node, environment, dimension, low, high)


def _between(node: Apply, environment: Environment, dimension: int, low: int, high: int) -> Range:
    ends = [abs(_eigenvalue(node, environment, dimension, degree)) for degree in (high, low)]
    if not all(end > 0 for end in ends):
        return UNDEFINED
    return point((ends[0] / ends[1]).log() / (flint.arb(high) / low).log())


@known_by_structure(vocabulary.DECAY_EXPONENT)
def _exponent(node: Apply, environment: Environment) -> Range:
    """Not known; the decay between degrees that was computed, in doubles, is told."""
    dimension, _ = _setting(node, environment)
    profile = profile_of(node.arguments[0], environment, dimension)
    environment.budget.charge(500_000)
    found = zonal_coefficients(profile.in_doubles, dimension, 2 * TRIED[-1] + 3)
    told = []
    for low, high in ((degree + odd, 2 * degree + odd) for degree in TRIED for odd in (0, 1)):
        if min(abs(found.values[low]), abs(found.values[high])) > 10 * found.error:
            told.append(f"{found.exponent(low, high).value:.3f} from {low} to {high}")
        else:
            told.append(f"nothing known from {low} to {high}")
    environment.note(f"computed were, by degrees: {', '.join(told)}; finitely many say nothing of the limit")
    return UNDEFINED
