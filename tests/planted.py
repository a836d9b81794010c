"""Plant known errors, one at a time, in a copy of the repository: each must turn its run red.

    python -m tests.planted [NAME ...]

An error is a piece of source text and what replaces it; its run is the part of the suite that is to notice, and that is
green with nothing planted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS = 1800
"""A run that has not ended by then is stopped, and has not shown the error."""


@dataclass(frozen=True)
class Planted:
    """An error: in `file`, the text `old` (which must occur exactly once) becomes `new`; `run` must then fail."""

    name: str
    file: str
    old: str
    new: str
    run: tuple[str, ...]


PRINTED = ("checks/divergence/test_printed_formulas.py",)
SAMPLING = ("checks/divergence/test_initialisation.py", "-k", "hexagon or explicit or same_weights")
SERIES = ("checks/divergence/test_series.py",)
NUMBERS = (
    "tests/test_number_systems.py",
    "tests/test_float_balls.py",
    "tests/test_spectrum.py",
    "tests/test_kernels.py",
)
ATTAINED = ("checks/divergence/test_divergence.py", "-k", "envelope and (one or three)")
ENERGY = ("checks/divergence/test_divergence.py", "-k", "energy_identity_closes and statement")
AT_THE_ORIGIN = ("checks/divergence/test_alternative.py", "-k", "origin")
KNOWN_ANSWERS = ("tests/test_audit_verdicts.py", "-k", "known_answer")
TRAINED = ("tests/test_audit_trained.py", "-k", "known_answer or euler or counts")

ERRORS: tuple[Planted, ...] = (
    # In the architecture value, which all three readings share: the printed formulas, and the tests' hand-typed
    # networks, are what is left to notice.
    Planted(
        "the factor 2 of the activation dropped",
        "theory/architecture.py",
        "        Relu(),\n        Normalise(sympy.Integer(2)),\n    )\n\n\ndef fcn(",
        "        Relu(),\n        Normalise(sympy.Integer(1)),\n    )\n\n\ndef fcn(",
        PRINTED,
    ),
    Planted(
        "sqrt(2/m) off by 1% in one layer",
        "theory/architecture.py",
        "        Relu(),\n        Normalise(sympy.Integer(2)),\n    )\n\n\ndef fcn(",
        "        Relu(),\n        Normalise(sympy.Rational(20402, 10000) if index == 2 else sympy.Integer(2)),\n"
        "    )\n\n\ndef fcn(",
        PRINTED,
    ),
    Planted(
        "a bias lost at one layer",
        "theory/architecture.py",
        "blocks = tuple(fcn_block(index, bias) for index in range(1, depth + 1))",
        'blocks = tuple(fcn_block(index, "none" if index == 2 else bias) for index in range(1, depth + 1))',
        PRINTED,
    ),
    Planted(
        "a bias added at the output",
        "theory/architecture.py",
        'blocks, (Affine(_standard("W", depth + 1)),))\n\n\ndef resnet_block',
        'blocks, (Affine(_standard("W", depth + 1), _standard("b", depth + 1)),))\n\n\ndef resnet_block',
        PRINTED,
    ),
    Planted(
        "alpha for alpha^2",
        "theory/architecture.py",
        "return (Residual(scale, branch),)",
        "return (Residual(sympy.sqrt(scale), branch),)",
        PRINTED,
    ),
    # In the derivation.
    Planted(
        "k0 with pi/2 for pi",
        "theory/moments.py",
        "return sympy.simplify(moment / moment.subs(theta, 0))",
        "return sympy.simplify(moment / moment.subs(theta, 0)) - sympy.Rational(1 - power, 2)",
        PRINTED,
    ),
    Planted(
        "one group left out",
        "theory/recursion.py",
        "if bias is not None and bias.trained:",
        "if bias is not None and bias.trained and bias.index != 1:",
        SAMPLING,
    ),
    Planted(
        "B_l shifted by one layer",
        "theory/recursion.py",
        "        cotangent, more = passes[index](cotangent)\n        parts |= more\n    _, more",
        "        following, more = passes[index](cotangent)\n        parts |= more\n"
        "        cotangent = following if index < architecture.depth else cotangent\n    _, more",
        SAMPLING,
    ),
    Planted(
        "a Maclaurin coefficient wrong at one order",
        "theory/series.py",
        "sympy.powsimp(general), 2 * n + parity)",
        "sympy.powsimp(general) * sympy.Piecewise((2, sympy.Eq(n, 3)), (1, True)), 2 * n + parity)",
        (*SERIES, "tests/test_series.py"),
    ),
    # In the number systems and enclosures.
    Planted(
        "1/3 as a float inside a certified number",
        "numerics/numbers/systems.py",
        "return flint.arb(flint.fmpq(value.numerator, value.denominator))",
        "return flint.arb(float(value))",
        NUMBERS,
    ),
    Planted(
        "a ball's radius dropped",
        "numerics/numbers/float_balls.py",
        "    error *= _INFLATE\n",
        "    error *= 0\n",
        NUMBERS,
    ),
    Planted(
        "the residual left out of the certificate",
        "numerics/kernels/spectrum.py",
        "lower = (shift - FloatBalls.exact(norm)).lower()",
        "lower = shift.lower()",
        NUMBERS,
    ),
    # In the networks and the exact law.
    Planted(
        "the backward pass of one layer off by 3%",
        "numerics/networks/exact_law.py",
        "            cotangent, more = backward(cotangent)\n            parts |= more",
        "            cotangent, more = backward(cotangent.scaled(1.015 if backward is passes[1] else 1.0))\n"
        "            parts |= more",
        SAMPLING,
    ),
    Planted(
        "the backward pass of the torch network off by 3% in one layer",
        "numerics/networks/torch_network.py",
        "            cotangent, more = backward(cotangent)\n            parts |= more",
        "            cotangent, more = backward(cotangent * (1.015 if backward is passes[1] else 1.0))\n"
        "            parts |= more",
        SAMPLING,
    ),
    Planted(
        "sqrt(2/m) off by 1% in one layer of the sampler",
        "numerics/networks/exact_law.py",
        "        values, backward = _run_layer(layer, values, network)",
        "        layer = Normalise(1.0201 * float(layer.factor)) if len(passes) == 5 else layer\n"
        "        values, backward = _run_layer(layer, values, network)",
        SAMPLING,
    ),
    Planted(
        "sqrt(2/m) off by 1% in the sampler",
        "numerics/networks/exact_law.py",
        "return values.scaled(normalisation), lambda",
        "return values.scaled(1.01 * normalisation), lambda",
        SAMPLING,
    ),
    Planted(
        "the projection left out",
        "numerics/networks/exact_law.py",
        "@ (alignment - projected)",
        "@ alignment",
        SAMPLING,
    ),
    Planted(
        "the bias row left out of the conditioning",
        "numerics/networks/exact_law.py",
        "        correction = _correction(covariance, alignment, projected)",
        "        correction = _correction(Covariance.of(weight_variance * gram), alignment, projected)",
        SAMPLING,
    ),
    Planted(
        "one weight matrix drawn twice",
        "numerics/networks/exact_law.py",
        "return covariance.inverse() @ (alignment - projected)",
        "return 0 * (alignment - projected)",
        SAMPLING,
    ),
    Planted(
        "a bias lost in the torch network",
        "numerics/networks/torch_network.py",
        "        outputs = outputs + parameters[layer.bias.name]",
        "        outputs = outputs + 0 * parameters[layer.bias.name]",
        SAMPLING,
    ),
    Planted(
        "the standard error too small by the root of the draws",
        "numerics/statistics.py",
        "np.sqrt(variance / len(draws))",
        "np.sqrt(variance) / len(draws)",
        (*SAMPLING, "tests/test_estimation.py"),
    ),
    # In the report.
    Planted(
        "cases reported as a proof",
        "ntk_companion/report/page.py",
        'return PROVED if entry["scope"] == "all" else HELD',
        "return PROVED",
        ("tests/test_report.py", "-k", "summary"),
    ),
    Planted(
        "an author's title run as markup",
        "checks/report/templates/statement.html.j2",
        "{{ entry.title }}",
        "{{ entry.title|safe }}",
        ("tests/test_report.py", "-k", "never_run"),
    ),
    Planted(
        "text too pale to read",
        "checks/report/style.css",
        "--quiet: light-dark(#565b63, #a9adb3);",
        "--quiet: light-dark(#a5abb3, #a9adb3);",
        ("tests/test_report_in_browser.py", "-k", "axe and light"),
    ),
    Planted(
        "formulas wider than the screen",
        "checks/report/style.css",
        ".scroll { overflow-x: auto; overflow-y: hidden;",
        ".scroll {",
        ("tests/test_report_in_browser.py", "-k", "wider"),
    ),
    # In the kernel regime.
    Planted(
        "the regulariser pulls to 0 instead of theta_0",
        "numerics/flow/stepping.py",
        "rows += trial.shrinkage * (start - rows)",
        "rows += trial.shrinkage * (0 - rows)",
        ("checks/lazy/test_lazy_classification.py", "-k", "in_the_ball or balances"),
    ),
    Planted(
        "the soft target on the wrong side",
        "numerics/losses.py",
        "return np.log(targets), np.log(1 - targets)",
        "return np.log(1 - targets), np.log(targets)",
        ("checks/lazy/test_lazy_classification.py", "-k", "come_to_rest"),
    ),
    Planted(
        "the NNGP kernel in the place of the NTK",
        "numerics/kernels/gram.py",
        "return KernelGrams(total, {",
        "return KernelGrams(outputs, {",
        ("checks/lazy/test_lazy_solutions.py", "-k", "wide_networks"),
    ),
    Planted(
        "f_0 dropped from the predictor",
        "numerics/regression/predictors.py",
        "return start + cross @ self.coefficients",
        "return cross @ self.coefficients",
        ("checks/lazy/test_lazy_solutions.py", "-k", "wide_networks"),
    ),
    Planted(
        "test data leaks into the standardisation",
        "numerics/data/tables.py",
        "    scale = standardisation(table.features[train])\n",
        "    scale = standardisation(table.features)\n",
        ("checks/equivalence/test_equivalence.py", "-k", "standardised"),
    ),
    # In training.
    Planted(
        "u replaced by u^2",
        "numerics/losses.py",
        "return self.signs * np.exp(log_scale - np.logaddexp(0, self.signs * logits)) / self.temperature",
        "return self.signs * np.exp(log_scale - 2 * np.logaddexp(0, self.signs * logits)) / self.temperature",
        ATTAINED,
    ),
    Planted(
        "a sign lost in one label",
        "numerics/losses.py",
        "        return np.where(np.array(self.targets) > 0.5, 1.0, -1.0)",
        "        return np.where(np.append(1.0, self.targets[1:]) > 0.5, 1.0, -1.0)",
        ENERGY,
    ),
    Planted(
        "K_t frozen at K_0 in the recording",
        "numerics/flow/integrate.py",
        '"parts": np.array(parts).reshape(len(trained), size, size),',
        '"parts": self.records["parts"][0] if self.records else np.array(parts).reshape(len(trained), size, size),',
        AT_THE_ORIGIN,
    ),
    Planted(
        "a step four times too large",
        "numerics/flow/frozen_kernel.py",
        "        return self.span * rate",
        "        return 4 * self.span * rate",
        ATTAINED,
    ),
    Planted(
        "steps judged four times too mildly",
        "numerics/flow/stepping.py",
        "    error = 2 * float(",
        "    error = 0.125 * float(",
        ("tests/test_flow.py", "-k", "default_steps"),
    ),
    Planted(
        "the loss averaged instead of summed",
        "numerics/losses.py",
        "return self.signs * np.exp(log_scale - np.logaddexp(0, self.signs * logits)) / self.temperature",
        "return self.signs * np.exp(log_scale - np.logaddexp(0, self.signs * logits)) / self.temperature / self.size",
        ENERGY,
    ),
    Planted(
        "the last layer not trained",
        "numerics/flow/stepping.py",
        "        if layer.weight.trained:\n            _add_product",
        "        if layer.weight.trained and pushes[position].shape[1] > 1:\n            _add_product",
        AT_THE_ORIGIN,
    ),
    Planted(
        "n lost in an envelope",
        "numerics/flow/trajectory.py",
        "scaled = log_integral + log_share - 2 * math.log(temperature)",
        "scaled = log_integral - 2 * math.log(temperature)",
        ATTAINED,
    ),
    Planted(
        "margins recorded as |f|",
        "numerics/flow/trajectory.py",
        "        return self.loss.signs * self.outputs",
        "        return np.abs(self.outputs)",
        ATTAINED,
    ),
    Planted(
        "T for T^2 in an envelope",
        "numerics/flow/trajectory.py",
        "scaled = log_integral + log_share - 2 * math.log(temperature)",
        "scaled = log_integral + log_share - math.log(temperature)",
        ("checks/divergence/test_other_losses.py", "-k", "one_sample"),
    ),
    Planted(
        "the Gram of automatic differentiation for the flow's own",
        "numerics/flow/trajectory.py",
        "        return self.parts.sum(axis=1)",
        "        return self.automatic_gram",
        ("checks/divergence/test_alternative.py", "-k", "while_lambda_min"),
    ),
    Planted(
        "a kink crossed with the slope of its start",
        "numerics/flow/activations.py",
        "        return np.clip(np.where(np.isfinite(slope), slope, 0.5), 0.0, 1.0)",
        "        return self.slope(start)",
        ("tests/test_flow.py", "-k", "energy_identity_closes_with"),
    ),
    Planted(
        "the output bound 5% too large",
        "theory/dynamics/output_bound.py",
        "return 2 * strength * sympy.sqrt(factor / width)",
        "return sympy.Rational(21, 10) * strength * sympy.sqrt(factor / width)",
        ("checks/divergence/test_output_bound.py", "-k", "fcn"),
    ),
    Planted(
        "the gap on the wrong side in the crossing time",
        "theory/dynamics/envelopes.py",
        "(least_form - gap) * time, reached)",
        "(least_form + gap) * time, reached)",
        ("checks/divergence/test_crossing_time.py", "-k", "derived or origin"),
    ),
    Planted(
        "half of the sign patterns left out of the best constant",
        "numerics/kernels/gap.py",
        "np.arange(2 ** (size - 1))[:, None]",
        "np.arange(2 ** max(size - 2, 0))[:, None]",
        ("checks/divergence/test_gap.py", "-k", "best or ordered"),
    ),
    Planted(
        "a bias counted as homogeneous at every depth",
        "theory/dynamics/late_times.py",
        "if bias is not None and _degree(bias) != before:",
        "if bias is not None and _degree(bias) > before:",
        ("tests/test_late_times.py",),
    ),
    # In the auditor's deciding.
    Planted(
        "two ranges that overlap are ordered",
        "ntk_companion/audit/values/ranges.py",
        "return True if first.upper < second.lower else",
        "return True if first.lower < second.upper else",
        KNOWN_ANSWERS,
    ),
    Planted(
        "equality confirmed by digits",
        "ntk_companion/audit/values/ranges.py",
        "return True if exact and first.lower == second.lower else None",
        "return True if first.lower.overlaps(second.lower) else None",
        KNOWN_ANSWERS,
    ),
    Planted(
        "a vacuous claim counted as confirmed",
        "ntk_companion/audit/reply/auditing.py",
        "Truth.EMPTY: Verdict.VACUOUS",
        "Truth.EMPTY: Verdict.CONFIRMED",
        KNOWN_ANSWERS,
    ),
    Planted(
        "a bound met before training counted as confirmed",
        "ntk_companion/audit/decide/deciding.py",
        "return Truth.EMPTY if outcome is Truth.TRUE and says_nothing(node, environment, decide) else outcome",
        "return outcome",
        TRAINED,
    ),
    Planted(
        "the error of a flow left out",
        "ntk_companion/audit/values/trajectory_bounds.py",
        "scaled = SAFETY * np.where(",
        "scaled = 0 * np.where(",
        TRAINED,
    ),
    Planted(
        "scope all for what was integrated",
        "ntk_companion/audit/reply/auditing.py",
        "if words_in(_assertion(claim)) & (TRAINED | SAMPLED):",
        "if words_in(_assertion(claim)) & SAMPLED:",
        TRAINED,
    ),
    Planted(
        "the time of a claim in log10 where the flow has ln",
        "ntk_companion/audit/values/times.py",
        "return float(end.log().mid())",
        "return float(end.log().mid()) / math.log(10)",
        TRAINED,
    ),
    Planted(
        "one network fewer than the claim says",
        "ntk_companion/audit/claims/training.py",
        "return range(first, first + self.seeds)",
        "return range(first, first + max(1, self.seeds - 1))",
        TRAINED,
    ),
    Planted(
        "an entry of the ledger not verified",
        "ntk_companion/cli/audit.py",
        "return {name: material.entry(name) for name in names}",
        'return {entry["id"]: entry for entry in material.ledger["statements"]}',
        ("tests/test_audit_files.py", "-k", "tampered"),
    ),
)


def copy_of_repository(folder: Path) -> Path:
    """The tracked and new files of the repository, copied."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def plant(error: Planted, copy: Path) -> None:
    """Apply an error to a copy. Raises ValueError if its text is not there exactly once."""
    path = copy / error.file
    text = path.read_text(encoding="utf-8")
    if text.count(error.old) != 1:
        raise ValueError(f"{error.name}: {error.old!r} occurs {text.count(error.old)} times in {error.file}")
    path.write_text(text.replace(error.old, error.new), encoding="utf-8")


