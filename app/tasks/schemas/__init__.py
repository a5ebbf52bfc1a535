"""The wire format of tasks and comments."""
