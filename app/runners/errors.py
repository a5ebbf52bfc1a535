"""What can go wrong with runners and with what they tell of their runs."""

from app.core.errors import Conflict, Forbidden


class NameTaken(Conflict):
    message = "A runner with this name exists already."


class NotARunner(Forbidden):
    message = "Only the key of a registered runner may do this: see POST /runners."

    def __init__(self) -> None:
        super().__init__(details={"required": "runners:claim"})


class OtherRunnersRun(Conflict):
    code = "OTHER_RUNNERS_RUN"
    message = "This run belongs to another runner."


class NotClaimed(Conflict):
    code = "NOT_CLAIMED"
    message = "Nobody has claimed this run: ask for it by POST /runners/claim."
