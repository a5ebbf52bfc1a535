"""What the product does with jobs, executions, copies and snapshots."""
