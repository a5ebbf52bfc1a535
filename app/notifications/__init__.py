"""Who is told of it, by mail or chat, and what became of each message."""
