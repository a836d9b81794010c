"""The auditor: claims on neural tangent kernels, written in TOML, are decided with evidence.

`claims` reads a file, `language` its assertions, `words` is the vocabulary, `deciding` decides, `replies` reports.
"""
