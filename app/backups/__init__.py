"""Backup jobs, their executions, copies and snapshots."""
