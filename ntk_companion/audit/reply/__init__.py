"""Replies: a verdict with its scope, evidence and qualification, as records and as text."""
