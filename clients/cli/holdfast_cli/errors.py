"""What ends the command, and the exit codes that pipelines read."""

SUCCESS, FAILED, REFUSED, WARNING, UNFINISHED, INTERRUPTED = 0, 1, 2, 3, 4, 130
EXIT_OF = {
    "success": SUCCESS,
    "warning": WARNING,
    "failed": FAILED,
    "cancelled": FAILED,
    "missed": FAILED,
}


class Stop(Exception):
    """The end of the command, with what to say about it."""

    exit_code = REFUSED


class Refused(Stop):
    """The server or this command will not do what it was asked to."""

    def __init__(self, message: str, *, status: int = 0, code: str = "", **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details


class Unfinished(Stop):
    """The server is away, or the run goes on: how it ends is not known."""

    exit_code = UNFINISHED
