"""Experiments on the conditioning of the kernel.

| csv | columns |
|---|---|
| condition_by_depth | n, degrees, depth, condition |
| condition_limits | n, degrees, at_0, at_1, at_10, at_100, at_1000, derived, printed |
"""
