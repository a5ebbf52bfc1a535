"""One row of the first tenant for every name that a path may hold, made as its people make it."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from app.alerts.models import Alert
from app.backups.models import Execution
from app.core import clock
from app.core.db import Base
from app.core.secrets import keyed_hash
from app.core.tenancy import as_tenant
from app.events.models import Event
from app.legacy.models import RejectedReport
from app.users.models import Invite
from app.users.values import INVITE_LIFETIME
from tests.support.cast import Caller, Cast
from tests.support.raw import owners_engine

# Written by refusals and by mere calls, whoever calls.
_KEPT_OF_CALLS = {"audit_log", "idempotency_keys", "legacy_calls"}
_numbers = itertools.count(1)
_STAMPS = {"last_used_at"}
_numbers = itertools.count(1)


def make_rows(cast: Cast, admin: Caller, names: Iterable[str]) -> dict[str, Any]:
    """The id of a row for each parameter name, or what else an address holds of it.

    Fails on a name that nobody makes a row for.
    """
    made = {}
    for name in sorted(names):
        assert name in _FACTORIES, (
            f"A path holds <{name}>: add a factory of such a row to {__name__}._FACTORIES, "
            "so that the doors are tried with it."
        )
        made[name] = _FACTORIES[name](cast, admin)
    return made


def make_all_rows(cast: Cast, admin: Caller) -> dict[str, Any]:
    """One row of each kind that a path can name."""
    return make_rows(cast, admin, _FACTORIES)


def dump(cast: Cast) -> dict[str, list[dict[str, Any]]]:
    """Every row of every tenant, but for what each call leaves behind."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in _KEPT_OF_CALLS]
    with cast.app.app_context(), owners_engine().connect() as connection:
        return {
            table.name: [
                {name: value for name, value in row.items() if name not in _STAMPS}
                for row in connection.execute(
                    table.select().order_by(*table.primary_key)
                ).mappings()
            ]
            for table in tables
        }


def keep_run(cast: Cast, job_id: int, **fields: Any) -> int:
    """A successful run of Acme's job, as far as rows tell of it."""
    now = clock.utcnow()
    given = {"status": "success", "snapshot_id": "4f1c2d3e", **fields}
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        times = dict.fromkeys(("execution_date", "started_at", "finished_at"), now)
        run = Execution(job_id=job_id, kind="backup", trigger="manual", **{**times, **given})
        session.add(run)
        session.flush()
        return int(run.id)


def keep_alert(cast: Cast, tenant: str = "acme", **fields: Any) -> int:
    """An open alert, as far as rows tell of it."""
    number, now = next(_numbers), clock.utcnow()
    given = {"dedup_key": f"external.disk:host:{number}", "type": "external.disk", **fields}
    with cast.app.app_context(), as_tenant(cast.tenant(tenant)) as session:
        times = dict.fromkeys(("first_seen_at", "last_seen_at", "opened_at"), now)
        words = {"severity": "high", "severity_rank": 3, "title": f"Disk {number} is worn"}
        alert = Alert(**{**times, **words, **given})
        session.add(alert)
        session.flush()
        return int(alert.id)


def _make(caller: Caller, path: str, body: dict[str, Any]) -> int:
    response = caller.post(path, body)
    assert response.is_json
    assert response.status_code < 300, response.text
    return int(response.json["data"]["id"])  # type: ignore[index]


def _job(cast: Cast, _admin: Caller) -> int:
    return int(cast.create_job().id)


def _execution(cast: Cast, admin: Caller) -> int:
    return _make(admin, f"/api/v1/backups/{_job(cast, admin)}/run", {})


def _copy(cast: Cast, admin: Caller) -> int:
    body = {"name": "Tape vault", "location_type": "offsite", "media_type": "tape"}
    return _make(admin, f"/api/v1/backups/{_job(cast, admin)}/copies", body)


def _key(_cast: Cast, admin: Caller) -> int:
    return _make(admin, "/api/v1/auth/api-keys", {"name": "nightly", "role": "reporter"})


def _provider(cast: Cast, admin: Caller) -> int:
    """One that no job uses, so that it can be deleted."""
    name = f"Vault {next(_numbers)}"
    body = {"name": name, "provider_type": "local", "location_type": "offsite"}
    path = f"{cast.instance}/storage"
    return _make(admin, "/api/v1/storage/providers", {**body, "connection_string": path})


