"""Settings of the process that checks run in."""

import torch

# Small products dominate; two processes with two threads each only get in each other's way.
torch.set_num_threads(1)
