"""What the database holds when a run begins: callers, jobs by the thousand, runs by the million."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, String, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import INTERVAL

from app.auth.service import api_keys, tokens
from app.auth.service.actors import actor_of
from app.backups.models import BackupJob, Execution
from app.core import clock
from app.core.identity import Actor
from app.core.queue import queues
from app.core.tenancy import as_tenant, unscoped
from app.legacy.models import StatusPost
from app.runners.service import runners
from app.storage import service as storage
from app.tenants import service as tenants
from app.tenants.models import Tenant as TenantRow
from app.users import service as users
from app.users.values import PERMISSIONS
from benchmarks.scale import scaled

FEW_JOBS, MANY_JOBS = 1_000, scaled(100_000, 2_000)
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=10)
_NAMED = {"tenant_named": True}
_OF_NO_REPOSITORY = "a password of the benchmark"
_JOBS: Any = BackupJob.__table__
_EXECUTIONS: Any = Execution.__table__
_POSTS: Any = StatusPost.__table__


@dataclass(frozen=True)
class Tenant:
    """A tenant with a row of jobs; `token` is its administrator's, `key` only reports."""

    id: int
    first_job: int
    jobs: int
    token: str
    key: str


def add_tenant(app: Flask, slug: str, jobs: int) -> Tenant:
    """Make a tenant with so many jobs, an administrator who has signed in, and a key."""
    with app.app_context():
        with unscoped():
            tenant = tenants.create_tenant(slug, slug.title())
            admin = users.create_user(f"admin-{slug}", secrets.token_urlsafe(32))
            users.add_member(tenant, admin, "admin")
            pair, _ = tokens.start_family(admin, tenant.id, clock.utcnow())
        with as_tenant(tenant.id) as session:
            session.execute(_jobs_of(tenant.id, jobs), execution_options=_NAMED)
            first = session.scalars(select(func.min(BackupJob.id))).one()
            actor = actor_of(admin, tenant, "admin", session_id=None)
            made = api_keys.create_key(actor, clock.utcnow(), name="scripts", role="reporter")
    return Tenant(tenant.id, first, jobs, pair.access_token, made.key)


def moment_of(number: int) -> datetime:
    """When the run of this number, from 1, was made."""
    return _BEGAN + number * _STEP


def add_keys(app: Flask, tenant: Tenant, keys: int) -> list[str]:
    """Make so many keys that only report."""
    with app.app_context(), as_tenant(tenant.id):
        actor = Actor(tenant.id, "system", "bench", permissions=PERMISSIONS)
        made = [
            api_keys.create_key(actor, clock.utcnow(), name=f"script {number}", role="reporter")
            for number in range(keys)
        ]
        return [one.key for one in made]


def add_people(app: Flask, tenant: Tenant, people: int, password: str) -> list[str]:
    """Make so many viewers of one password; gives their user names."""
    names = [f"viewer-{number}" for number in range(people)]
    with app.app_context(), unscoped() as session:
        row = session.get_one(TenantRow, tenant.id)
        for name in names:
            users.add_member(row, users.create_user(name, password), "viewer")
    return names


def give_to_restic(app: Flask, tenant: Tenant, runner: str | None = None) -> None:
    """Let restic execute the tenant's jobs, on this server or on a host."""
    with app.app_context(), as_tenant(tenant.id) as session:
        provider = storage.ensure_default(tenant.id, "/srv/backups")
        session.flush()
        values = {"backup_tool": "restic", "runner": runner, "storage_id": provider.id}
        values |= {"repository_password": _OF_NO_REPOSITORY}
        owned = _JOBS.c.tenant_id == tenant.id
        session.execute(update(_JOBS).where(owned).values(values), execution_options=_NAMED)


def add_runs(connection: Connection, tenant: Tenant, job_id: int, runs: int) -> None:
    """Give a job so many ended runs, one at each `moment_of` from 1 on."""
    connection.execute(_runs_of(tenant.id, job_id, runs))


def add_runner(app: Flask, slug: str, runs: int) -> tuple[Tenant, str]:
    """Make a tenant whose restic jobs each have a run that waits for a runner; gives its key."""
    tenant = add_tenant(app, slug, runs)
    with app.app_context(), as_tenant(tenant.id):
        actor = Actor(tenant.id, "system", "bench", permissions=PERMISSIONS)
        made = runners.register_runner("host", actor, clock.utcnow())
    give_to_restic(app, tenant, runner="host")
    with app.app_context(), as_tenant(tenant.id) as session:
        session.execute(_waiting_of(tenant.id), execution_options=_NAMED)
    return tenant, made.key


def count_given(app: Flask, tenant: Tenant) -> int:
    """How often the tenant's runs were given to somebody."""
    with app.app_context(), as_tenant(tenant.id, read_only=True) as session:
        return session.scalar(select(func.sum(Execution.attempt))) or 0


