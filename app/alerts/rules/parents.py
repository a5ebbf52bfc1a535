"""What explains what: the failure of a runner or a storage, and those of the jobs that need it."""

from collections.abc import Iterable
from typing import Any, Protocol

from app.alerts.rules.standing import Job
from app.backups.values import RUNNER_LOST as RUN_OF_LOST_RUNNER
from app.engines.base import STORAGE_UNAVAILABLE
from app.events.values import (
    BACKUP_FAILED,
    BACKUP_MISSED,
    RUNNER_LOST,
    STORAGE_OFFLINE,
    VERIFICATION_FAILED,
)
from app.verification.values import FAILED

PARENTS = (RUNNER_LOST, STORAGE_OFFLINE)
CHILDREN = (BACKUP_FAILED, BACKUP_MISSED, VERIFICATION_FAILED)


class Parent(Protocol):
    """An alert that may explain others."""

    @property
    def type(self) -> str: ...
    @property
    def subject_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


def may_be_child(type_: str, data: dict[str, Any]) -> bool:
    """A verification that was carried out has found what no storage's absence explains."""
    if type_ == VERIFICATION_FAILED:
        return data.get("test_status") == FAILED
    return type_ in CHILDREN


def explains(parent: Parent, job: Job) -> bool:
    """The job needs what the parent tells of."""
    if parent.type == RUNNER_LOST:
        return job.runner is not None and job.runner == parent.data.get("name")
    return job.storage_id is not None and job.storage_id == parent.subject_id


def find_parent(parents: Iterable[Any], job: Job) -> Any:
    """The first that explains the job's failures; None when nothing does."""
    return next((parent for parent in parents if explains(parent, job)), None)


def awaits_runner(job: Job, data: dict[str, Any]) -> bool:
    """Its runner's own alert is about to come."""
    return job.runner is not None and data.get("error_code") == RUN_OF_LOST_RUNNER


def awaits_storage(job: Job, data: dict[str, Any]) -> bool:
    """Its storage did not answer, which the storage's own check has not found yet."""
    return job.storage_id is not None and data.get("error_code") == STORAGE_UNAVAILABLE
