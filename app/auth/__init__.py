"""Who may come in: sign-in, tokens and API keys."""
