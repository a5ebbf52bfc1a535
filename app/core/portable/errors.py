"""Why a database could not be written down, or not be taken from what was written down."""


class NotPortable(Exception):
    """Nothing was kept, or nothing was changed; the message is for an administrator."""
