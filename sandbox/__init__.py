"""Simulated exchanges on loopback: for demo, tests and benchmarks, never for a report."""
