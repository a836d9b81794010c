"""The console command, end to end and in process."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import re
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from ntk_companion import ledger
from ntk_companion.cli import arguments, duration, gram, main
from ntk_companion.files import digest
from numerics.data.points import circle
from numerics.flow.integrate import gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.exact_law import sample_kernels
from numerics.networks.parameters import initial_arrays
from numerics.progress import counted, tell, told_to
from tests import ledgers
from tests.oracles import high_precision as oracle
from theory.architecture import fcn
from theory.presets import PRESETS

HEXAGON_NETWORKS = {
    "fcn, depth 3": ("--network fcn --depth 3", lambda x, y: oracle.fcn_ntk(x, y, 3)),
    "resnet, depth 2, scale 1": ("--network resnet --depth 2 --scale 1", lambda x, y: oracle.resnet_ntk(x, y, 2, 1)),
    "resnet, depth 2, scale 1/2": (
        "--network resnet --depth 2 --scale 1/2",
        lambda x, y: oracle.resnet_ntk(x, y, 2, oracle.mp.mpf("0.5")),
    ),
}


@pytest.fixture
def run(capsys):
    """Runs a command and returns exit code, stdout and stderr."""

    def runner(command, *more):
        code = main.main([*command.split(), *map(str, more)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return runner


@pytest.fixture
def csv(tmp_path):
    """Writes a CSV file and returns its path."""

    def write(content):
        path = tmp_path / "points.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(result, *words):
    """Asserts exit code 2 and one line on stderr, with these words; nothing on stdout."""
    code, out, err = result
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1 and err.endswith("\n")
    for word in words:
        assert word in err


# --- kernels between two sets of points ---


@pytest.mark.parametrize("digits", [8, 25])
def test_the_matrix_against_other_points_is_a_block_of_that_of_all(run, csv, digits):
    points = csv("1,2\n-0.5,0.25\n0.1,3\n1,2\n")
    whole = json.loads(run(f"gram --network jacot --depth 2 --digits {digits} --json --points", points)[1])["gram"]
    (points.parent / "first.csv").write_text("1,2\n-0.5,0.25\n0.1,3\n")
    (points.parent / "other.csv").write_text("1,2\n0.1,3\n")
    command = f"gram --network jacot --depth 2 --digits {digits} --json --points {points.parent}/first.csv --against"
    code, out, _ = run(command, f"{points.parent}/other.csv")
    found = json.loads(out)
    assert code == 0 and found["lambda_min"] is None
    assert found["gram"] == [[row[3], row[2]] for row in whole[:3]]


def test_against_other_points_outputs_are_independent_and_zeros_are_seen(run):
    linear = "gram --network fcn --depth 1 --bias none --activation identity"
    _, out, _ = run(f"{linear} --points circle:2 --against circle:4 --digits 6 --outputs 2 --json")
    assert json.loads(out)["gram"][0] == ["0", "0", "4.00000", "0", "0", "0", "-4.00000", "0"]
    _, out, _ = run(f"{linear} --points circle:2 --against circle:40 --digits 3")
    assert "(the first 12 of 2 rows and 40 columns; --json prints all)" in out


def test_other_points_that_do_not_fit_are_refused(run):
    refused(run("gram --network fcn --depth 1 --points circle:2 --against sphere:3,3"), "give equally many")
    refused(run("gram --network fcn --depth 1 --points circle:2 --against octagon"), "no point set 'octagon'")
    refused(run("gram --network fcn --depth 1 --points circle:2 --against circle:3001"), "--against has 3001 points")


# --- what must be refused ---


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "no points"),
        ("\n\n", "no points"),
        ("1,2\n3\n", "different lengths"),
        ("1,2\n3,nan\n", "line 2"),
        ("1,inf\n", "line 1"),
        ("x,y\n", "line 1"),
        ("1,2,\n3,4\n", "line 1"),
        ("1;x\n", "line 1"),
        ("1e5000\n", "1000"),
        ("1" * 2000 + "\n", "1000"),
        ('"1\n2",3\n', "finite number"),
        (b"\x00\x01\x02", "line 1"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a CSV text file"),
        ("é,1\n".encode("latin-1"), "not a CSV text file"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_a_bad_csv_file_is_refused_with_one_line(run, csv, content, word):
    refused(run("gram --network fcn --depth 1 --points", csv(content)), word)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("", "COMMAND"),
        ("prove", "gram"),
        ("gram", "--network"),
        ("gram --network fcn --depth 0 --points hexagon", "from 1 to 1000"),
        ("gram --network fcn --depth 1000000000 --points hexagon", "from 1 to 1000"),
        ("gram --network fcn --depth two --points hexagon", "whole number"),
        ("gram --network cnn --depth 1 --points hexagon", "fcn"),
        ("gram --network fcn --depth 1 --points hexagon --bias maybe", "frozen"),
        ("gram --network fcn --depth 1 --points hexagon --scale 2", "resnet"),
        ("gram --network resnet --depth 1 --points hexagon --scale nan", "--scale"),
        ("gram --network resnet --depth 1 --points hexagon --scale 1/0", "--scale"),
        ("gram --network resnet --depth 1 --points hexagon --scale=", "--scale"),
        ("gram --network fcn --depth 1 --points hexagon --digits 1000000000", "from 1 to 1000"),
        ("gram --network fcn --depth 1 --points hexagon --digits 0", "from 1 to 1000"),
        ("gram --network fcn --depth 1 --points hexagon --digits -3", "from 1 to 1000"),
        ("gram --network fcn --depth 1 --points octagon", "hexagon"),
        ("gram --network fcn --depth 1 --points=", "no point set ''"),
        ("gram --network fcn --depth 1 --points circle:0", "circle:N"),
        ("gram --network fcn --depth 1 --points sphere:3", "sphere:N,D"),
        ("gram --network fcn --depth 1 --points circle:99999999", "at most"),
        ("gram --network fcn --depth 1 --points circle:3001", "at most 3000"),
        ("gram --network fcn --depth 1 --points no-such-file.csv", "no-such-file.csv"),
        ("gram --network fcn --depth 1 --points hexagon --dig 3", "--dig"),
        ("sample --network fcn --depth 1 --points hexagon --width 0 --draws 2", "from 1 to"),
        ("sample --network fcn --depth 1 --points hexagon --width 8 --draws -2", "from 2 to"),
        ("sample --network fcn --depth 1 --points hexagon --width 8 --draws 1", "standard error needs two"),
        ("sample --network fcn --depth 1 --points hexagon --width 8 --draws 2 --seed -1", "seed"),
        ("sample --network fcn --depth 1 --points hexagon --width 8 --draws 2 --jobs 0", "jobs"),
        ("sample --network fcn --depth 1 --points circle:3000 --width 8 --draws 1000000", "fewer draws"),
        ("statements --ledger no-such-ledger.json", "no-such-ledger.json"),
    ],
)
def test_bad_input_is_refused_with_one_line(run, command, word):
    refused(run(command), word)


@pytest.mark.parametrize(
    "command",
    [
        "statements --ledger {0}/none.json", "audit {0}/none.toml", "audit {1} --against {0}", "audit {0}",
        "report --out {1} --ledger {0}/none.json", "audit {1} --certificate {0}/none/file",
    ],
)  # fmt: skip
def test_what_the_system_refuses_is_a_sentence_that_names_the_file(run, tmp_path, command):
    claims = tmp_path / "claims.toml"
    claims.write_text("[[claim]]\nid = 'c'\nassertion = '1 < 2'\n")
    refused(run(command.format(tmp_path, claims)), str(tmp_path))
    assert "Errno" not in run(command.format(tmp_path, claims))[2]


def test_tables_of_a_bad_ledger_leave_no_folder(run, tmp_path):
    (tmp_path / "ledger.json").write_text("{}")
    refused(run("tables --ledger", tmp_path / "ledger.json", "--out", tmp_path / "out"), "ledger.json")
    assert not (tmp_path / "out").exists()


def test_a_folder_is_not_a_csv_file(run, tmp_path):
    refused(run("gram --network fcn --depth 1 --points", tmp_path), "is a folder")


@pytest.mark.parametrize("points", ["hexagon", "digits:3"])
def test_a_folder_of_mnist_needs_points_of_mnist(run, tmp_path, points):
    refused(run(f"gram --network fcn --depth 1 --points {points} --mnist-dir", tmp_path), "--mnist-dir", "mnist:N")


def test_a_folder_without_idx_files_is_refused(run, tmp_path):
    refused(run("gram --network fcn --depth 1 --points mnist:3 --mnist-dir", tmp_path), "train-images-idx3-ubyte")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": "another"}', json.dumps({"schema": ledger.SCHEMA}), "\udcff"]
)
def test_a_file_that_is_no_ledger_is_refused(run, tmp_path, content):
    path = tmp_path / "ledger.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    refused(run("statements --ledger", path), "ledger")


def test_sampling_refuses_points_that_overflow_doubles(run, csv):
    refused(
        run("sample --network fcn --depth 1 --width 4 --draws 2 --points", csv("1e200,0\n0,1\n")),
        "--points",
        "overflow",
    )
    refused(
        run("sample --network fcn --depth 1 --width 4 --draws 2 --points", csv("1e400,0\n0,1\n")),
        "--points",
        "overflow",
    )
    refused(
        run("sample --network fcn --depth 1 --width 64 --draws 2 --points", csv("1e100,0\n0,1\n")), "kernel overflows"
    )


def raises(error):
    def run(options):
        raise error

    return run


def test_a_missing_package_names_the_extra_to_install(run, monkeypatch):
    monkeypatch.setattr("ntk_companion.suite.catalogue", raises(ModuleNotFoundError(name="pytest")))
    refused(run("statements"), "pytest", "[checks]")


def test_memory_that_runs_out_is_one_line(run, monkeypatch):
    monkeypatch.setattr(gram, "run", raises(MemoryError()))
    refused(run("gram --network fcn --depth 1 --points hexagon"), "memory")


def test_an_interrupt_ends_with_code_130(run, monkeypatch):
    monkeypatch.setattr(gram, "run", raises(KeyboardInterrupt()))
    code, out, err = run("gram --network fcn --depth 1 --points hexagon")
    assert (code, out, err) == (130, "", "ntk-companion: interrupted\n")


def test_a_defect_of_the_program_is_neither_refutation_nor_bad_input(run, monkeypatch):
    monkeypatch.setattr(gram, "run", raises(TypeError("a defect")))
    code, _, err = run("gram --network fcn --depth 1 --points hexagon")
    assert code == 3
    assert "Traceback" in err and "a defect" in err


LONG = """
import sys
import tomllib
from ntk_companion import ledger
from ntk_companion.cli import main
from ntk_companion.cli import gram
from ntk_companion.cli.arguments import Result
gram.run = lambda options: Result({}, ["a long line " * 10] * 10000)
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["--help", "gram --network fcn --depth 1 --points hexagon"])
def test_a_reader_that_goes_away_is_no_error_message(command):
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-c", LONG, *command.split()], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert result.returncode in (0, 141)
    assert result.stderr == ""


