"""(2.1) and (2.2) of arXiv 2504.11130 typed by hand in torch, their parameter gradients by autograd.

Nothing here comes from our packages, so that a mistake in an architecture value cannot be shared.
"""

import math

import torch


def relu(values):
    return torch.where(values > 0, values, torch.zeros_like(values))


def fcn_output(parameters, x, depth, biased=True):
    """f(x) of (2.1) for one input x: a_l = sqrt(2/m_l) relu(W_l a_{l-1} + b_l), f = W_{L+1} a_L."""
    a = x
    for layer in range(1, depth + 1):
        weight = parameters[f"W_{layer}"]
        z = weight @ a + (parameters[f"b_{layer}"] if biased else 0.0)
        a = math.sqrt(2 / weight.shape[0]) * relu(z)
    return (parameters[f"W_{depth + 1}"] @ a)[0]


def resnet_output(parameters, x, depth, alpha, biased=True):
    """f(x) of (2.2) for one input x."""
    width = parameters["A"].shape[0]
    a = math.sqrt(1 / width) * (parameters["A"] @ x + (parameters["b"] if biased else 0.0))
    for layer in range(1, depth + 1):
        b = parameters[f"b_{layer}"] if biased else 0.0
        d = parameters[f"d_{layer}"] if biased else 0.0
        t = math.sqrt(2 / width) * relu(parameters[f"W_{layer}"] @ a + b)
        a = a + alpha * math.sqrt(1 / width) * (parameters[f"V_{layer}"] @ t + d)
    return (parameters[f"W_{depth + 1}"] @ a)[0]


def fcn_parameters(dimension, width, depth, generator, biased=True):
    """Every entry of every W and b is N(0, 1)."""
    sizes = [dimension] + [width] * depth
    parameters = {}
    for layer in range(1, depth + 1):
        parameters[f"W_{layer}"] = standard_normal((width, sizes[layer - 1]), generator)
        if biased:
            parameters[f"b_{layer}"] = standard_normal((width,), generator)
    parameters[f"W_{depth + 1}"] = standard_normal((1, width), generator)
    return parameters


def resnet_parameters(dimension, width, depth, generator, biased=True):
    """Everything is N(0, 1) except b_l and d_l, l >= 1, which start at 0."""
    parameters = {"A": standard_normal((width, dimension), generator)}
    if biased:
        parameters["b"] = standard_normal((width,), generator)
    for layer in range(1, depth + 1):
        parameters[f"W_{layer}"] = standard_normal((width, width), generator)
        parameters[f"V_{layer}"] = standard_normal((width, width), generator)
        if biased:
            parameters[f"b_{layer}"] = torch.zeros(width, dtype=torch.float64)
            parameters[f"d_{layer}"] = torch.zeros(width, dtype=torch.float64)
    parameters[f"W_{depth + 1}"] = standard_normal((1, width), generator)
    return parameters


def standard_normal(shape, generator):
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def kernel_parts(output, parameters, inputs, trained):
    """<df/dp(x_i), df/dp(x_j)> for each trained p from the autograd Jacobian; `output`: (p, x) -> f(x)."""
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in parameters.items()}
    jacobians = {name: [] for name in trained}
    for x in inputs:
        gradients = torch.autograd.grad(output(leaves, x), [leaves[name] for name in trained])
        for name, gradient in zip(trained, gradients, strict=True):
            jacobians[name].append(gradient.reshape(-1))
    return {name: torch.stack(rows) @ torch.stack(rows).T for name, rows in jacobians.items()}


def batched_kernel_parts(output, draw, inputs, trained, draws, seed):
    """Kernel parts and outputs of many networks at once, numpy arrays (draws, n, n) and (draws, n)."""
    generator = torch.Generator().manual_seed(seed)
    networks = [draw(generator) for _ in range(draws)]
    stacked = {name: torch.stack([network[name] for network in networks]) for name in networks[0]}

    def jacobian(parameters):
        one = torch.func.grad_and_value(output)
        return torch.func.vmap(one, in_dims=(None, 0))(parameters, inputs)

    gradients, outputs = torch.func.vmap(jacobian)(stacked)
    parts = {}
    for name in trained:
        rows = gradients[name].flatten(start_dim=2)
        parts[name] = (rows @ rows.transpose(1, 2)).numpy()
    return parts, outputs.numpy()
