"""3-2-1-1-0: whether a job's data would survive, with the evidence for it."""
