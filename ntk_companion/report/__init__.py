"""The report: a ledger as one HTML page that stands by itself."""
