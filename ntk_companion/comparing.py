"""Which network of the language a Gram matrix, or a torch module's empirical kernel, is that of; and what is off."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
import sympy

from numerics.data.points import PointSet
from numerics.kernels.gram import FLOAT64, KernelGrams, kernel_grams
from theory.activations import activation_named
from theory.architecture import Architecture, fcn, resnet

Array = np.ndarray

MOST_DEPTH = 8
MOST_DEPTH_OF_OTHERS = 4
OTHERS = (activation_named("erf"), activation_named("leaky", [sympy.Rational(1, 100)]))
"""Activations other than the ReLU that are tried, to a smaller depth."""
TRIED = (
    f"fcn and resnet of scale 1 to depth {MOST_DEPTH}, fcn with erf and leaky:1/100 to depth {MOST_DEPTH_OF_OTHERS},"
    " all with and without biases"
)
"""The networks that are tried, in words."""
LEAST_TESTS = 2
"""How many more independent entries than factors a match needs: else some factors fit any matrix."""
BIASED, UNBIASED = "trained", "none"
LEAST_DIGITS, LOST_DIGITS = 3.0, 1.5
"""Fewer digits, or so many fewer than with another network, are no match."""
LEAST_REORDERED, LEAST_DIGITS_REORDERED = 3, 6.0
"""Points, and digits of eigenvalues, that tell a kernel on points in another order."""
SAME_FACTOR = 1e-3
"""Factors of parts whose logarithms differ by less are one."""
SIGMAS = 6.0
"""How many standard errors a part of a module's kernel must be off to be called so."""


@dataclass(frozen=True)
class Match:
    """A network whose kernel a matrix is, up to factors of its parts.

    kernel   NTK or NNGP
    factors  of the parts by parameter group, of all parts together, or of all but one
    digits   to how many the entries agree, relative to the largest; or the eigenvalues
    in_order  are the points in the order of the matrix, not only in another?
    """

    network: Architecture
    kernel: str
    factors: dict[str, float]
    digits: float
    in_order: bool = True

    @property
    def remarks(self) -> list[str]:
        """What differs from the network's own kernel, a sentence each."""
        told = (
            []
            if self.in_order
            else ["the points seem to be in another order: eigenvalues and diagonal entries are the same"]
        )
        for group, factor in self.factors.items():
            what, _, missing = group.partition(f"{WHOLE} but ")
            if group == OUTPUT_BIAS:
                told += [f"an output bias, {factor:.6g} in every entry"] * (factor > 0)
            elif factor == 0:
                told.append(f"{group} is not trained")
            else:
                told += [f"{missing} is not trained"] * bool(missing)
                what = "the kernel" if missing or group == WHOLE else f"the part of {what}"
                told += [f"{what} is {factor:.6g} times as large"] * (abs(math.log(factor)) >= SAME_FACTOR)
        return told


OUTPUT_BIAS, WHOLE = "output bias", "all"


def networks() -> Iterator[Architecture]:
    """The networks that are tried, the simplest first."""
    for depth in range(1, MOST_DEPTH + 1):
        for bias in (BIASED, UNBIASED):
            yield fcn(depth, bias)
            yield resnet(depth, 1, bias)
            if depth <= MOST_DEPTH_OF_OTHERS:
                yield from (fcn(depth, bias, activation) for activation in OTHERS)


def matches(matrix: Array, points: PointSet) -> list[Match]:
    """The networks whose kernel a symmetric n x n matrix on n points may be, the best first.

    The fewer remarks a match needs the better.
    """
    grams = {network: kernel_grams(network, points, FLOAT64) for network in networks()}
    entries = _rank([part for gram in grams.values() for part in (gram.ntk, gram.nngp, *gram.parts.values())])
    found = []
    for network, gram in grams.items():
        for kernel, parts in _tried(gram, np.ones_like(matrix)):
            if len(parts) + LEAST_TESTS <= entries and _rank(list(parts.values())) == len(parts):
                factors = _factors(matrix, parts)
                fitted = sum((factor * parts[name] for name, factor in factors.items()), np.zeros_like(matrix))
                found.append(Match(network, kernel, factors, _digits(matrix, fitted)))
    best = max((match.digits for match in found), default=0.0)
    good = [match for match in found if match.digits >= max(LEAST_DIGITS, best - LOST_DIGITS)]
    good = good or [match for network, gram in grams.items() for match in _in_other_orders(matrix, network, gram)]
    return sorted(good, key=lambda match: (len(match.remarks), len(match.factors), -round(match.digits)))


def _tried(gram: KernelGrams, ones: Array) -> Iterator[tuple[str, dict[str, Array]]]:
    """The kernels of a network, and the parts of each that may have factors of their own, the fewest first."""
    constant = {OUTPUT_BIAS: ones}
    yield "NTK", {WHOLE: gram.ntk}
    yield "NNGP", {WHOLE: gram.nngp}
    yield "NTK", {WHOLE: gram.ntk} | constant
    yield "NNGP", {WHOLE: gram.nngp} | constant
    yield from (("NTK", {f"{WHOLE} but {name}": gram.ntk - part}) for name, part in gram.parts.items())
    yield "NTK", gram.parts | constant


