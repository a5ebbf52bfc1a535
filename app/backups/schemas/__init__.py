"""The wire format of jobs, executions, copies and snapshots."""