# --- help ---


@pytest.mark.parametrize("command", ["", "gram", "sample", "statements"])
def test_help_goes_to_stdout_with_code_0(run, command):
    code, out, err = run(f"{command} --help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: ntk-companion")


def test_help_needs_no_numerical_package():
    program = """
import sys
import tomllib
from ntk_companion.cli.main import main
main(["gram", "--help"])
heavy = {"numpy", "scipy", "sympy", "torch", "mpmath", "flint", "pytest", "hypothesis"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


# --- gram ---


@pytest.mark.parametrize("name", HEXAGON_NETWORKS)
def test_the_hexagon_agrees_with_quadrature_to_45_digits(run, name):
    network, kernel = HEXAGON_NETWORKS[name]
    code, out, err = run(f"gram {network} --points hexagon --digits 50 --json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    mpf = oracle.mp.mpf
    radius = mpf(found["radius"])
    points = oracle.regular_polygon(6)
    half_row = [kernel(points[0], point) for point in points[:4]]
    first_row = half_row + half_row[2:0:-1]
    for i in range(6):
        for j in range(6):
            expected = first_row[(j - i) % 6]
            assert abs(mpf(found["gram"][i][j]) - expected) <= min(radius, mpf(10) ** -45)
    # The Gram matrix is circulant: its eigenvalues are those of the discrete Fourier transform.
    waves = [sum(first_row[j] * oracle.mp.cos(2 * oracle.mp.pi * j * k / 6) for j in range(6)) for k in range(6)]
    lower, upper = map(mpf, found["lambda_min"])
    assert lower <= min(waves) <= upper
    assert upper - lower < lower * mpf(10) ** -50


def test_every_printed_digit_is_right(run, csv):
    path = csv("3,4\n-3,-4.000001\n0.001,0.002\n1/3,-7e5\n0,0\n")
    exact = json.loads(run("gram --network fcn --depth 2 --bias none --digits 60 --json --points", path)[1])["gram"]
    for digits in (1, 4, 11, 12, 25):
        found = json.loads(run(f"gram --network fcn --depth 2 --bias none --digits {digits} --json --points", path)[1])
        worst = Decimal(0)
        for i in range(5):
            for j in range(5):
                value, truth = Decimal(found["gram"][i][j]), Decimal(exact[i][j])
                worst = max(worst, abs(value - truth))
                if value:
                    assert abs(value - truth) < Decimal(1).scaleb(value.adjusted() - digits + 1)
                    assert len(value.as_tuple().digits) == digits
                else:
                    scale = (Decimal(exact[i][i]) * Decimal(exact[j][j])).sqrt()
                    assert abs(truth) <= scale.scaleb(-2 * digits)
        assert worst <= Decimal(found["radius"])
        assert Decimal(found["radius"]) < abs(max(map(Decimal, exact[3]))).scaleb(1 - digits)


def test_lambda_min_of_a_pair_at_1e_12_is_right_and_of_duplicates_never_positive(run, csv):
    pair = json.loads(run("gram --network fcn --depth 1 --digits 3 --json --points", csv("1,0\n1,1e-12\n"))[1])
    lower, upper = map(Decimal, pair["lambda_min"])
    assert lower <= Decimal("4.5015815807955e-13") <= upper
    assert upper - lower < lower / 1000
    twice = json.loads(run("gram --network fcn --depth 1 --digits 3 --json --points", csv("1,0\n1,0\n"))[1])
    assert Decimal(twice["lambda_min"][0]) <= 0


@pytest.mark.parametrize("size", [1, 260])
def test_lambda_min_is_enclosed_at_any_size(run, size):
    found = json.loads(run(f"gram --network fcn --depth 1 --points circle:{size} --digits 5 --json")[1])
    lower, upper = map(float, found["lambda_min"])
    assert 0 < lower <= upper < 1.01 * lower


@pytest.mark.parametrize("scale", ["-1/2", "-0.5", "0.5", "1/2", "+5e-1"])
def test_the_scale_is_read_exactly_in_every_notation(run, scale):
    found = json.loads(run("gram --network resnet --depth 1 --points circle:1 --digits 5 --json --scale", scale)[1])
    assert found["gram"] == [["6.5000"]]


def test_a_deep_network_reaches_its_digits(run):
    code, out, _ = run("gram --network fcn --depth 60 --points circle:3 --digits 20 --json")
    assert code == 0
    assert json.loads(out)["gram"][0][0] == "1951.0000000000000000"


def test_huge_and_tiny_coordinates_are_carried(run, csv):
    found = json.loads(run("gram --network fcn --depth 1 --bias none --json --points", csv("1e400\n1e-400\n"))[1])
    two = "2.00000000000000"
    assert found["gram"] == [[f"{two}e+800", two], [two, f"{two}e-800"]]


def test_a_person_gets_a_table(run):
    code, out, err = run("gram --network fcn --depth 1 --points circle:20 --digits 5")
    assert (code, err) == (0, "")
    assert "FCN, depth 1" in out and "lambda_min" in out and "first 12 of 20" in out


# --- sample ---


def test_a_sample_has_its_keys_and_depends_on_the_seed_alone(run):
    command = "sample --network resnet --depth 1 --scale 1/2 --points hexagon --width 50 --draws 5 --json"
    one = json.loads(run(f"{command} --seed 3")[1])
    assert {"mean", "standard_error", "draws", "width"} <= one.keys()
    assert (one["draws"], one["width"]) == (5, 50)
    assert len(one["mean"]) == len(one["mean"][0]) == len(one["standard_error"]) == 6
    assert one == json.loads(run(f"{command} --seed 3 --jobs 2")[1])
    assert one != json.loads(run(f"{command} --seed 4")[1])


def test_a_wide_sample_lies_within_its_standard_errors_of_the_limit(run):
    found = json.loads(run("sample --network fcn --depth 2 --points circle:3 --width 1000000 --draws 10 --json")[1])
    draws = sample_kernels(fcn(2), circle(3).coordinates(FLOAT64), 10**6, 10, seed=0).ntk
    assert np.allclose(found["standard_error"], scipy.stats.sem(draws), rtol=1e-12)
    for mean, error, limit in zip(*(found[key] for key in ("mean", "standard_error", "limit")), strict=True):
        for m, e, k in zip(mean, error, limit, strict=True):
            assert abs(m - k) < 6 * e


# --- statements ---

RECORD = {"id": "x:1", "revision": 1, "finding": None, "mutants": [{"name": "m", "role": "mutant", "killed": None}]}


def entry(**changes):
    return ledgers.entries(ledgers.items())[0] | RECORD | {
        "verdict": "CONFIRMED", "scope": "instances: 3", "evidence": ["certified"],
        "mutants": [{"name": "m", "role": "mutant", "killed": True, "by": "x"}],
    } | changes  # fmt: skip


def joined(run, monkeypatch, tmp_path, *entries):
    monkeypatch.setattr("ntk_companion.suite.catalogue", lambda suite: {RECORD["id"]: RECORD})
    path = tmp_path / "ledger.json"
    index = {one["id"]: digest(one) for one in entries}
    path.write_text(json.dumps({"schema": ledger.SCHEMA, "index": index, "statements": entries}))
    code, out, err = run("statements --json --ledger", path)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_statement_has_the_status_of_the_ledger(run, monkeypatch, tmp_path):
    found = joined(run, monkeypatch, tmp_path, entry())
    assert found["schema"] == "ntk-companion statements 1"
    (record,) = found["statements"]
    assert (record["status"], record["scope"], record["evidence"]) == ("CONFIRMED", "instances: 3", ["certified"])
    assert record["mutants"][0]["killed"] is True


def test_a_statement_in_another_revision_was_not_run(run, monkeypatch, tmp_path):
    (record,) = joined(run, monkeypatch, tmp_path, entry(revision=2))["statements"]
    assert (record["status"], record["scope"], record["mutants"][0]["killed"]) == ("not run", None, None)


def test_a_statement_is_proved_if_all_that_it_uses_is(run, monkeypatch, tmp_path):
    proof = {"scope": "all", "uses": []}
    found = [entry(id="own:1", **proof), entry(id="own:2", **proof | {"uses": ["own:1"]}), entry(id="own:3")]
    found.append(entry(id="own:4", **proof | {"uses": ["own:1", "own:3"]}))
    records = joined(run, monkeypatch, tmp_path, *found)["statements"]
    assert [(one["proved"], one["given"]) for one in records] == [
        (True, []), (True, []), (False, []), (False, ["own:3"])
    ]  # fmt: skip


def test_a_ledger_of_someone_elses_statements_lists_theirs_alone(run, monkeypatch, tmp_path):
    records = joined(run, monkeypatch, tmp_path, entry(id="own:1", verdict="REFUTED"))["statements"]
    assert [(record["id"], record["status"]) for record in records] == [("own:1", "REFUTED")]


def test_statements_of_someone_elses_stand_before_those_of_the_suite(run, monkeypatch, tmp_path):
    records = joined(run, monkeypatch, tmp_path, entry(), entry(id="own:1", verdict="REFUTED"))["statements"]
    assert [record["id"] for record in records] == ["own:1", "x:1"]


def test_the_catalogue_holds_every_statement_with_its_mutants(run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("statements --json")
    assert code == 0
    records = {record["id"]: record for record in json.loads(out)["statements"]}
    assert "prop:pd-fcn" in records
    for record in records.values():
        assert {"status", "scope", "evidence", "mutants", "qualification"} <= record.keys()
    assert records["prop:pd-fcn"]["mutants"]


@pytest.mark.parametrize("command", ["gram --points hexagon", "derive"])
@pytest.mark.parametrize("scale", ["1e80", "1e-80"])
def test_a_long_scale_is_printed_in_short(run, command, scale):
    code, out, _ = run(f"{command} --network resnet --depth 1 --scale {scale}")
    assert code == 0 and f"scale {scale}" in out and "0" * 20 not in out


# --- completion ---


def test_the_completion_of_bash_is_a_script_that_knows_every_command(run):
    code, out, _ = run("--completion bash")
    assert code == 0
    assert subprocess.run(["bash", "-n"], input=out, text=True, check=False).returncode == 0
    assert all(command.__name__.rpartition(".")[2] in out for command in main.COMMANDS)


# --- progress ---


def test_progress_is_shown_on_a_terminal_only(monkeypatch):
    for terminal in (True, False):
        stream = io.StringIO()
        stream.isatty = lambda answer=terminal: answer
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(main, "TICK", 0.001)
        with main.progress("gram"):
            while terminal and stream.getvalue().count("gram: 0 s") < 2:
                pass
        assert bool(stream.getvalue()) == terminal


def test_progress_says_how_many_draws_of_how_many_are_done(monkeypatch):
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(main, "TICK", 0.001)
    with main.progress("sample"):
        draws = sample_kernels(fcn(1), np.eye(2), 5000, 7, seed=1)
        while "7 of 7 draws" not in stream.getvalue():
            pass
    assert len(draws.ntk) == 7


def test_progress_within_a_count_is_told_behind_it_and_its_share_is_one_of_an_item():
    told = []
    with told_to(lambda *far: told.append(far)):
        for name in counted(("a", "b", "c", "d"), 4, "tables"):
            if name == "b":
                assert list(counted("xy", 2, "draws")) == ["x", "y"]
            if name == "c":
                tell(lambda: "log10 t = 1.0 of 2.0")
        assert list(counted((), 0, "figures")) == []
    assert told[1:5] == [
        ("1 of 4 tables", 0.25), ("1 of 4 tables: 0 of 2 draws", 0.25), ("1 of 4 tables: 1 of 2 draws", 0.375),
        ("1 of 4 tables: 2 of 2 draws", 0.5),
    ]  # fmt: skip
    assert told[5:] == [
        ("2 of 4 tables", 0.5), ("2 of 4 tables: log10 t = 1.0 of 2.0", 0.5), ("3 of 4 tables", 0.75),
        ("4 of 4 tables", 1.0), ("0 of 0 figures", 0.0),
    ]  # fmt: skip


def test_a_count_that_is_given_up_is_no_longer_told():
    told = []
    with told_to(lambda *far: told.append(far)):
        with contextlib.suppress(ZeroDivisionError):
            for one in counted((1, 0), 2, "parts"):
                1 / one
        tell(lambda: "after")
    assert told[-1] == ("after", None)


def test_progress_says_how_long_the_rest_takes_if_it_is_as_slow():
    heard = main.Heard()
    assert heard.line(1.0) == "1 s"
    heard.hear(2.0, "0 of 20 draws", 0.0)
    assert heard.line(3.0) == "0 of 20 draws, 3 s"
    heard.hear(3.0, "0 of 20 draws: 1 of 9 blocks", 1 / 180)
    assert heard.line(3.0) == "0 of 20 draws: 1 of 9 blocks, 3 s"
    heard.hear(12.0, "5 of 20 draws", 1 / 4)
    assert heard.line(12.0) == "5 of 20 draws, 12 s, about 30 seconds left"
    assert heard.line(14.0) == "5 of 20 draws, 14 s, about 28 seconds left"
    heard.hear(50.0, "20 of 20 draws", 1.0)
    assert heard.line(50.0) == "20 of 20 draws, 50 s"


def test_the_time_left_is_that_of_the_count_that_goes_on_now():
    heard = main.Heard()
    heard.hear(90.0, "9 of 10 tables", 0.9)
    heard.hear(100.0, "0 of 4 pages", 0.0)
    heard.hear(105.0, "1 of 4 pages", 0.25)
    assert heard.line(105.0) == "1 of 4 pages, 105 s, about 15 seconds left"
    heard.hear(106.0, "search and font", None)
    assert heard.line(107.0) == "search and font, 107 s"


def test_progress_of_a_flow_says_the_time_reached(monkeypatch):
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(main, "TICK", 0.001)
    with main.progress("flow"):
        start = initial_arrays(fcn(1), 2, 8, np.random.default_rng(0))
        gradient_flow(fcn(1), start, np.eye(2), logistic([0, 1]), math.log(10))
        while "flow: log10 t = 1.0 of 1.0, 0 s" not in stream.getvalue():
            pass


def test_the_command_is_declared_for_the_console():
    text = (Path(main.__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'ntk-companion = "ntk_companion.cli.main:main"' in text


def test_an_experiment_never_writes_over_recorded_results_unless_told(run, monkeypatch, tmp_path):
    from ntk_companion.results import made

    monkeypatch.chdir(tmp_path)
    module = type(sys)("measuring")
    module.run = lambda: [made("mine", "Mine.", {}, ["n"], [(1,)], "ntk-companion experiment mine")]
    monkeypatch.setitem(sys.modules, "measuring", module)
    monkeypatch.setattr("ntk_companion.suite.Suite.experiments", lambda suite: {"mine": "measuring"})
    monkeypatch.setattr("ntk_companion.suite.Suite.recorded_folder", lambda suite, name: tmp_path / "recorded")
    for folder in ("experiment-1", "experiment-2"):
        code, out, _ = run("experiment mine --json")
        assert code == 0 and json.loads(out)["files"] == [f"{folder}/mine.csv"]
    assert not (tmp_path / "recorded").exists()
    assert run("experiment mine --replace")[0] == 0
    assert (tmp_path / "recorded" / "mine.csv").is_file()
    refused(run("experiment mine --replace --out elsewhere"), "--replace", "--out")
    module.run = lambda: pytest.fail("worked")
    (tmp_path / "file").write_text("in the way")
    refused(run("experiment mine --out file"), "something else is in the way")


def test_the_version_is_that_of_the_installed_distribution(run):
    from importlib import metadata

    code, out, _ = run("--version")
    assert (code, out) == (0, f"ntk-companion {metadata.version('ntk-companion')}\n")


def test_the_networks_of_the_command_line_are_the_presets():
    assert tuple(PRESETS) == arguments.NETWORKS


def test_a_version_is_the_same_in_every_place_that_a_release_names():
    root = Path(main.__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changes = re.search(r"^## \[(.+)\] - \d{4}-\d\d-\d\d$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    cited = re.search(r"^version: (.+)$", (root / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    assert changes[1] == cited[1] == project


@pytest.mark.parametrize(
    "line",
    [
        "gram --network fcn --depth 3 --points missing.csv",
        "gram --network fcn --depth x --points hexagon",
        "sample --network fcn --depth 2 --width 9 --draws 3 --points circle:",
        "flow --network fcn --depth 2 --width 9 --points missing.csv --labels alternating --until 9",
        "gram --network fcm --depth 3 --points hexagon",
        "derive --network slip.toml:a --depth 3",
        "audit missing.toml",
        "audit slip.toml",
    ],
)
def test_a_slip_is_told_before_the_mathematics_is_loaded(line, tmp_path):
    (tmp_path / "slip.toml").write_text("claim = [\n")
    program = "import sys; from ntk_companion.cli.main import main; code = main(sys.argv[1:]); "
    program += "assert not {'numpy', 'sympy'} & set(sys.modules); sys.exit(code)"
    result = subprocess.run(
        [sys.executable, "-c", program, *line.split()], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 2 and result.stderr.count("\n") == 1


@pytest.mark.parametrize("seconds, told", [(0.05, ""), (1.0, "this will take 17 minutes or more; interrupt")])
def test_a_request_that_will_take_long_says_so_before_it_begins(monkeypatch, capsys, seconds, told):
    passed, done = iter([0.0, seconds]), []
    monkeypatch.setattr("time.perf_counter", lambda: next(passed))
    duration.announce(lambda: done.append(1), 1000)
    assert len(done) == 2
    printed = capsys.readouterr().err
    assert (told in printed) if told else not printed


@pytest.mark.parametrize(
    "line, part",
    [
        ("sample --network fcn --depth 1 --width 300000000 --draws 1000 --points circle:2", 400000),
        ("sample --network fcn --depth 2 --width 100000 --draws 3 --points sphere:100,3", 30),
        ("sample --network fcn --depth 2 --width 1000 --draws 100000 --points circle:2", 200),
        ("gram --network fcn --depth 2 --points circle:200", 400),
        ("gram --network fcn --depth 99 --points circle:6 --digits 1000", 9),
        ("flow --network fcn --depth 1 --width 9 --points circle:2 --labels alternating --until 1e50", 107),
    ],
)
def test_how_long_is_told_by_a_part_of_the_work_that_is_small(monkeypatch, line, part):
    def announce(work, times):
        work()
        assert times == part
        raise ValueError("told")

    monkeypatch.setattr(f"ntk_companion.cli.{line.split()[0]}.announce", announce)
    assert main.main(line.split()) == 2
