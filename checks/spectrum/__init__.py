"""The NTK on the sphere: eigenvalues, parity, spaces."""
