"""Replay a development, or renew its seal.

    python -m ntk_companion.formal proofs      replay from what is compiled already; --afresh compiles all again
    python -m ntk_companion.formal generated   write the companion's generated definitions again
    python -m ntk_companion.formal seal        ask Coq for every statement again and write the seal

The development is the companion's own, or that of --folder, which may require the companion's files.

Exit codes: 0 done; 1 a proof, a generated definition or the seal is not what it should be; 2 bad input, or no Coq.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from ntk_companion.files import write_whole
from ntk_companion.formal import coq, replay, seal
from ntk_companion.formal.development import Development, ProofError
from ntk_companion.formal.proving import companion_proofs


def main() -> int:
    """Run a command and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ntk_companion.formal", description="Proofs in Coq as evidence.")
    parser.add_argument("command", choices=("proofs", "generated", "seal"))
    parser.add_argument("--afresh", action="store_true", help="forget what is compiled")
    parser.add_argument("--folder", type=Path, help="an author's own development")
    options = parser.parse_args()
    development = Development(options.folder, companion_proofs()) if options.folder else companion_proofs()
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
    seconds = time.monotonic() - started
    print(f"{mutants} mutants refuted, {witnesses} sets of hypotheses that can hold, in {seconds:.1f} s")
    print(f"axioms: {', '.join(axioms)}")
    return 0


def _seal(development: Development) -> int:
    """Write a new seal, and show each statement whose LaTeX or theorem changed, to be read by whoever renews it."""
    changed = seal.renew(development, _pairs(development))
    for shown in changed:
        print(f"READ {shown}\n")
    sealed = seal.parsed(development)
    replay.replay(development, sealed)
    print(f"sealed {len(sealed['theorems'])} theorems, {len(sealed['pairs'])} statements")
    return 0


def _pairs(development: Development) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The LaTeX and the theorems of every statement of a suite that this development proves."""
    from ntk_companion.suite import suites

    return {
        proof.key(statement): (proof.formula(statement), proof.theorems)
        for suite in suites()
        for statement, proof in suite.formal()
        if proof.proofs.folder.resolve() == development.folder.resolve()
    }


def _generated(development: Development) -> int:
    from theory.coq import generated

    write_whole(development.folder / "generated.v", generated())
    return 0


if __name__ == "__main__":
    sys.exit(main())
