"""Proofs in Coq as evidence: replayed where Coq is at hand, and held to a committed seal everywhere.

A development is a folder of Coq files with `theorems.toml`, which names the theorems that are evidence, their mutants
and the witnesses of their hypotheses, and `seal.json`, which records what Coq said of them. `formal` turns a theorem
into evidence; ``python -m ntk_companion.formal`` replays a development and renews its seal.
"""

from ntk_companion.formal.development import Development, ProofError
from ntk_companion.formal.proving import Formal, formal

__all__ = ["Development", "Formal", "ProofError", "formal"]