def _runner(_cast: Cast, admin: Caller) -> int:
    return _make(admin, "/api/v1/runners", {"name": f"host-{next(_numbers)}"})


def _alert(cast: Cast, _admin: Caller) -> int:
    return keep_alert(cast)


def _verification(cast: Cast, admin: Caller) -> int:
    job = cast.create_job()
    keep_run(cast, job.id)
    return _make(admin, f"/api/v1/verify/{job.id}", {"test_type": "integrity"})


def _schedule(cast: Cast, admin: Caller) -> int:
    body = {"backup_id": _job(cast, admin), "test_type": "restore", "frequency": "quarterly"}
    return _make(admin, "/api/v1/verify/schedules", body)


def keep_account(_cast: Cast, admin: Caller) -> int:
    """An AWS account of the tenant of this administrator."""
    keys = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "open sesame"}
    return _make(admin, "/api/v1/config/aws-accounts", {"name": f"AWS {next(_numbers)}", **keys})


def _task(_cast: Cast, admin: Caller) -> int:
    return _make(admin, "/api/v1/tasks", {"title": "Swap the tapes", "priority": "high"})


def _comment(cast: Cast, admin: Caller) -> int:
    path = f"/api/v1/tasks/{_task(cast, admin)}/comments"
    return _make(admin, path, {"content": "The tape was swapped."})


def keep_event(cast: Cast, tenant: str = "acme", **fields: Any) -> int:
    """An event, as something else's change would have left it."""
    given = {
        "type": "storage.low",
        "severity": "medium",
        "source": "holdfast",
        "title": "Storage Vault is nearly full",
        "occurred_at": clock.utcnow(),
        **fields,
    }
    with cast.app.app_context(), as_tenant(cast.tenant(tenant)) as session:
        event = Event(**given)
        session.add(event)
        session.flush()
        return int(event.id)


def keep_invite(cast: Cast, tenant: str = "acme", **fields: Any) -> tuple[int, str]:
    """An open invite of nobody's making, and its token."""
    number, now = next(_numbers), clock.utcnow()
    token = f"hf_invite_{number}"
    given = {"email": f"guest-{number}@example.org", "role": "viewer", **fields}
    with cast.app.app_context(), as_tenant(cast.tenant(tenant)) as session:
        invite = Invite(
            **{"expires_at": now + INVITE_LIFETIME, **given},
            email_key=given["email"].casefold(),
            token_hash=keyed_hash(token),
        )
        session.add(invite)
        session.flush()
        return int(invite.id), token


def _report(cast: Cast, _admin: Caller) -> int:
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        report = RejectedReport(
            caller="key:1",
            caller_name="nightly",
            address="127.0.0.1",
            endpoint="status",
            body=b'{"job_id": 1}',
            code="JOB_NOT_FOUND",
            message="There is no job 1.",
            received_at=clock.utcnow(),
            status="open",
        )
        session.add(report)
        session.flush()
        return int(report.id)


def _tenant(cast: Cast, _admin: Caller) -> int:
    return cast.tenant(f"tenant-{next(_numbers)}")


def keep_channel(_cast: Cast, admin: Caller) -> int:
    """One by a mail server that is not there, so that a test of it ends at once."""
    body = {"kind": "email", "recipients": ["ops@example.com"]}
    name = f"Channel {next(_numbers)}"
    return _make(admin, "/api/v1/notification-channels", {**body, "name": name})


_FACTORIES: dict[str, Callable[[Cast, Caller], Any]] = {
    "account_id": keep_account,
    "alert_id": _alert,
    "backup_id": _job,
    "comment_id": _comment,
    "channel_id": keep_channel,
    "copy_id": _copy,
    "event_id": lambda cast, _: keep_event(cast),
    "execution_id": _execution,
    "invite_id": lambda cast, _: keep_invite(cast)[0],
    "job_id": _job,
    "key_id": _key,
    "provider_id": _provider,
    "report_id": _report,
    "runner_id": _runner,
    "schedule_id": _schedule,
    "task_id": _task,
    "token": lambda cast, _: keep_invite(cast)[1],
    "user_id": lambda cast, _: cast.user("viewer").id,
    "tenant_id": _tenant,
    "verification_id": _verification,
}
