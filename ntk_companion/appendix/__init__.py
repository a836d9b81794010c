"""Tables and figures for an appendix, made of the ledger, the audit and recorded results."""
