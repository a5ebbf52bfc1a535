"""What the tests of compliance share: a job that complies, and what keeps its assessment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.compliance.models import ComplianceState
from app.core import clock
from app.core.background import Rounds
from tests.support.processes import wait_until

AWAY = {"name": "Vault", "location_type": "offsite", "media_type": "tape"}
OFFLINE = {"name": "Safe", "location_type": "offline", "media_type": "external_hdd"}


@pytest.fixture
def veeam_job(cast) -> Any:
    """A job of the first tenant that Veeam runs and scripts report on."""
    return cast.create_job(backup_tool="veeam")


@pytest.fixture
def report(reporter) -> Callable[..., Any]:
    """Tell of a run as a script does."""

    def call(job: Any, result: str = "success", **more: Any) -> Any:
        body = {"job_id": job.id, "execution_result": result, **more}
        response = reporter.post("/api/backup/status", body)
        assert response.status_code == 201, response.text
        return response.json

    return call


@pytest.fixture
def add_copy(operator) -> Callable[..., int]:
    """Tell of a copy that holds data of an hour ago."""

    def call(job: Any, kind: dict[str, str], **more: Any) -> int:
        hour_ago = clock.to_wire(clock.utcnow() - timedelta(hours=1))
        body = {**kind, "status": "success", "last_backup_date": hour_ago, **more}
        response = operator.post(f"/api/v1/backups/{job.id}/copies", body)
        assert response.status_code == 201, response.text
        return int(response.json["data"]["id"])

    return call


@pytest.fixture
def state_of(cast) -> Callable[[Any], ComplianceState | None]:
    """How a job's row stands now."""

    def call(job: Any) -> ComplianceState | None:
        return next((row for row in cast.rows(ComplianceState) if row.job_id == job.id), None)

    return call


@pytest.fixture
def settle(app, state_of) -> Callable[..., None]:
    """Let the scheduler's rounds go on until a job's outcome is this one.

    One round does, unless other databases of the same server write at that moment.
    """

    def call(job: Any, outcome: str) -> None:
        def is_there() -> bool:
            with app.app_context():
                Rounds().run()
            state = state_of(job)
            return state is not None and state.outcome == outcome

        wait_until(is_there, seconds=60, what=f"the outcome is {outcome}")

    return call
