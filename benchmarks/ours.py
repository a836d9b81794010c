"""The measurements in this project's own environment; run.py starts one process for each."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
from timing import serve, stopwatch

from theory.architecture import fcn


def kernel(points: str, depth: int, output: str) -> dict[str, Any]:
    """The Gram matrix of the FCN in float64, saved, and its certified lambda_min."""
    from numerics.data.points import float_points
    from numerics.kernels.gram import ntk
    from numerics.kernels.spectrum import certified_lambda_min
    from numerics.numbers.systems import CompiledFloat64

    found = float_points("benchmark", np.load(points))
    network = fcn(depth)
    compiled = CompiledFloat64()
    times = stopwatch(lambda: ntk(network, found, compiled))
    np.save(output, ntk(network, found, compiled))
    times["numpy"] = stopwatch(lambda: ntk(network, found))["seconds"]
    smallest = certified_lambda_min(lambda system: ntk(network, found, system))
    proof = stopwatch(lambda: certified_lambda_min(lambda system: ntk(network, found, system)), most=3)
    bounds = [smallest.lower.str(6, radius=False), smallest.upper.str(6, radius=False)]
    return times | {"spectrum": proof["seconds"], "lambda_min": bounds, "proved": smallest.positive}


def certified(points: str, depth: int, output: str, bits: int) -> dict[str, Any]:
    """The same Gram matrix by balls, rounded to doubles: what errors are measured against."""
    from numerics.data.points import float_points
    from numerics.kernels.gram import ntk
    from numerics.numbers.systems import Balls

    matrix = ntk(fcn(depth), float_points("benchmark", np.load(points)), Balls(bits))
    np.save(output, np.array([[float(ball.mid()) for ball in row] for row in matrix]))
    return {"radius": max(float(ball.rad()) for ball in matrix.flat)}


def certificate(points: str, depth: int) -> dict[str, Any]:
    """The proved lambda_min of the FCN, to 3 digits, once what is derived has been derived."""
    from numerics.data.points import float_points
    from numerics.kernels.gram import ntk
    from numerics.kernels.spectrum import certified_lambda_min

    coordinates, chosen = np.load(points), fcn(depth)

    def prove(count: int) -> None:
        found = float_points("benchmark", coordinates[:count])
        if not certified_lambda_min(lambda system: ntk(chosen, found, system)).has_digits(3):
            raise ArithmeticError("lambda_min is not known to 3 digits")

    prove(300)
    return stopwatch(lambda: prove(len(coordinates)), 5.0)


def balls(points: str, depth: int, digits: int) -> dict[str, Any]:
    """The Gram matrix of the FCN in balls that hold this many digits."""
    from numerics.data.points import float_points
    from numerics.kernels.gram import ntk
    from numerics.numbers.systems import Balls

    found, chosen = float_points("benchmark", np.load(points)), fcn(depth)
    return stopwatch(lambda: ntk(chosen, found, Balls(4 * digits)))


def shell(arguments: str, code: int = 0) -> dict[str, Any]:
    """From Enter to the shell's next prompt."""

    def ask() -> None:
        command = [sys.executable, "-m", "ntk_companion", *arguments.split()]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode != code:
            raise RuntimeError(found.stderr)

    return stopwatch(ask)


def network(points: str, output: str, table: dict[str, Any]) -> dict[str, Any]:
    """The Gram matrix in float64 of a network as a table of TOML says it, saved."""
    from ntk_companion.networks import network_of
    from numerics.data.points import float_points
    from numerics.kernels.gram import ntk

    found, chosen = float_points("benchmark", np.load(points)), network_of(table, "benchmark")
    times = stopwatch(lambda: ntk(chosen, found), 5.0, 3)
    np.save(output, ntk(chosen, found))
    return times


def networks(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """The kernels of several networks, each as `network` has it."""
    return {"found": [network(**case) for case in cases]}


def exact_law(points: str, depth: int, width: int, seconds: float, jobs: int = 1) -> dict[str, Any]:
    """One draw of K_0 from its exact law."""
    from numerics.networks.exact_law import sample_kernels

    coordinates = np.load(points)
    return stopwatch(lambda: sample_kernels(fcn(depth), coordinates, width, 1, 0, jobs=jobs), seconds)


def explicit(points: str, depth: int, width: int, seconds: float) -> dict[str, Any]:
    """One draw of K_0 from an explicit network, weights counted, by layer-wise Gram products."""
    import torch

    from numerics.networks.torch_network import empirical_ntk, initialise

    inputs = torch.from_numpy(np.load(points))
    generator = np.random.default_rng(0)

    def draw() -> Any:
        return empirical_ntk(fcn(depth), initialise(fcn(depth), inputs.shape[1], width, generator), inputs).ntk

    return stopwatch(draw, seconds)


def jacobian(points: str, depth: int, width: int, seconds: float) -> dict[str, Any]:
    """One draw of K_0 from an explicit network, weights counted, by contracting torch.func's Jacobian."""
    import torch

    from numerics.networks.torch_network import forward, initialise

    inputs = torch.from_numpy(np.load(points))
    generator = np.random.default_rng(0)
    network = fcn(depth)

    def draw() -> Any:
        parameters = initialise(network, inputs.shape[1], width, generator)

        def output(values: Any, point: Any) -> Any:
            return forward(network, values, point[None])[0]

        found = torch.func.vmap(torch.func.grad(output), (None, 0))(parameters, inputs)
        return sum(part.flatten(1) @ part.flatten(1).T for part in found.values())

    try:
        return stopwatch(draw, seconds)
    except RuntimeError as error:
        if "memory" in str(error):
            raise MemoryError from error
        raise


JOBS = (kernel, certified, certificate, balls, shell, networks, exact_law, explicit, jacobian)


if __name__ == "__main__":
    serve({job.__name__: job for job in JOBS})
