"""Pure rules of backup jobs."""
