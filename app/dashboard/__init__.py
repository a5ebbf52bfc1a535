"""Figures over everything, at a cost that does not grow with history."""
