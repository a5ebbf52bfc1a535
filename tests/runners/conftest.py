"""A registered runner, and the runs that wait for it."""

from collections.abc import Callable
from typing import Any

import pytest

from app.backups.models import Execution
from app.core.tenancy import as_tenant
from tests.support.cast import Caller, Cast

CLAIM = "/api/v1/runners/claim"


@pytest.fixture
def runner(cast: Cast) -> Caller:
    """The runner of the branch office."""
    return cast.runner()


@pytest.fixture
def queue(cast: Cast, operator: Caller) -> Callable[..., int]:
    """Queue a run of a new job of the runner's host; gives the execution's id."""

    def call(body: dict[str, Any] | None = None, **fields: Any) -> int:
        job = cast.create_job(**{"runner": "branch-office", **fields})
        response = operator.post(f"/api/v1/backups/{job.id}/run", body or {})
        assert response.status_code == 202, response.text
        return int(response.json["data"]["id"])  # type: ignore[index]

    return call


@pytest.fixture
def claimed(queue: Callable[..., int], runner: Caller) -> Callable[..., int]:
    """Queue a run and let the runner claim it; gives the execution's id."""

    def call(**fields: Any) -> int:
        execution_id = queue(**fields)
        response = runner.post(CLAIM, {})
        assert response.json["data"]["execution_id"] == execution_id  # type: ignore[index]
        return execution_id

    return call


@pytest.fixture
def execution(cast: Cast) -> Callable[[int], Execution]:
    """An execution as it stands in the database now."""

    def read(execution_id: int) -> Execution:
        (found,) = [row for row in cast.rows(Execution) if row.id == execution_id]
        return found  # type: ignore[no-any-return]

    return read


@pytest.fixture
def change(cast: Cast) -> Callable[..., None]:
    """Set columns of a row of Acme's below the API, as time or another process would."""

    def write(model: Any, row_id: int, **values: Any) -> None:
        with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    return write
