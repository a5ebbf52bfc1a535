"""The body with which an operation succeeds, where the document's example cannot know it."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.auth.service import tokens
from app.backups.models import Execution
from app.core import clock
from app.core.secrets import keyed_hash
from app.core.tenancy import as_tenant, unscoped
from app.tenants import service as tenants
from app.users.models import PasswordReset
from app.users.values import RESET_LIFETIME
from tests.support.cast import PASSWORD, Caller, Cast, Form
from tests.support.document import Document
from tests.support.operations import Door
from tests.support.rows import keep_alert, keep_run


@dataclass
class Scene:
    """Who is there, and the rows that the path of the operation names."""

    cast: Cast
    admin: Caller
    rows: Mapping[str, object]

    def new_job(self) -> dict[str, Any]:
        return {"job_id": self.cast.create_job().id}

    def new_copy(self) -> dict[str, Any]:
        """A copy, under its own id and that of its job, which has no other."""
        job = self.cast.create_job(backup_tool="veeam")
        body = {"name": "Vault", "location_type": "offsite", "media_type": "tape"}
        response = self.admin.post(f"/api/v1/backups/{job.id}/copies", body)
        return {"job_id": job.id, "copy_id": response.json["data"]["id"]}  # type: ignore[index]

    def queue_for_host(self) -> dict[str, Any]:
        """A run that waits for the cast's runner."""
        job = self.cast.create_job(runner=self.cast.runner().username)
        response = self.admin.post(f"/api/v1/backups/{job.id}/run", {})
        assert response.status_code == 202, response.text
        return {}

    def claim_by_host(self) -> dict[str, Any]:
        """The execution of the path, claimed by the cast's runner."""
        host = self.cast.runner()
        with self.cast.app.app_context(), as_tenant(self.cast.tenant("acme")) as session:
            run = session.get_one(Execution, self.rows["execution_id"])
            run.runner = host.username
        claimed = host.post("/api/v1/runners/claim", {})
        assert claimed.json["data"]["execution_id"] == self.rows["execution_id"]  # type: ignore[index]
        return {}


def body_for(door: Door, scene: Scene, document: Document) -> Any:
    """A body that this operation takes, made anew for each call; None where it takes none."""
    made = _BODIES.get(door.name)
    if made is not None:
        return made(scene)
    return document.body(door) if document.tells_of(door) else None


def _login(scene: Scene) -> Any:
    return {"username": scene.cast.user("viewer").username, "password": PASSWORD}


def _refresh_token(scene: Scene) -> Any:
    user = scene.cast.user("viewer")
    with scene.cast.app.app_context(), unscoped():
        home = tenants.get_tenant("acme")
        pair, _ = tokens.start_family(user, home.id, clock.utcnow())
    return {"refresh_token": pair.refresh_token}


def _client(scene: Scene) -> Any:
    client_id, _, secret = scene.cast.key_caller("servicenow").key.rpartition("_")
    return Form(grant_type="client_credentials", client_id=client_id, client_secret=secret)


def _reset(scene: Scene) -> Any:
    """The token of a link that was mailed to somebody of Acme."""
    token = f"hf_reset_{next(_numbers)}"
    with scene.cast.app.app_context(), as_tenant(scene.cast.tenant("acme")) as session:
        session.add(
            PasswordReset(
                user_id=scene.cast.user("viewer").id,
                token_hash=keyed_hash(token),
                expires_at=clock.utcnow() + RESET_LIFETIME,
            )
        )
    return {"token": token, "new_password": "another password of the cast"}


def _job(scene: Scene) -> Any:
    source = scene.cast.create_job().source_path
    number = source.rpartition("-")[2]
    kinds = {"backup_type": "full", "schedule_type": "manual"}
    return {"name": f"New {number}", "source_path": source, **kinds}


def _verification(scene: Scene) -> Any:
    """The job needs something that could be verified."""
    keep_run(scene.cast, int(str(scene.rows["job_id"])))
    return {"test_type": "integrity"}


def _resolved(scene: Scene) -> Any:
    """Only what is over can be reopened."""
    path = f"/api/v1/alerts/{scene.rows['alert_id']}/resolve"
    assert scene.admin.post(path, {}).status_code == 200
    return {}


def _schedule(scene: Scene) -> Any:
    body = {"test_type": "restore", "frequency": "quarterly"}
    return {**body, "backup_id": scene.cast.create_job().id}


def _result(scene: Scene) -> None:
    """None is sent, but the job needs a verification that has ended."""
    job_id = int(str(scene.rows["job_id"]))
    keep_run(scene.cast, job_id)
    made = scene.admin.post(f"/api/v1/verify/{job_id}", {"test_type": "integrity"})
    assert made.status_code == 202, made.text
    scene.admin.post(f"/api/v1/verify/{made.json['data']['id']}/cancel")  # type: ignore[index]


def _last_execution(scene: Scene) -> None:
    """None is sent, but the job needs a run that has ended."""
    body = {"job_id": scene.rows["job_id"], "execution_result": "success"}
    assert scene.admin.post("/api/backup/status", body).status_code == 201


