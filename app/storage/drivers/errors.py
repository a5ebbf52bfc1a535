"""What can be wrong with a storage, each fact under a stable code."""

# Nothing answers there: refused, no route, no such name.
STORAGE_UNREACHABLE = "STORAGE_UNREACHABLE"
# It answers that something went wrong on its own side.
STORAGE_FAILED = "STORAGE_FAILED"
# The other side knows us and says no: wrong credentials, or no permission.
STORAGE_REFUSED = "STORAGE_REFUSED"
STORAGE_TIMEOUT = "STORAGE_TIMEOUT"
# The bucket, share, folder or container is not there.
STORAGE_NOT_FOUND = "STORAGE_NOT_FOUND"
STORAGE_READ_ONLY = "STORAGE_READ_ONLY"
STORAGE_FULL = "STORAGE_FULL"
STORAGE_CERTIFICATE = "STORAGE_CERTIFICATE"
STORAGE_HOST_KEY_CHANGED = "STORAGE_HOST_KEY_CHANGED"
# It answers, but not in the protocol of its kind, or gives back other bytes than it was given.
STORAGE_PROTOCOL = "STORAGE_PROTOCOL"
# The probe was written and read, but may not be removed.
STORAGE_PROBE_LEFT = "STORAGE_PROBE_LEFT"
# The connection string or the credentials are not what this kind of storage takes.
STORAGE_ADDRESS = "STORAGE_ADDRESS"
# There is nothing to connect to: a tape in a cupboard.
STORAGE_OFFLINE_MEDIUM = "STORAGE_OFFLINE_MEDIUM"
# Too many calls hang already in this process.
STORAGE_BUSY = "STORAGE_BUSY"


class DriverError(Exception):
    """A storage that could not be used; `code` is stable, `message` holds no secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
