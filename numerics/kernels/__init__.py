"""Gram matrices of derived kernels, certified spectra and the gap constants."""

from numerics.kernels.gram import kernel_grams, nngp, ntk
