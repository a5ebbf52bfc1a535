"""Text that any database can keep and anybody can read."""


def readable(text: str) -> str:
    """The text with `?` for what is no character: a file's name may hold any bytes."""
    return text.encode("utf-8", "replace").decode()
