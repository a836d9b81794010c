"""The kernels of residual networks: Huang, Tirer, Belfer, Lai, Tian."""
