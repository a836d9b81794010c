"""Finite networks: in torch, and their kernels at initialisation exactly in law."""
