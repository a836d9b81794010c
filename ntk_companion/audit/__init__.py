"""The auditor: claims on neural tangent kernels, written in TOML, are decided with evidence.

Five layers, each importing only those before it: `syntax` (text to trees), `claims` (files to claims), `values` (trees
to rigorous numbers), `decide` (statements to truth), `reply` (claims to replies).
"""
