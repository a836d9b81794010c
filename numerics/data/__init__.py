"""Point sets, images and tables of data."""

from numerics.data.points import circle, hexagon, sphere
