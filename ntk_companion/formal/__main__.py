"""Replay the companion's proofs, or renew their seal.

    python -m ntk_companion.formal proofs      replay from what is compiled already; --afresh compiles all again
    python -m ntk_companion.formal generated   write the generated definitions again
    python -m ntk_companion.formal seal        ask Coq for every statement again and write the seal

Exit codes: 0 done; 1 a proof, a generated definition or the seal is not what it should be; 2 bad input, or no Coq.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time

from ntk_companion.files import write_whole
from ntk_companion.formal import coq, replay, seal
from ntk_companion.formal.development import Development, ProofError
from ntk_companion.formal.proving import companion_proofs


def main() -> int:
    """Run a command and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ntk_companion.formal", description="The companion's proofs in Coq."
    )
    parser.add_argument("command", choices=("proofs", "generated", "seal"))
    parser.add_argument("--afresh", action="store_true", help="forget what is compiled")
    options = parser.parse_args()
    development = companion_proofs()
    if options.command == "generated":
        return _generated(development)
    if coq.version() is None:
        print("there is no coqc: install Coq and Coquelicot (Debian: coq libcoq-coquelicot)", file=sys.stderr)
        return 2
    if options.afresh:
        shutil.rmtree(coq.folder_of(development))
    try:
        return _seal(development) if options.command == "seal" else _proofs(development)
    except ProofError as error:
        print(error, file=sys.stderr)
        return 1


def _proofs(development: Development) -> int:
    started = time.monotonic()
    sealed = seal.read(development)
    replay.replay(development, sealed)
    axioms = sorted({axiom for theorem in sealed["theorems"].values() for axiom in theorem["axioms"]})
    mutants = sum(len(theorem["mutants"]) for theorem in sealed["theorems"].values())
    witnesses = sum(bool(theorem["witness"]) for theorem in sealed["theorems"].values())
    print(f"Coq {coq.version()}: {len(development.texts)} files, {len(sealed['theorems'])} theorems as displayed,")
    print(
        f"{mutants} mutants refuted, {witnesses} sets of hypotheses that can hold, in {time.monotonic() - started:.1f} s"
    )
    print(f"axioms: {', '.join(axioms)}")
    return 0


def _seal(development: Development) -> int:
    """Write a new seal, and show each statement whose LaTeX or theorem changed, to be read by whoever renews it."""
    for fault in development.faults():
        raise ProofError(fault)
    coq.build(development)
    observed = seal.observed(development)
    pairs = _pairs(observed)
    text = seal.text(development, observed, pairs)
    try:
        before = seal.parsed(development)["pairs"]
    except ProofError:
        before = {}
    replay.replay(development, seal.loads(text))
    for name, (key, shown) in pairs.items():
        if before.get(name) != key:
            print(f"READ {name}\n{shown}\n")
    write_whole(development.folder / seal.FILE, text)
    print(f"sealed {len(observed['theorems'])} theorems, {len(pairs)} statements")
    return 0


def _pairs(observed: dict) -> dict[str, tuple[str, str]]:
    """The hash and the text of every statement of a suite that the companion's proofs prove, by its id."""
    from ntk_companion.suite import suites

    found: dict[str, tuple[str, str]] = {}
    for suite in suites():
        for statement, proof in suite.formal():
            if proof.proofs == companion_proofs():
                said = [observed["theorems"][name]["statement"] for name in proof.theorems]
                formula = proof.formula(statement)
                found[proof.key(statement)] = (
                    seal.pairing(formula, said),
                    "\n".join([f"  {formula}", *(f"  {s}" for s in said)]),
                )
    return found


def _generated(development: Development) -> int:
    from theory.coq import generated

    write_whole(development.folder / "generated.v", generated())
    return 0


if __name__ == "__main__":
    sys.exit(main())
