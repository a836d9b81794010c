"""The language of assertions: its words, its grammar, and trees of frozen values."""