def outcome(run: tuple[str, ...], error: Planted | None) -> tuple[int | None, str, float]:
    """pytest's exit code on a copy with the error planted, the first thing that failed, and the seconds it took.

    The code is None if the run did not end.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_repository(Path(folder))
        if error is not None:
            plant(error, copy)
        try:
            result = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", *run], timeout=MOST_SECONDS,
                cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, "the run did not end", time.monotonic() - start
    return result.returncode, _first_failure(result.stdout + result.stderr), time.monotonic() - start


@cache
def is_green(run: tuple[str, ...]) -> bool:
    """Does the run pass with nothing planted?"""
    return outcome(run, None)[0] == 0


def _first_failure(output: str) -> str:
    for start in ("FAILED", "ERROR", "FAILS"):
        for line in output.splitlines():
            if line.startswith(start):
                return line.split(" - ")[0]
    return output.strip().splitlines()[-1] if output.strip() else "no output"


def main(names: list[str]) -> int:
    """Run the errors named, or all; print a table; 0 if every one turned its run red."""
    unknown = set(names) - {error.name for error in ERRORS}
    if unknown:
        print(
            f"no planted errors named {sorted(unknown)}; choose from {[error.name for error in ERRORS]}",
            file=sys.stderr,
        )
        return 2
    survivors = 0
    for error in ERRORS:
        if names and error.name not in names:
            continue
        code, failure, seconds = outcome(error.run, error)
        red = code == 1 and is_green(error.run)
        survivors += not red
        print(f"{'red  ' if red else 'GREEN'}  {seconds:5.0f} s  {error.name}: {failure}", flush=True)
    print(f"{survivors} planted errors survived" if survivors else "every planted error turned its run red")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
