"""Pure rules of authentication."""
