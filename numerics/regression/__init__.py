"""Kernel predictors, linearised networks and ensembles."""
