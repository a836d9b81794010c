"""Claims files: TOML within limits, networks, points, constants and training."""
