"""Networks by options and in TOML, and the command that derives them."""

import json

import numpy as np
import pytest
import sympy

from ntk_companion.cli.main import main
from ntk_companion.networks import network_of, read_network
from numerics.kernels.gram import ntk
from theory.activations import Erf, LeakyRelu
from theory.architecture import fcn, resnet
from theory.presets import cntk, geifman, jacot, lee

POINTS = np.array([[0.6, 0.8], [0.3, -0.5]])
SPELLED_OUT = """
[networks.mine]
depth = 2
stem = [{ normalise = 1 }]
block = [{ affine = "W", bias = { name = "b", multiplier = "1/10" } }, "erf", { normalise = 1 }]
head = [{ affine = "W", bias = { name = "b", multiplier = 0.1 } }]

[networks.residual]
depth = 1
stem = [{ affine = "A", bias = { name = "b" } }, { normalise = 1 }]
block = [{ residual = "1/2", layers = [
    { affine = "W", bias = { name = "b", variance = 0 } }, "relu", { normalise = 2 },
    { affine = "V", bias = { name = "d", variance = 0 } }, { normalise = 1 },
] }]
head = [{ affine = "W" }]

[networks.short]
preset = "lee"
depth = 3
weight_variance = 2
bias_variance = "1/4"
activation = "leaky:1/10"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "networks.toml"
    path.write_text(SPELLED_OUT)
    return path


def test_layers_spelled_out_are_the_presets(file):
    mine = read_network(f"{file}:mine", {})
    assert np.allclose(ntk(mine, POINTS), ntk(jacot(2, activation=Erf()), POINTS), rtol=1e-15)
    residual = read_network(f"{file}:residual", {})
    assert residual.layers == resnet(1, sympy.Rational(1, 2)).layers


def test_a_preset_with_changes_and_options_that_override_it(file):
    quarter, tenth = sympy.Rational(1, 4), sympy.Rational(1, 10)
    assert read_network(f"{file}:short", {}) == lee(3, sympy.Integer(2), quarter, LeakyRelu(tenth))
    assert read_network(f"{file}:short", {"depth": 1}).depth == 1
    assert read_network("geifman", {"depth": 2, "beta": "1/2"}) == geifman(2, sympy.Rational(1, 2))
    assert read_network("fcn", {"depth": 2, "bias": "zero"}) == fcn(2, "zero")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"preset": "fcn"}, "no depth"),
        ({"preset": "fcm", "depth": 1}, "no network is called 'fcm'"),
        ({"preset": "fcn", "depth": 1, "beta": 1}, "has no beta"),
        ({"preset": "fcn", "depth": 0}, "from 1 to 1000"),
        ({"preset": "fcn", "depth": 1, "bias": "some"}, "must be one of"),
        ({"preset": "fcn", "depth": 1, "weight_variance": -1}, "not negative"),
        ({"preset": "fcn", "depth": 1, "activation": "relux"}, "no activation"),
        ({"preset": "fcn", "depth": 1, "colour": "red"}, "unknown key"),
        ({"depth": 1, "block": ["relu"]}, "no head"),
        ({"depth": 1, "head": [{"affine": "W_1"}]}, "named by letters"),
        ({"head": [{"affine": "W", "bias": {"name": "W"}}]}, "two parameter groups"),
        ({"head": ["relu", {"what": 1}]}, "a layer is"),
        ({"head": [{"normalise": 0}]}, "positive"),
    ],
)
def test_tables_that_mean_nothing_are_refused_in_one_sentence(table, message):
    with pytest.raises(ValueError, match=message) as caught:
        network_of(table, "file.toml, networks.x")
    assert "file.toml, networks.x" in str(caught.value)


def run(capsys, *arguments):
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_derive_prints_the_recursion_as_text_latex_coq_and_json(capsys, file):
    code, text, _ = run(capsys, "derive", "--network", "jacot", "--depth", "1")
    assert code == 0 and "Sigma_1 = <x,x'>/d + 1/100" in text and "K[b_2] = 1/100" in text
    code, latex, _ = run(capsys, "derive", "--network", f"{file}:mine", "--form", "latex")
    assert code == 0 and latex.startswith(r"\begin{aligned}") and r"\sigma_{\mathrm{erf}}" in latex
    code, coq, _ = run(capsys, "derive", "--network", "fcn", "--depth", "1", "--form", "coq")
    assert code == 0 and coq.startswith("Definition derived_ntk") and "step_moment" in coq
    values = json.loads(run(capsys, "derive", "--network", "fcn", "--depth", "2", "--json")[1])
    assert list(values["parts"]) == ["W_1", "b_1", "W_2", "b_2", "W_3"]
    code, _, error = run(capsys, "derive", "--network", "fcn", "--depth", "1", "--activation", "erf", "--form", "coq")
    assert code == 2 and error.count("\n") == 1


def test_gram_and_sample_take_every_network(capsys, file, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("0.6,0.8\n0.3,-0.5\n")
    common = ("--points", str(points), "--json")
    code, text, _ = run(capsys, "gram", "--network", "lee", "--depth", "1", "--activation", "gelu",
                        "--weight-variance", "2", "--bias-variance", "1/4", *common)  # fmt: skip
    from theory.activations import Gelu

    expected = ntk(lee(1, sympy.Integer(2), sympy.Rational(1, 4), Gelu()), POINTS)
    assert code == 0 and np.allclose(np.array(json.loads(text)["gram"], dtype=float), expected, rtol=1e-13)
    code, text, _ = run(capsys, "sample", "--network", f"{file}:mine", "--width", "64", "--draws", "3", *common)
    assert code == 0 and np.array(json.loads(text)["mean"]).shape == (2, 2)
    standard = ("gram", "--network", "lee", "--depth", "1", "--parametrisation", "standard", *common)
    assert run(capsys, *standard)[0] == 2 and run(capsys, *standard, "--width", "100")[0] == 0


@pytest.mark.parametrize(
    ("network", "message"),
    [("missing.toml", "missing.toml"), ("nothing", "no network is called")],
)
def test_networks_that_cannot_be_read_end_with_one_line(capsys, network, message):
    code, _, error = run(capsys, "derive", "--network", network, "--depth", "1")
    assert code == 2 and message in error and error.count("\n") == 1


def test_a_file_of_several_networks_needs_a_name(capsys, file):
    code, _, error = run(capsys, "derive", "--network", str(file))
    assert code == 2 and "name one" in error


ON_IMAGES = """
[networks.image]
depth = 2
image = [5]
block = [{ convolution = "W", size = 3, padding = "circular", bias = { name = "b" } }, "relu", { normalise = "2/3" }]
head = ["pool", { affine = "W" }]

