"""Tasks and comments: what people do, and what they write about it."""
