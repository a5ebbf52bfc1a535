"""The wire format of verifications and their schedules."""