_numbers = itertools.count(1)
_TIMES = {"start_time": "2026-01-31T02:00:00Z", "end_time": "2026-01-31T02:05:00Z"}
_PASSWORDS = {"current_password": PASSWORD, "new_password": "another password of the cast"}
_BODIES: dict[str, Callable[[Scene], Any]] = {
    "POST /api/v1/auth/login": _login,
    "POST /api/v1/auth/token": _client,
    "POST /api/v1/auth/refresh": _refresh_token,
    "POST /api/v1/auth/logout": _refresh_token,
    "POST /api/v1/auth/switch": lambda _: {"tenant": "acme"},
    "PUT /api/v1/auth/me/password": lambda _: _PASSWORDS,
    "POST /api/v1/auth/reset-password": _reset,
    "POST /api/v1/users": lambda _: {
        "email": f"new-{next(_numbers)}@example.org",
        "full_name": "Nora New",
        "role": "viewer",
    },
    "PUT /api/v1/users/{user_id}": lambda _: {"full_name": "Mended"},
    "POST /api/v1/invites/{token}/accept": lambda _: {
        "password": "a password of the guest",
        "full_name": "Gustav Guest",
    },
    "POST /api/v1/auth/api-keys": lambda _: {"name": "nightly", "role": "reporter"},
    "POST /api/v1/tenants": lambda _: {"slug": f"new-{next(_numbers)}", "name": "New"},
    "POST /api/v1/backups": _job,
    "PUT /api/v1/backups/{job_id}": lambda _: {"description": "Mended"},
    "POST /api/v1/backups/{job_id}/restore": lambda scene: {
        "target": f"{scene.cast.instance}/restores/doors"
    },
    "POST /api/v1/storage/providers": lambda scene: {
        "name": f"New vault {next(_numbers)}",
        "provider_type": "local",
        "location_type": "offsite",
        "connection_string": f"{scene.cast.instance}/storage",
    },
    "PUT /api/v1/storage/providers/{provider_id}": lambda _: {"immutable_days": 30},
    "POST /api/v1/storage/test": lambda scene: {
        "provider_type": "local",
        "connection_string": f"{scene.cast.instance}/storage",
    },
    "POST /api/v1/alerts/bulk-acknowledge": lambda scene: {"ids": [keep_alert(scene.cast)]},
    "POST /api/v1/alerts/{alert_id}/snooze": lambda _: {
        "until": clock.to_wire(clock.utcnow() + timedelta(hours=1))
    },
    "POST /api/v1/alerts/{alert_id}/reopen": _resolved,
    "POST /api/v1/notification-channels": lambda _: {
        "name": f"Channel {next(_numbers)} of the doors",
        "kind": "email",
        "recipients": ["ops@example.com"],
    },
    "PUT /api/v1/notification-channels/{channel_id}": lambda _: {"min_severity": "high"},
    "POST /api/v1/verify/{job_id}": _verification,
    "GET /api/v1/verify/{job_id}/status": _result,
    "GET /api/v1/verify/{job_id}/result": _result,
    "POST /api/v1/verify/schedules": _schedule,
    "PUT /api/v1/verify/schedules/{schedule_id}": lambda _: {"scope": "full"},
    "POST /api/v1/config/aws-accounts": lambda _: {
        "name": f"New account {next(_numbers)}",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "secret_access_key": "open sesame",
    },
    "PUT /api/v1/config/aws-accounts/{account_id}": lambda _: {"region": "eu-west-1"},
    "PUT /api/v1/tasks/{task_id}": lambda _: {"description": "Shelf 4"},
    "PUT /api/v1/copies/{copy_id}": lambda _: {"name": "Mended"},
    "POST /api/v1/runners": lambda scene: {"name": f"host-of-{scene.cast.create_job().name}"},
    "POST /api/v1/runners/claim": Scene.queue_for_host,
    "POST /api/v1/executions/{execution_id}/heartbeat": Scene.claim_by_host,
    "POST /api/v1/executions/{execution_id}/complete": lambda scene: {
        **scene.claim_by_host(),
        "status": "success",
    },
    "POST /api/backup/status": lambda scene: {**scene.new_job(), "execution_result": "success"},
    "POST /api/backup/update-status": lambda scene: {**scene.new_job(), "status": "success"},
    "POST /api/backup/record-execution": lambda scene: {
        **scene.new_job(),
        **_TIMES,
        "status": "success",
    },
    # Scripts may send more than is asked for: each takes the id that it looks for.
    "POST /api/backup/copy-status": lambda scene: {**scene.new_copy(), "status": "success"},
    "POST /api/backup/update-copy-status": lambda scene: {**scene.new_copy(), "status": "success"},
    "GET /api/backup/jobs/{job_id}/last-execution": _last_execution,
    "POST /api/v1/rejected-reports/{report_id}/accept": lambda scene: {
        **scene.new_job(),
        "execution_result": "success",
    },
}
