"""What the tests stand on: real servers and child processes, started and ended cleanly."""