[networks.preset]
preset = "cntk"
depth = 2
image = [5]
padding = "circular"
pooled = true
"""


def test_networks_on_images_in_a_file_and_by_options(tmp_path, capsys):
    path = tmp_path / "images.toml"
    path.write_text(ON_IMAGES)
    mine = read_network(f"{path}:image", {"trained": "W_1,W_2,W_3", "bias": "none"})
    points = np.random.default_rng(0).standard_normal((2, 15))
    assert np.allclose(ntk(mine, points), ntk(cntk(2, (5,), padding="circular"), points), rtol=1e-14)
    assert read_network(f"{path}:preset", {}) == cntk(2, (5,), padding="circular")
    assert read_network("cntk", {"depth": 1, "image": "4, 4", "pooled": False}) == cntk(1, (4, 4), pooled=False)
    assert main(["derive", "--network", "cntk", "--depth", "1", "--image", "4,4", "--no-pooled"]) == 0
    assert "K[W_1] = total(B_1*patches(<x,x'>))" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"preset": "cntk", "depth": 1}, "no image"),
        ({"preset": "cntk", "depth": 1, "image": []}, "list of its numbers"),
        ({"preset": "cntk", "depth": 1, "image": [0]}, "from 1 to"),
        ({"preset": "cntk", "depth": 1, "image": [4096, 4096]}, "at most"),
        ({"preset": "cntk", "depth": 1, "image": [5], "filter_size": 2}, "odd size"),
        ({"preset": "cntk", "depth": 1, "image": [5], "pooled": 1}, "true or false"),
        ({"preset": "fcn", "depth": 1, "image": [5]}, "has no image"),
        ({"head": [{"convolution": "W", "padding": "same"}]}, "padding is zero or circular"),
    ],
)
def test_networks_on_images_that_make_no_sense_are_refused(table, said):
    with pytest.raises(ValueError, match=said):
        network_of(table, "here")


def test_sampled_networks_on_images(tmp_path, capsys):
    points = tmp_path / "points.csv"
    points.write_text("0.5,0,1,0.25,-1\n1,1,0,0,0.5\n")
    network = ["--network", "cntk", "--depth", "1", "--image", "5", "--points", str(points)]
    assert main(["sample", *network, "--width", "20", "--draws", "30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    off = np.abs(np.subtract(found["mean"], found["limit"]))
    assert (off < 6 * np.array(found["standard_error"]) + 0.1).all()
