"""Alerts: kept in step with the event log, moved by people, shown."""
