"""What can go wrong with jobs and executions."""

from app.core.errors import Conflict, Unavailable


class NameTaken(Conflict):
    message = "A backup job with this name exists already."


class RunInProgress(Conflict):
    code = "RUN_IN_PROGRESS"
    message = "A run of this job is queued or running."


class JobInactive(Conflict):
    code = "JOB_INACTIVE"
    message = "This job is not active."


class NotRunnable(Conflict):
    code = "NOT_RUNNABLE"
    message = "This job only hears reports: no tool or runner executes it."


class AlreadyFinal(Conflict):
    code = "ALREADY_FINAL"
    message = "This execution is over."


class SystemCopy(Conflict):
    code = "SYSTEM_COPY"
    message = "This copy is the job's own repository, which the system keeps."


class EngineUnavailable(Unavailable):
    code = "ENGINE_UNAVAILABLE"
    message = "The backup engine could not answer."


class TooManyWaiting(Unavailable):
    message = "Too many callers wait for a slow answer; try again."
