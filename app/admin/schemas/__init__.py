"""The wire formats of health, tenants and the configuration."""
