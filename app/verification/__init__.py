"""Proof that what was backed up can be had back."""
