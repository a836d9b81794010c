"""A plain install has no torch: what needs it says so, all else runs."""

import subprocess
import sys

import pytest

MAIN = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Absent())
from ntk_companion.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
NETWORK = ["--network", "fcn", "--depth", "1", "--points", "circle:2"]


def companion(*arguments, cwd=None):
    run = subprocess.run([sys.executable, "-c", MAIN, *arguments], capture_output=True, text=True, cwd=cwd)
    return run.returncode, run.stdout, run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["gram", *NETWORK],
        ["sample", *NETWORK, "--width", "10", "--draws", "3"],
        ["flow", *NETWORK, "--width", "10", "--labels", "alternating", "--until", "10"],
        ["statements"],
        ["experiment"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_run_without_torch(arguments):
    code, out, err = companion(*arguments)
    assert (code, err) == (0, "") and out


def test_claims_on_trained_networks_are_decided_without_torch(tmp_path):
    (tmp_path / "claims.toml").write_text(
        "[[claim]]\nid = 'falls'\nsentence = 'the loss falls'\nnetwork = { family = 'fcn', depth = 1 }\n"
        "points = 'circle:2'\nlabels = [0, 1]\ntraining = { width = 8, until = 10 }\nassertion = 'loss(10) < loss(0)'\n"
    )
    code, out, err = companion("audit", "claims.toml", cwd=tmp_path)
    assert (code, err) == (0, "") and "CONFIRMED" in out


def test_an_experiment_that_needs_torch_names_the_extra_and_leaves_no_folder(tmp_path):
    code, out, err = companion("experiment", "crossing_times", "--out", "new", cwd=tmp_path)
    assert (code, out) == (2, "") and "'ntk-companion[torch]'" in err
    assert not list(tmp_path.iterdir())


def test_comparing_a_module_names_the_extra(tmp_path):
    (tmp_path / "net.py").write_text("def make():\n    import torch\n")
    code, out, err = companion(
        "compare", "--module", "net.py:make", "--points", "circle:2", "--depth", "1", cwd=tmp_path
    )
    assert (code, out) == (2, "") and "'ntk-companion[torch]'" in err
