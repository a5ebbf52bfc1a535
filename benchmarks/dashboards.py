"""What the dashboard costs: over a short history and over a long one, all of it in the window."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import requests
from flask import Flask
from sqlalchemy import Connection, case, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import INTERVAL

from app.backups.models import Execution
from app.core import clock
from app.dashboard.service.recounting import recount
from app.events.models import Event
from benchmarks.filling import filling, settle
from benchmarks.reads import reader
from benchmarks.rounds import Case, in_turn
from benchmarks.scale import scaled
from benchmarks.seeds import FEW_JOBS, Tenant, add_tenant
from benchmarks.servers import Stage

SHORT, LONG = scaled(50_000, 500), scaled(5_000_000, 50_000)
HISTORY = timedelta(days=29)
PATH = "/dashboard/overview?time_period=last_30d"
_EXECUTIONS: Any = Execution.__table__
_EVENTS: Any = Event.__table__


class Miscounted(AssertionError):
    """The dashboard tells another number of runs than there are."""


def dashboard_overview_5m(app: Flask, stage: Stage) -> Iterator[Case]:
    """The overview of 30 days with five million runs, against one with fifty thousand."""
    now = clock.utcnow()
    large, small = (add_tenant(app, slug, FEW_JOBS) for slug in ("long-story", "short-story"))
    with filling(app, "executions", "events") as connection:
        add_history(connection, large, LONG, now)
        add_history(connection, small, SHORT, now)
    with app.app_context():
        recount()
    settle(app)
    for tenant, runs in ((large, LONG), (small, SHORT)):
        _check(stage, tenant, runs)
    rounds = in_turn(reader(stage, large, PATH), reader(stage, small, PATH))
    yield rounds.cost("dashboard_overview_5m", target=2.0)


def add_history(connection: Connection, tenant: Tenant, runs: int, now: datetime) -> None:
    """Spread so many runs over a tenant's jobs and the last days, and the events of their ends."""
    connection.execute(_runs_of(tenant, runs, now))
    connection.execute(_events_of(tenant))


def _runs_of(tenant: Tenant, runs: int, now: datetime) -> Any:
    numbers = func.generate_series(1, runs).table_valued("number").render_derived(name="numbers")
    number = numbers.c.number
    step = cast(literal(f"{HISTORY.total_seconds() / runs:.6f} seconds"), INTERVAL)
    at = literal(now) - number * step
    values: dict[str, Any] = {
        "tenant_id": literal(tenant.id),
        "job_id": literal(tenant.first_job) + number % tenant.jobs,
        "kind": literal("backup"),
        "status": case(
            (number % 20 == 0, "failed"), (number % 20 == 1, "warning"), else_="success"
        ),
        "trigger": literal("report"),
        "backup_type": literal("incremental"),
        "execution_date": at,
        "created_at": at,
        "started_at": at,
        "finished_at": at,
        "duration_seconds": literal(300.0),
        "backup_size_bytes": literal(2**30),
    }
    return insert(_EXECUTIONS).from_select(
        list(values), select(*values.values()).select_from(numbers)
    )


def _events_of(tenant: Tenant) -> Any:
    runs = _EXECUTIONS.c
    is_bad = runs.status == "failed"
    told = case((is_bad, "backup.failed"), (runs.status == "warning", "backup.warned"))
    values: dict[str, Any] = {
        "tenant_id": runs.tenant_id,
        "type": func.coalesce(told, "backup.succeeded"),
        "severity": case((is_bad, "high"), else_="info"),
        "source": literal("powershell"),
        "title": literal("A backup ended"),
        "subject_type": literal("backup"),
        "subject_id": runs.job_id,
        "data": func.json_build_object("execution_id", runs.id, "trigger", "report"),
        "occurred_at": runs.execution_date,
    }
    ended = select(*values.values()).where(runs.tenant_id == tenant.id)
    return insert(_EVENTS).from_select(list(values), ended)


def _check(stage: Stage, tenant: Tenant, runs: int) -> None:
    headers = {"Authorization": f"Bearer {tenant.token}"}
    answer = requests.get(f"{stage.holdfast}/api/v1{PATH}", headers=headers, timeout=60)
    told = answer.json()["data"]["runs"]["total"]
    if told != runs:
        raise Miscounted(f"The dashboard tells of {told} runs, there are {runs}")
