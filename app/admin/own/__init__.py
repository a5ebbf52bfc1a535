"""Backups of Holdfast itself: its database and its keys, by restic, and their way back."""
