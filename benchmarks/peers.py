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


ACTIVATIONS = {
    "relu": stax.Relu,
    "leaky:1/10": lambda: stax.LeakyRelu(0.1),
    "abs": stax.Abs,
    "erf": stax.Erf,
    "gelu": lambda: stax.Gelu(approximate=False),
    "sin": stax.Sin,
    "cos": stax.Cos,
    "exp": stax.Exp,
    "polynomial:0,1,1/2": lambda: stax.Polynomial((0.0, 1.0, 0.5)),
}
"""What `stax` has of the activations."""


def dense(depth, activation, first, weight, bias):
    """L hidden layers of W_std `first`, then `weight`, biases of b_std `bias` everywhere; None: there are none."""
    layers = []
    for index in range(depth):
        layers += [stax.Dense(1, W_std=weight if index else first, b_std=bias), ACTIVATIONS[activation]()]
    return stax.serial(*layers, stax.Dense(1, W_std=weight, b_std=bias))


def residual(depth, activation, first, weight, scale):
    """h + scale weight V s(W h), no biases."""
    branch = [stax.Dense(1), ACTIVATIONS[activation](), stax.Dense(1, W_std=scale * weight)]
    block = [stax.FanOut(2), stax.parallel(stax.Identity(), stax.serial(*branch)), stax.FanInSum()]
    return stax.serial(stax.Dense(1, W_std=first), *block * depth, stax.Dense(1))


def convolutional(depth, activation, image, channels, padding, pooled):
    """The CNTK of Arora et al. 2019 with filters of 3: inputs not scaled, the features divided by the filter's size."""
    count = 3 ** len(image)
    mode = {"zero": "SAME", "circular": "CIRCULAR"}[padding]
    layers = []
    for index in range(depth):
        strength = 2.0 if index else float(channels * count)
        layers += [stax.Conv(1, (3,) * len(image), padding=mode, W_std=strength**0.5), ACTIVATIONS[activation]()]
    last = 2.0 / count * (1 if pooled else int(np.prod(image)))
    return stax.serial(*layers, stax.GlobalAvgPool() if pooled else stax.Flatten(), stax.Dense(1, W_std=last**0.5))


def network(points, output, kind, shape=(), **choices):
    """The NTK's Gram matrix of a network by `stax`, or by scikit-ntk, in float64, saved."""
    inputs = np.load(points)
    if kind == "scikit-ntk":
        from skntk import NeuralTangentKernel

        evaluate = NeuralTangentKernel(**choices)
    else:
        kernel_of = {"dense": dense, "residual": residual, "convolutional": convolutional}[kind](**choices)[2]
        inputs = inputs.reshape(len(inputs), *shape, -1) if shape else inputs
        compiled = jax.jit(lambda x: kernel_of(x, None, "ntk"))
        evaluate = lambda x: jax.block_until_ready(compiled(x))  # noqa: E731
    times = stopwatch(lambda: evaluate(inputs), 5.0, 2)
    np.save(output, np.asarray(evaluate(inputs)))
    return times


def networks(cases):
    """The kernels of several networks, each as `network` has it."""
    return {"found": [network(**case) for case in cases]}


if __name__ == "__main__":
    serve({job.__name__: job for job in (kernel, structured, networks)})
