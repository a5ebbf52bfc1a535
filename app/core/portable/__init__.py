"""The whole database as files that any version of it, SQLite's or PostgreSQL's, can take again."""
