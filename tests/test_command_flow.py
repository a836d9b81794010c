"""``ntk-companion flow`` in process."""

import json
import math
import subprocess
import sys
import time

import pytest

from ntk_companion.cli import flow, main
from numerics.flow import checkpoint

TWO_POINTS = "flow --network fcn --depth 1 --width 1000 --points circle:2 --labels alternating"


@pytest.fixture
def run(capsys):
    def runner(command):
        code = main.main(command.split())
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return runner


def test_two_opposite_points_as_json(run):
    code, out, err = run(f"{TWO_POINTS} --until 1e16 --seed 1 --json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["lambda_0"] == pytest.approx(4 - 2 / math.pi, rel=1e-9)
    assert found["constants"]["printed"] == pytest.approx((4 - 2 / math.pi) / 8, rel=1e-9)
    assert found["constants"]["sharp"] == pytest.approx((4 - 2 / math.pi) / 2, rel=1e-9)
    assert found["constants"]["best"] == pytest.approx((4 - 2 / math.pi) / 2, rel=1e-9)
    assert set(found["crossings"]) >= {"printed", "sharp", "best"}
    assert 10 < found["crossings"]["sharp"] < 16
    assert found["log10_time"][-1] == pytest.approx(16)
    assert len(found["log10_time"]) == len(found["log10_loss"]) == len(found["margins"])
    assert len(found["lambda_min"]) == len(found["diagonal"]) == len(found["log10_time"])
    assert all(
        min(diagonal) >= lowest > 0 for diagonal, lowest in zip(found["diagonal"], found["lambda_min"], strict=True)
    )
    assert all(len(margins) == 2 for margins in found["margins"])
    assert found["log10_loss"][-1] < -14 and found["gap_at_start"] > 0
    assert found["envelope_held"] is True and found["status"] == "finished" and found["reached"] is True


def test_a_constant_exceeded_at_the_start_is_not_crossed(run):
    _, out, _ = run("flow --network resnet --depth 1 --width 16 --points hexagon --labels 0,1,0,1,0,1 --until 1 --json")
    found = json.loads(out)
    assert found["gap_at_start"] > found["constants"]["printed"]
    assert found["crossings"]["printed"] is None and found["exceeded_at_start"]["printed"] is True


@pytest.fixture
def stalling(tmp_path):
    """The command of a flow that stalls: doubles cannot resolve its outputs."""
    path = tmp_path / "points.csv"
    path.write_text("1e20,0\n0,1e20\n")
    return f"flow --network fcn --depth 1 --width 1000 --points {path} --labels 0,1 --until 1e6"


def test_a_flow_that_stalls_concludes_nothing_about_later_times(run, stalling):
    code, out, err = run(f"{stalling} --json")
    found = json.loads(out)
    assert code == 2 and err.count("\n") == 1 and "ended early, stalled at the start" in err and "--until" in err
    assert found["status"] == "stalled" and found["reached"] is False
    assert found["envelope_held"] is None and found["crossings"]["best"] is None
    assert "its outputs, up to" in err and "doubles do not hold" in err


def test_a_person_reads_what_a_stalled_flow_left_undecided(run, stalling):
    code, out, _ = run(stalling)
    assert code == 2 and out.count("undecided after the start") + out.count("exceeded at the start") == 4
    assert "not crossed" not in out and "envelopes undecided" in out


def test_a_flow_whose_steps_are_never_found_stalls_without_a_record(run, monkeypatch):
    monkeypatch.setattr("numerics.flow.integrate.try_step", lambda *ignored: None)
    code, out, err = run(f"{TWO_POINTS} --until 1")
    assert code == 2 and "stalled at the start as no step from it was found" in err
    assert "undecided after the start" in out and "no record after the start" in out


def test_a_flow_out_of_steps_says_so(run, monkeypatch):
    monkeypatch.setattr(
        "numerics.flow.integrate._Run.advance", lambda run, *ignored: setattr(run, "status", "out of steps")
    )
    code, _, err = run(f"{TWO_POINTS} --until 1")
    assert code == 2 and "out of steps at the start" in err


def test_a_person_reads_a_table(run):
    code, out, _ = run("flow --network fcn --depth 1 --width 32 --points circle:3 --labels 1,0,1 --until 5e1")
    assert code == 0
    assert "crossed at log10 t" in out and "envelopes never left" in out
    assert out.splitlines()[-4].split()[0] == "1.70"
    assert "estimated errors at the end: margin " in out


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"])
def test_a_flow_says_how_many_threads_there_were(run, monkeypatch, variable):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv(variable, "3")
    line = "flow --network fcn --depth 1 --width 4 --points circle:2 --labels alternating --until 1"
    assert json.loads(run(f"{line} --json")[1])["threads"] == 3
    assert run(line)[1].splitlines()[0].endswith("; 3 threads")


def test_times_beyond_doubles_are_read_exactly():
    assert flow._log_time("1e400") == pytest.approx(400 * math.log(10), rel=1e-15)
    assert flow._log_time("1e-400") == pytest.approx(-400 * math.log(10), rel=1e-15)
    assert flow._log_time("0.1") == pytest.approx(math.log(0.1), rel=1e-15)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--labels 0,1,1 --until 1", "3 labels for 2 points"),
        ("--labels 0,2 --until 1", "--labels must be 0 or 1"),
        ("--labels alternating --until 0", "--until must be a positive time"),
        ("--labels alternating --until -1", "--until"),
        ("--labels alternating --until nan", "--until"),
        ("--labels alternating --until 1e5000", "--until"),
        ("--labels alternating --until 1 --width 0", "the width must be"),
        ("--labels alternating --until 1 --width 9000000 --depth 2", "smaller width"),
        ("--labels alternating --until 1 --scale 2", "--scale"),
        ("--labels alternating", "--until"),
        ("--labels alternating --until 1 --checkpoint .", "--checkpoint: . cannot be written: it is a folder"),
        ("--labels alternating --until 1 --checkpoint nowhere/file", "--checkpoint: nowhere/file cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run, options, message):
    code, out, err = run(f"flow --network fcn --depth 1 --width 10 --points circle:2 {options}")
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("1e200,0\n0,1\n", "", "--points has coordinates whose squares overflow"),
        ("1e400,0\n0,1\n", "", "--points has coordinates whose squares overflow"),
        ("9e153,0\n0,9e153\n", "", "the kernel overflows double precision"),
        ("1e100,0\n0,1\n", "--network resnet --scale 1e100 --depth 2", "the kernel overflows double precision"),
    ],
)  # fmt: skip
def test_points_that_do_not_serve_are_refused_by_their_option(run, tmp_path, content, options, message):
    path = tmp_path / "points.csv"
    path.write_text(content)
    command = f"flow --network fcn --depth 1 --width 10 --points {path} --labels alternating --until 1"
    code, out, err = run(f"{command} {options}")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.parametrize(
    ("content", "options", "because"),
    [
        ("0,1\n1,0\n0,1.0\n", "", "points 1 and 3 of --points are equal"),
        ("1,0\n2,0\n", "--bias none", "without biases parallel or opposite points"),
        ("1,0\n1,1e-700\n", "", "some points are too near together"),
    ],
)
def test_where_the_limit_is_singular_the_constants_are_null_with_the_reason(run, tmp_path, content, options, because):
    path = tmp_path / "points.csv"
    path.write_text(content)
    command = f"flow --network fcn --depth 1 --width 10 --points {path} --labels alternating --until 1 {options}"
    code, out, _ = run(f"{command} --json")
    found = json.loads(out)
    assert code == 0 and found["status"] == "finished" and because in found["constants_because"]
    assert found["lambda_0"] is None
    assert set(found["constants"].values()) == set(found["crossings"].values()) == {None}
    assert run(command)[1].count(because) == 1


