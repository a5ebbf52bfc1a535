"""What can go wrong with asking for a verification."""

from app.core.errors import Conflict, NotFound


class VerificationInProgress(Conflict):
    code = "VERIFICATION_IN_PROGRESS"
    message = "A verification of this job is queued or running."


class NotVerifiable(Conflict):
    code = "NOT_VERIFIABLE"
    message = "This server cannot reach what this job has backed up."


class NothingToVerify(Conflict):
    code = "NOTHING_TO_VERIFY"
    message = "No backup of this job has succeeded yet."


class NeverVerified(NotFound):
    code = "NEVER_VERIFIED"
    message = "This job was never verified."


class NotFinished(Conflict):
    code = "NOT_FINISHED"
    message = "This verification has no result yet."


class VerificationOver(Conflict):
    code = "ALREADY_FINAL"
    message = "This verification is over."
