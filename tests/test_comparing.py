"""Recognising a network by its Gram matrix, or by the kernel of a torch module, and what is off."""

import json
from pathlib import Path

import numpy as np
import pytest

from ntk_companion.cli import main
from ntk_companion.comparing import matches, shape_of
from numerics.data.points import float_points, hexagon
from numerics.kernels.gram import kernel_grams
from theory.activations import activation_named
from theory.architecture import fcn, resnet
from theory.presets import jacot

POINTS = float_points("points", np.random.default_rng(3).normal(size=(6, 3)))
MODULE = """
import math, torch

class Layer(torch.nn.Module):
    def __init__(self, inputs, outputs, biased, gain):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(outputs, inputs))
        if biased:
            self.bias = torch.nn.Parameter(torch.randn(outputs))
        self.gain = gain
    def forward(self, x):
        return self.gain * x @ self.weight.T + (self.bias if hasattr(self, "bias") else 0)

def make():
    widths, layers = [2, 200, 200, 1], []
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers += [Layer(inputs, outputs, OUTPUT_BIAS or outputs > 1, math.sqrt(2 / inputs) if index else 1.0)]
        layers += [torch.nn.ReLU()] * (outputs > 1)
    loss = torch.nn.BCEWithLogitsLoss(reduction=REDUCTION)
    return torch.nn.Sequential(*layers), loss
"""


@pytest.mark.parametrize("network", [fcn(2), fcn(3, "none"), resnet(2, 1)], ids=lambda network: network.name)
def test_a_gram_matrix_is_recognised_to_all_digits_with_its_factor(network):
    gram = kernel_grams(network, POINTS).ntk
    for factor, remarks in ((1.0, []), (1 / 6, ["the kernel is 0.166667 times as large"])):
        best = matches(factor * gram, POINTS)[0]
        assert (best.network.name, best.kernel, best.remarks) == (network.name, "NTK", remarks)
        assert best.digits > 13


def test_a_depth_a_trained_group_and_an_output_bias_that_are_off_are_named():
    grams = kernel_grams(fcn(2), hexagon())
    assert matches(grams.ntk + 1, hexagon())[0].remarks == ["an output bias, 1 in every entry"]
    assert matches(grams.ntk - grams.parts["b_1"], hexagon())[0].remarks == ["b_1 is not trained"]
    assert matches(grams.nngp, hexagon())[0].kernel == "NNGP"
    assert matches(grams.ntk + np.diag(np.arange(6)), hexagon()) == []


def test_factors_are_not_fitted_to_as_many_entries_as_there_are():
    # The hexagon has four different entries, as many as the parts of depth 1 and a constant.
    other = kernel_grams(jacot(2), hexagon()).ntk
    assert matches(other, hexagon()) == []
    two = float_points("two", np.array([[1.0, 0.3], [-0.4, 0.7]]))
    assert matches(kernel_grams(jacot(2), two).ntk, two) == []
    assert matches(np.array([[2.0]]), float_points("one", np.array([[1.0]]))) == []


def test_points_in_another_order_are_seen_and_other_activations_tried():
    gram = kernel_grams(fcn(2), POINTS).ntk
    order = np.array([3, 0, 5, 1, 2, 4])
    best = matches(gram[order][:, order], POINTS)[0]
    assert (best.network.name, best.in_order) == ("FCN, depth 2", False)
    assert "in another order" in best.remarks[0]
    assert matches(gram, POINTS)[0].in_order
    smooth = fcn(2, "trained", activation_named("erf"))
    best = matches(kernel_grams(smooth, POINTS).ntk, POINTS)[0]
    assert (best.network.name, best.remarks) == (smooth.name, [])