def _rank(matrices: list[Array]) -> int:
    """How many of some matrices are independent, as far as doubles tell."""
    return int(np.linalg.matrix_rank(np.stack([matrix.ravel() / np.abs(matrix).max() for matrix in matrices])))


def _in_other_orders(matrix: Array, network: Architecture, gram: KernelGrams) -> Iterator[Match]:
    """The kernels with the eigenvalues of a matrix, and its diagonal in another order."""
    for kernel, own in (("NTK", gram.ntk), ("NNGP", gram.nngp)):
        factor = float(np.trace(matrix) / np.trace(own))
        if len(matrix) < LEAST_REORDERED or not 0 < factor < math.inf:
            continue
        pairs = [(np.linalg.eigvalsh(one), np.sort(np.diag(one))) for one in (matrix, factor * own)]
        digits = min(_digits(*sides) for sides in zip(*pairs, strict=True))
        if digits >= LEAST_DIGITS_REORDERED:
            yield Match(network, kernel, {WHOLE: factor}, digits, in_order=False)


def _factors(matrix: Array, parts: dict[str, Array]) -> dict[str, float]:
    """Factors, not negative, of the parts whose sum is nearest to a matrix; tiny ones are zero."""
    columns = np.stack([part.ravel() for part in parts.values()], axis=1)
    sizes = np.linalg.norm(columns, axis=0)
    solution = scipy.optimize.nnls(columns / sizes, matrix.ravel())[0]
    share = solution / max(np.abs(solution).max(), 1e-300)
    return {
        name: float(value / size) if part > 1e-9 else 0.0
        for name, value, size, part in zip(parts, solution, sizes, share, strict=True)
    }


def _digits(matrix: Array, other: Array) -> float:
    """To how many digits two matrices agree, relative to the largest entry; at most 16."""
    distance = float(np.abs(matrix - other).max() / np.abs(matrix).max())
    return min(16.0, -math.log10(distance)) if distance > 0 else 16.0


@dataclass(frozen=True)
class Shape:
    """What a matrix is by itself: its asymmetry, its least eigenvalue, and whether that is zero to its precision."""

    asymmetry: float
    lambda_min: float
    semidefinite: bool


def shape_of(matrix: Array, epsilon: float) -> Shape:
    """The shape of an n x n matrix whose entries are known to a relative error `epsilon`."""
    symmetric = (matrix + matrix.T) / 2
    smallest = float(np.linalg.eigvalsh(symmetric)[0])
    slack = len(matrix) * epsilon * float(np.abs(matrix).max())
    return Shape(float(np.abs(matrix - matrix.T).max()), smallest, smallest >= -slack)


@dataclass(frozen=True)
class Part:
    """A parameter of a module: the group it is taken for, and the factor of its part of the kernel.

    factor, error  the mean over draws and its standard error, relative to the limit's part
    misfit         the largest distance from the limit's part, in standard errors, the factor taken out
    """

    parameter: str
    group: str
    factor: float
    error: float
    misfit: float


@dataclass(frozen=True)
class ModuleKernel:
    """What a torch module is: hidden layers, output bias, logits, and the parts of its empirical kernel.

    last    outputs of its last weight matrix
    frozen  parameters that are not trained, by their names, with the groups they are taken for
    """

    depth: int
    bias: str
    output_bias: bool
    logits: int
    parts: tuple[Part, ...]
    loss: str
    last: int
    frozen: dict[str, str]

    def differences(self, meant: Architecture) -> list[str]:
        """What differs from the network that was meant, a sentence each."""
        told = []
        if self.depth != meant.depth:
            told.append(f"{self.depth} hidden layers, not {meant.depth}")
        has_bias = any(group.name.startswith("b") for group in meant.groups)
        if has_bias != (self.bias == BIASED):
            told.append("no biases in the hidden layers" if has_bias else "biases in the hidden layers")
        if self.output_bias:
            told.append("an output bias")
        if self.logits > 1:
            told.append(f"{self.logits} logits, not one output")
        if self.last > self.logits:
            told.append(
                f"the last layer has {self.last} outputs, the module {self.logits}: logits are added up or left out"
            )
        if self.loss == "mean":
            told.append("a mean loss, not a sum: the flow is slower by the number of points")
        told += [f"{name} ({group}) is not trained" for name, group in self.frozen.items() if group != OUTPUT_BIAS]
        for part in self.parts:
            if part.group == OUTPUT_BIAS:
                continue
            if abs(part.factor - 1) > SIGMAS * part.error:
                told.append(f"the part of {part.parameter} ({part.group}) is {part.factor:.3g} times as large")
            elif part.misfit > SIGMAS:
                told.append(f"the part of {part.parameter} ({part.group}) has another shape")
        return told


