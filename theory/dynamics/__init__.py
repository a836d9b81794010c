"""The dynamics of training: the flow of the residuals, envelopes, late times, bounds of the output."""