def test_a_lopsided_matrix_is_told_and_rounded_entries_are_semidefinite_to_their_precision(tmp_path, capsys):
    gram = kernel_grams(fcn(1, "none"), hexagon()).ntk
    rounded, lopsided = gram.round(5), gram.copy()
    lopsided[0, 1] *= 2
    for matrix, told, not_told in (
        (rounded, ": positive semidefinite to its precision", "not symmetric"),
        (lopsided, "not symmetric: entries differ by up to", "nothing"),
    ):
        np.save(tmp_path / "K.npy", matrix)
        main.main(["compare", "--gram", str(tmp_path / "K.npy"), "--points", "hexagon"])
        out = capsys.readouterr().out
        assert told in out and not_told not in out


def test_single_precision_is_seen_as_such_and_a_negative_eigenvalue_within_it_is_none():
    gram = kernel_grams(fcn(1, "none"), hexagon()).ntk.astype(np.float32)
    shape = shape_of(gram.astype(float), float(np.finfo(np.float32).eps))
    assert shape.semidefinite
    assert not shape_of(gram.astype(float) - np.eye(6), 1e-16).semidefinite
    assert 5 < matches(gram.astype(float), hexagon())[0].digits < 9


@pytest.fixture
def compare(tmp_path, capsys):
    def run(biased, reduction, depth):
        text = MODULE.replace("OUTPUT_BIAS", str(biased)).replace("REDUCTION", repr(reduction))
        (tmp_path / "net.py").write_text(text)
        options = ["--points", "sphere:4,2", "--depth", str(depth), "--draws", "30", "--json"]
        code = main.main(["compare", "--module", f"{tmp_path / 'net.py'}:make", *options])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_module_with_a_layer_too_few_an_output_bias_and_a_mean_loss_is_recognised_as_that(compare):
    code, found = compare(True, "mean", 3)
    assert (code, found["depth"], found["output_bias"], found["loss"]) == (0, 2, True, "mean")
    assert found["differences"] == [
        "2 hidden layers, not 3",
        "an output bias",
        "a mean loss, not a sum: the flow is slower by the number of points",
    ]


def test_a_module_that_is_the_network_meant_differs_in_nothing(compare):
    assert compare(False, "sum", 2)[1]["differences"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--module", "nowhere.py:make"], "write FILE.py:NAME"),
        (["--gram", "k.npy"], "a row each"),
        (["--gram", "zero.npy"], "zeros only"),
        (["--gram", "many.npz"], "many.npz holds no matrix"),
        (["--gram", "short.npy"], "short.npy holds no matrix"),
        (["--gram", "words.csv"], "words.csv holds no matrix"),
        (["--gram", "empty.csv"], "a row each"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(arguments, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("k.npy", np.eye(3))
    np.save("zero.npy", np.zeros((6, 6)))
    np.savez("many.npz", np.eye(6))
    Path("short.npy").write_bytes(Path("zero.npy").read_bytes()[:200])
    Path("words.csv").write_text("1,a")
    Path("empty.csv").write_text("")
    assert main.main(["compare", *arguments, "--points", "hexagon"]) == 2
    told = capsys.readouterr().err
    assert message in told and told.count("\n") == 1


MISTAKES = """
import torch

class Net(torch.nn.Module):
    def __init__(self, outputs=1, inputs=2):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(inputs, 100), torch.nn.ReLU(), torch.nn.Linear(100, outputs, bias=False)
        )
    def forward(self, x):
        return self.layers(x).sum(-1)

def added():
    return Net(3)

def frozen():
    net = Net()
    net.layers[0].weight.requires_grad_(False)
    return net

def number():
    return 3

def wide():
    return Net(1, 5)
"""


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("added", 0, "the last layer has 3 outputs, the module 1: logits are added up or left out"),
        ("frozen", 0, "layers.0.weight (W_1) is not trained"),
        ("number", 2, "the function returns a int"),
        ("wide", 2, "the module fails on points of shape (6, 2)"),
    ],
)
def test_mistakes_in_a_module_are_named(tmp_path, capsys, name, code, told):
    (tmp_path / "net.py").write_text(MISTAKES, encoding="utf-8")
    arguments = ["compare", "--module", f"{tmp_path / 'net.py'}:{name}", "--points", "hexagon", "--draws", "5"]
    assert main.main(arguments) == code
    assert told in "".join(capsys.readouterr())
