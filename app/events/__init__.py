"""What happened, as facts that others follow."""
