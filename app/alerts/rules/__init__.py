"""The rules of alerts, as pure functions."""
