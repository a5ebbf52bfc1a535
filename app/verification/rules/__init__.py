"""What verifications follow, as pure functions."""