def add_reports(app: Flask, tenant: Tenant, reports: int) -> None:
    """Give each job of a tenant so many reported runs, with the posts that told of them."""
    with app.app_context(), as_tenant(tenant.id) as session:
        for job_id in range(tenant.first_job, tenant.first_job + tenant.jobs):
            session.execute(_runs_of(tenant.id, job_id, reports), execution_options=_NAMED)
        session.execute(_posts_of(tenant.id), execution_options=_NAMED)
        session.execute(_marks_of(tenant.id), execution_options=_NAMED)


def count_runs(app: Flask, tenant: Tenant) -> int:
    """The tenant's executions, each of them counted."""
    with app.app_context(), as_tenant(tenant.id, read_only=True) as session:
        return session.scalar(select(func.count(Execution.id))) or 0


def cancel_runs(app: Flask, tenant: Tenant) -> None:
    """End what waits, so that no later case's worker finds it; its messages are forgotten."""
    with app.app_context():
        queues().runs.flush()
        with as_tenant(tenant.id) as session:
            waiting = _EXECUTIONS.c.tenant_id == tenant.id, _EXECUTIONS.c.status == "queued"
            ended = update(_EXECUTIONS).where(*waiting).values(status="cancelled")
            session.execute(ended, execution_options=_NAMED)


def _numbers(last: int) -> Any:
    return func.generate_series(1, last).table_valued("number").render_derived(name="numbers")


def _jobs_of(tenant_id: int, jobs: int) -> Any:
    numbers = _numbers(jobs)
    number = numbers.c.number
    name = func.concat("Job ", number)
    values: dict[str, Any] = {
        "tenant_id": literal(tenant_id),
        "name": name,
        "source_path": func.concat("SERVER", number),
        "search_text": func.lower(func.concat(name, "\nserver", number)),
        "backup_type": literal("incremental"),
        "backup_tool": literal("veeam"),
        "schedule_type": literal("daily"),
        "schedule_time": literal("02:00"),
        "timezone": literal("Europe/Berlin"),
        "created_at": _after(number, "1 second"),
        "updated_at": _after(number, "1 second"),
    }
    return _filled(_JOBS, values, numbers)


def _runs_of(tenant_id: int, job_id: int, runs: int) -> Any:
    numbers = _numbers(runs)
    at = _after(numbers.c.number, f"{int(_STEP.total_seconds())} seconds")
    values: dict[str, Any] = {
        "tenant_id": literal(tenant_id),
        "job_id": literal(job_id),
        "kind": literal("backup"),
        "status": literal("success"),
        "trigger": literal("report"),
        "backup_type": literal("incremental"),
        "execution_date": at,
        "created_at": at,
        "started_at": at,
        "finished_at": at,
        "duration_seconds": literal(300.0),
        "backup_size_bytes": literal(2**30),
    }
    return _filled(_EXECUTIONS, values, numbers)


def _waiting_of(tenant_id: int) -> Any:
    columns = _JOBS.c
    values: dict[str, Any] = {
        "tenant_id": columns.tenant_id,
        "job_id": columns.id,
        "kind": literal("backup"),
        "status": literal("queued"),
        "trigger": literal("manual"),
        "backup_type": literal("incremental"),
        "execution_date": columns.created_at,
        "created_at": columns.created_at,
        "runner": columns.runner,
        "attempt": literal(0),
        "retry_number": literal(0),
        "priority": literal(5),
        "notify": literal(True),
        "encoding_repaired": literal(False),
        "restore_overwrite": literal(False),
    }
    chosen = select(*values.values()).where(columns.tenant_id == tenant_id)
    return insert(_EXECUTIONS).from_select(list(values), chosen)


def _posts_of(tenant_id: int) -> Any:
    runs = _EXECUTIONS.c
    values: dict[str, Any] = {
        "tenant_id": runs.tenant_id,
        "job_id": runs.job_id,
        "execution_id": runs.id,
        "caller": literal("key:1"),
        "endpoint": literal("status"),
        "result": literal("success"),
        "body_hash": func.decode(func.md5(cast(runs.id, String)), "hex"),
        "arrived_at": runs.created_at,
        "single_date": runs.execution_date,
    }
    chosen = select(*values.values()).where(runs.tenant_id == tenant_id)
    return insert(_POSTS).from_select(list(values), chosen)


def _marks_of(tenant_id: int) -> Any:
    """What the posts leave on their jobs."""
    latest = select(func.max(_POSTS.c.single_date)).where(_POSTS.c.job_id == _JOBS.c.id)
    marked = update(_JOBS).where(_JOBS.c.tenant_id == tenant_id)
    return marked.values(dates_told_until=latest.scalar_subquery())


def _after(number: Any, step: str) -> Any:
    return literal(_BEGAN) + number * cast(literal(step), INTERVAL)


def _filled(table: Any, values: dict[str, Any], numbers: Any) -> Any:
    """INSERT … SELECT; whatever is not given has the model's own default."""
    return insert(table).from_select(list(values), select(*values.values()).select_from(numbers))
