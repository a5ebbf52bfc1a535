"""People, and where each of them belongs."""
