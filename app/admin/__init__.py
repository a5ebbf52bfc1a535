"""Health, and what an operator starts from the command line."""
