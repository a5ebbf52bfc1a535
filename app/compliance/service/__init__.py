"""Compliance: assessed when something changes, and shown as it was assessed last."""
