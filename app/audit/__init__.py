"""Who did what, and what was refused: rows that nobody changes."""
