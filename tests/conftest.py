import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

pytest_plugins = ["pytester"]

torch.set_num_threads(1)
