"""The rules of sign-in, tokens and API keys."""
