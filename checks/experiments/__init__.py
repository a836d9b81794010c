"""Experiments: a module each, whose `run()` yields the tables of results that it records."""
