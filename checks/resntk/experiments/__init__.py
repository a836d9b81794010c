"""Experiments on residual kernels at growing depth.

| csv | columns |
|---|---|
| residual_by_depth | trained, power, cosine, depth, kernel |
| residual_limits | trained, power, cosine, at_50, at_200, at_800, limit |
"""
