"""The measurements of neural-tangents, in the peers' environment; run.py starts one process for each."""

import sys
import types

# The package imports its tensorflow bridge, which nothing here uses, whether or not tensorflow is there.
sys.modules.setdefault("neural_tangents.experimental", types.ModuleType("neural_tangents.experimental"))

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import neural_tangents  # noqa: E402
import numpy as np  # noqa: E402
from neural_tangents import stax  # noqa: E402
from timing import serve, stopwatch  # noqa: E402


def fcn(dimension, width, depth):
    """The fully connected network of arXiv 2504.11130 (2.1): in `stax` a layer is W_std / sqrt(inputs) W a + b."""
    layers = [stax.Dense(width, W_std=dimension**0.5, b_std=1.0), stax.Relu()]
    layers += [stax.Dense(width, W_std=2**0.5, b_std=1.0), stax.Relu()] * (depth - 1)
    return stax.serial(*layers, stax.Dense(1, W_std=2**0.5, b_std=None))


def kernel(points, depth, output):
    """The Gram matrix in float64, saved, and its smallest eigenvalue in float64."""
    inputs = np.load(points)
    kernel_of = fcn(inputs.shape[1], 1, depth)[2]
    compiled = jax.jit(lambda x: kernel_of(x, None, "ntk"))
    times = stopwatch(lambda: jax.block_until_ready(compiled(inputs)))
    matrix = np.asarray(compiled(inputs))
    np.save(output, matrix)
    finite = bool(np.isfinite(matrix).all())
    smallest = float(np.linalg.eigvalsh(matrix)[0]) if finite else float("nan")
    spectrum = stopwatch(lambda: np.linalg.eigvalsh(matrix) if finite else None)["seconds"]
    return times | {"spectrum": times["seconds"] + spectrum, "lambda_min": repr(smallest)}


def structured(points, depth, width, seconds):
    """One draw of K_0, weights counted, by structured derivatives."""
    inputs = np.load(points)
    initialise, apply, _ = fcn(inputs.shape[1], width, depth)
    method = neural_tangents.NtkImplementation.STRUCTURED_DERIVATIVES
    empirical = jax.jit(neural_tangents.empirical_ntk_fn(apply, implementation=method))
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 1000))

    def draw():
        parameters = initialise(next(keys), (-1, inputs.shape[1]))[1]
        return jax.block_until_ready(empirical(inputs, None, parameters))

    return stopwatch(draw, seconds)


if __name__ == "__main__":
    serve({job.__name__: job for job in (kernel, structured)})
