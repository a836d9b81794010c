"""Gradient flow of finite networks in logarithmic time, and gradient descent."""

from numerics.flow.integrate import Recording, gradient_flow
from numerics.flow.stepping import Accuracy
from numerics.flow.trajectory import Trajectory
