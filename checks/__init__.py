"""Executable statements, and what runs, records and prints them."""