def test_points_far_apart_and_near_together_have_constants_to_their_precision(run, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("0\n1e16\n9999999999999999.9999999\n")
    code, out, err = run(
        f"flow --network fcn --depth 1 --width 2 --points {path} --labels 0,1,0 --until 1 --seed 1 --json"
    )
    found = json.loads(out)
    assert code == 2 and "doubles do not hold" in err and found["status"] == "stalled"
    assert found["constants"]["sharp"] == pytest.approx(found["lambda_0"] / 3, rel=1e-9) and found["lambda_0"] > 0


def test_errors_are_estimated_for_every_record(run):
    _, out, _ = run("flow --network fcn --depth 1 --width 16 --points circle:3 --labels 1,0,1 --until 10 --json")
    found = json.loads(out)
    for name in ("margin_error", "log10_loss_error", "kernel_error", "lambda_min_error"):
        assert len(found[name]) == len(found["log10_time"]) and min(found[name]) > 0
    assert 1e-6 < found["margin_error"][-1] < 2
    assert found["last_resort_share"] == found["last_resort_defect"] == 0 and found["log10_parted"] is None


def test_last_resorts_and_their_price_are_told_and_envelopes_are_undecided_where_it_is_high(run, monkeypatch):
    command = "flow --network fcn --depth 1 --width 12 --points circle:14 --labels alternating --until 100"
    monkeypatch.setattr("numerics.flow.last_resort.HURRY", 0)
    code, out, err = run(command)
    assert code == 2 and "of the steps were last resorts, off the energy identity by" in out
    assert "decides nothing" in out and "decides nothing" in err and "envelopes undecided" in out
    found = json.loads(run(command + " --json")[1])
    assert found["last_resort_share"] > 0.1 and found["last_resort_defect"] > 0.1 and found["envelope_held"] is None


def test_a_second_run_that_goes_another_way_is_told_and_since_when():
    values = {"last_resort_share": 0, "last_resort_defect": 0.0, "log10_parted": 1.5}
    (line,) = flow._warnings(values)
    assert line.startswith("from log10 t = 1.50 on") and "several flows may start" in line
    assert not list(flow._warnings(values | {"log10_parted": None}))


SAVING_AFTER_EVERY_STEP = """
import sys
from ntk_companion.cli.main import main
from numerics.flow import integrate
save = integrate._Saver.save
integrate._Saver.save = lambda saver, now=False: save(saver, now=True)
main(sys.argv[1:])
"""


def test_a_run_killed_at_any_moment_goes_on_to_the_same_bits(run, tmp_path):
    path = tmp_path / "flow.checkpoint"
    command = "flow --network fcn --depth 2 --width 64 --points circle:5 --labels alternating --until 1e4 --json"
    _, whole, _ = run(command)
    for _ in range(3):
        arguments = [sys.executable, "-c", SAVING_AFTER_EVERY_STEP, *command.split(), "--checkpoint", str(path)]
        before = path.stat().st_mtime_ns if path.exists() else 0
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as child:
            while child.poll() is None and (not path.exists() or path.stat().st_mtime_ns == before):
                time.sleep(0.01)
            time.sleep(0.05)
            child.kill()
    code, resumed, err = run(f"{command} --checkpoint {path}")
    assert (code, err) == (0, "") and json.loads(resumed) == json.loads(whole)


def test_a_checkpoint_is_resumed_refused_when_altered_and_held_by_one_run(run, tmp_path):
    path = tmp_path / "flow.checkpoint"
    command = "flow --network fcn --depth 1 --width 16 --points circle:3 --labels 1,0,1 --json"
    _, whole, _ = run(f"{command} --until 10")
    assert run(f"{command} --until 1 --checkpoint {path}")[0] == 0
    code, resumed, _ = run(f"{command} --until 10 --checkpoint {path}")
    assert code == 0 and json.loads(resumed) == json.loads(whole)
    with checkpoint.held(path):
        code, out, err = run(f"{command} --until 20 --checkpoint {path}")
        assert (code, out, err.count("\n")) == (2, "", 1) and "another run is using" in err
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    for damaged in (content, content[:-1]):
        path.write_bytes(damaged)
        code, out, err = run(f"{command} --until 20 --checkpoint {path}")
        assert (code, out, err.count("\n")) == (2, "", 1) and "not a whole checkpoint" in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["flow.checkpoint"]


def test_the_command_does_not_load_torch():
    code = f"import sys; from ntk_companion.cli.main import main; main('{TWO_POINTS} --until 1'.split())"
    finished = subprocess.run(
        [sys.executable, "-c", f"{code}; sys.exit('torch' in sys.modules)"], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    "chosen",
    [
        ["--labels", "1,-0.5", "--loss", "squared", "--reduction", "mean"],
        ["--labels", "0,2", "--loss", "softmax", "--weight-decay", "0.1", "--decay-towards", "zero"],
        ["--labels", "0,1", "--loss", "exponential"],
    ],
)
def test_other_losses_close_the_energy_identity(capsys, chosen):
    network = ["--network", "jacot", "--depth", "1", "--activation", "tanh", "--points", "circle:2", "--width", "20"]
    assert main.main(["flow", *network, "--until", "100", "--json", *chosen]) == 0
    found = json.loads(capsys.readouterr().out)
    assert abs(found["energy_defect"]) < 0.02 and found["reached"]
    assert (found["envelope_held"] is None) == ("exponential" not in chosen)
    assert len(found["margins"][0]) == 2


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["--labels", "0,x", "--loss", "softmax"], "classes"),
        (["--labels", "0,x", "--loss", "squared"], "--labels"),
        (["--labels", "0,1", "--weight-decay", "-1"], "--weight-decay"),
    ],
)
def test_losses_that_make_no_sense_are_refused(capsys, chosen, said):
    network = ["--network", "fcn", "--depth", "1", "--points", "circle:2", "--width", "20"]
    assert main.main(["flow", *network, "--until", "100", *chosen]) == 2
    assert said in capsys.readouterr().err
