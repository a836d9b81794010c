"""What makes a verdict, held to known answers: balls, certificates, statistics, ledger, auditor, trajectories."""
