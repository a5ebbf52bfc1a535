"""People's work, and what they write about it."""