def module_kernel(make: Callable[[], Any], points: PointSet, draws: int, seed: int) -> ModuleKernel:
    """The empirical kernel at initialisation of the modules that `make` returns, over `draws` of them.

    `make` returns a torch module from R^d, points (n, d) to outputs (n,) or (n, k), or that and a loss function of
    outputs and labels. Raises ValueError on a module that is no stack of matrices and biases.
    """
    import torch

    inputs = torch.tensor(points.coordinates(FLOAT64))
    torch.manual_seed(seed)
    kernels: dict[str, list[Array]] = {}
    shapes: dict[str, int] = {}
    logits, loss = 1, "not given"
    frozen: list[str] = []
    last = 1
    for _ in range(draws):
        module, objective, outputs = _made(make, inputs)
        logits = outputs.shape[1]
        shapes = {name: value.ndim for name, value in module.named_parameters()}
        last = (
            [value.shape[0] for value in module.parameters() if value.ndim == 2][-1:][0] if 2 in shapes.values() else 1
        )
        frozen = [name for name, value in module.named_parameters() if not value.requires_grad]
        named = {name: value for name, value in module.named_parameters() if value.requires_grad}
        if not named:
            raise ValueError("the module trains no parameter")
        rows = [torch.autograd.grad(output[0], list(named.values()), retain_graph=True) for output in outputs]
        for name, gradients in zip(named, zip(*rows, strict=True), strict=True):
            flat = torch.stack([gradient.ravel() for gradient in gradients])
            kernels.setdefault(name, []).append((flat @ flat.T).numpy())
        loss = _kind_of_loss(objective, outputs) if objective is not None else loss
    groups = _groups(shapes)
    depth = sum(size == 2 for size in shapes.values()) - 1
    if depth < 1:
        raise ValueError("the module has fewer than two weight matrices: it is no network with a hidden layer")
    biased = any(group.startswith("b_") for group in groups.values())
    bias = BIASED if biased else UNBIASED
    limits = kernel_grams(fcn(depth, bias), points, FLOAT64).parts
    limits[OUTPUT_BIAS] = np.ones((len(points), len(points)))
    parts = tuple(_part(name, groups[name], np.stack(found), limits[groups[name]]) for name, found in kernels.items())
    has_output_bias = OUTPUT_BIAS in groups.values()
    return ModuleKernel(
        depth, bias, has_output_bias, logits, parts, loss, last, {name: groups[name] for name in frozen}
    )  # fmt: skip


def _made(make: Callable[[], Any], inputs: Any) -> tuple[Any, Any, Any]:
    """A module in doubles, its loss or None, and its outputs, shape (n, k). Raises ValueError where it fails."""
    import torch

    made = make()
    module, objective = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not isinstance(module, torch.nn.Module):
        raise ValueError(
            f"the function returns a {type(made).__name__}; it is to return a torch module, or that and a loss"
        )
    module = module.double()
    try:
        outputs = module(inputs)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(
            f"the module fails on points of shape {tuple(inputs.shape)}: {error}".splitlines()[0]
        ) from None
    if not isinstance(outputs, torch.Tensor) or len(outputs) != len(inputs):
        raise ValueError(f"the module maps {len(inputs)} points to something else than as many outputs")
    return module, objective, outputs.reshape(len(inputs), -1)


def _groups(shapes: dict[str, int]) -> dict[str, str]:
    """The group each parameter is taken for, by order: a matrix starts a layer, a vector is its bias."""
    last, layer, groups = sum(size == 2 for size in shapes.values()), 0, {}
    for name, size in shapes.items():
        layer += size == 2
        if size not in (1, 2) or layer == 0:
            raise ValueError(f"the parameter {name} is neither a weight matrix nor the bias of one before it")
        groups[name] = f"W_{layer}" if size == 2 else OUTPUT_BIAS if layer == last else f"b_{layer}"
    return groups


def _part(parameter: str, group: str, draws: Array, limit: Array) -> Part:
    """The factor of a part from draws (N, n, n) and its limit (n, n)."""
    factors = (draws * limit).sum(axis=(1, 2)) / (limit * limit).sum()
    factor, error = float(factors.mean()), float(factors.std(ddof=1) / math.sqrt(len(factors)))
    rest = draws - factors[:, None, None] * limit
    spread = rest.std(axis=0, ddof=1) / math.sqrt(len(draws)) + 1e-9 * np.abs(limit).max() * abs(factor)
    return Part(parameter, group, factor, error + 1e-9 * abs(factor), float((np.abs(rest.mean(axis=0)) / spread).max()))


def _kind_of_loss(objective: Any, outputs: Any) -> str:
    """Is a loss a mean or a sum over points: does it stay or double when every point is there twice?"""
    import torch

    scores = outputs[:, 0].detach()
    labels = (torch.arange(len(scores)) % 2).double()
    once, twice = (float(objective(scores.repeat(times), labels.repeat(times))) for times in (1, 2))
    for name, factor in (("mean", 1.0), ("sum", 2.0)):
        if abs(twice - factor * once) <= 1e-9 * abs(twice):
            return name
    return "neither a mean nor a sum over points"
