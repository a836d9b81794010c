"""Experiments on the kernel's eigenvalues on spheres.

| csv | columns |
|---|---|
| eigenvalue_decay | dimension, depth, parity, degree, value, error |
| eigenvalue_exponents | dimension, depth, parity, from_degree, to_degree, found, found_error, claimed |
"""
