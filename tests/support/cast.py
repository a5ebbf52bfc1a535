"""The cast of the tests: Acme is the first tenant, Globex is everybody else."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.auth.service import api_keys, tokens
from app.auth.service.actors import actor_of
from app.backups.service import jobs
from app.core import clock
from app.core.db import db
from app.core.identity import Actor
from app.core.tenancy import as_tenant, unscoped
from app.events.models import Event
from app.runners.service import runners
from app.storage import service as storage
from app.tenants import service as tenants
from app.tenants.models import Tenant
from app.users.models import Membership, User
from app.users.passwords import hash_password
from app.users.values import canonical_role

PASSWORD = "a password of the cast"
_HASH = hash_password(PASSWORD)
_numbers = itertools.count(1)


class Form(dict[str, str]):
    """A body that goes as a form, where others go as JSON."""


@dataclass
class Caller:
    """Somebody who calls the API, with their credentials already in hand."""

    client: FlaskClient
    headers: dict[str, str]
    actor: Actor | None = None
    username: str = ""
    key: str = ""

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        if isinstance(options.get("json"), Form):
            options["data"] = dict(options.pop("json"))
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, **_body(json, options))

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("PUT", path, **_body(json, options))

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("PATCH", path, **_body(json, options))

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)


def _body(json: Any, options: dict[str, Any]) -> dict[str, Any]:
    return options if json is None else {**options, "json": json}


def _add_user(session: Session, tenant_id: int, role: str, **fields: Any) -> User:
    name = fields.pop("username", f"{role}-{next(_numbers)}")
    user = User(
        username=name,
        username_key=name.casefold(),
        full_name=name.title(),
        **{
            "email": f"{name}@example.com",
            "email_key": f"{name}@example.com".casefold(),
            "password_hash": _HASH,
            **fields,
        },
    )
    session.add(user)
    session.flush()
    session.add(Membership(tenant_id=tenant_id, user_id=user.id, role=canonical_role(role)))
    session.flush()
    return user


class Cast:
    """Makes people, keys and jobs on demand, in the database itself."""

    def __init__(self, app: Flask, instance: Path) -> None:
        self.app = app
        self.instance = instance
        self.tenant_ids: dict[str, int] = {}
        self._runners: dict[tuple[str, str], Caller] = {}
        self.tenant("acme")
        self.tenant("globex")

    def tenant(self, slug: str, **fields: Any) -> int:
        """The tenant's id; Acme is made first and so has the server's own folders."""
        if slug not in self.tenant_ids:
            with self.app.app_context(), unscoped():
                tenant = tenants.create_tenant(slug, slug.title(), **fields)
                self.tenant_ids[slug] = tenant.id
                if slug == "acme":
                    folder = self.instance / "storage"
                    folder.mkdir(exist_ok=True)
                    storage.ensure_default(tenant.id, str(folder))
        return self.tenant_ids[slug]

    def user(self, role: str, tenant: str = "acme", **fields: Any) -> User:
        """A new user with PASSWORD and this role."""
        home = self.tenant(tenant)
        with self.app.app_context(), unscoped() as session:
            return _add_user(session, home, role, **fields)

    def caller(self, role: str, tenant: str = "acme", **fields: Any) -> Caller:
        """A new user, signed in."""
        home_id = self.tenant(tenant)
        with self.app.app_context(), unscoped() as session:
            user = _add_user(session, home_id, role, **fields)
            home = session.get_one(Tenant, home_id)
            pair, family = tokens.start_family(user, home_id, clock.utcnow())
            actor = actor_of(user, home, role, session_id=family)
        headers = {"Authorization": f"Bearer {pair.access_token}"}
        return Caller(self.app.test_client(), headers, actor, user.username)

    def key_caller(
        self,
        role: str | None = None,
        tenant: str = "acme",
        maker: Caller | None = None,
        **fields: Any,
    ) -> Caller:
        """A machine with a new API key, made by a new administrator unless one is given."""
        maker = maker or self.caller("admin", tenant)
        assert maker.actor is not None
        given = {"name": f"key-{next(_numbers)}", "role": role, **fields}
        with self.app.app_context(), as_tenant(self.tenant(tenant)):
            made = api_keys.create_key(maker.actor, clock.utcnow(), **given)
            key, key_id = made.key, made.id
        actor = Actor(self.tenant(tenant), "api_key", given["name"], role, api_key_id=key_id)
        return Caller(self.app.test_client(), {"X-API-Key": key}, actor, given["name"], key)

    def runner(self, name: str = "branch-office", tenant: str = "acme") -> Caller:
        """The runner of this name with its key, registered when it is first asked for."""
        if (tenant, name) not in self._runners:
            maker = self.caller("admin", tenant)
            assert maker.actor is not None
            with self.app.app_context(), as_tenant(self.tenant(tenant)):
                made = runners.register_runner(name, maker.actor, clock.utcnow())
                key, key_id = made.key, made.api_key_id
            actor = Actor(self.tenant(tenant), "api_key", name, "runner", api_key_id=key_id)
            caller = Caller(self.app.test_client(), {"X-API-Key": key}, actor, name, key)
            self._runners[tenant, name] = caller
        return self._runners[tenant, name]

    def create_job(self, tenant: str = "acme", **fields: Any) -> Any:
        """A job made through the service; its source is a folder with one file."""
        actor = Actor(self.tenant(tenant), "system", "cast")
        folder = Path(self.app.config["BACKUP_SOURCE_ROOTS"][0]) / f"source-{next(_numbers)}"
        folder.mkdir()
        (folder / "file.txt").write_text("content\n")
        given = {
            "name": f"Job {next(_numbers)}",
            "source_path": str(folder),
            "backup_type": "incremental",
            "schedule_type": "manual",
            **({} if tenant == "acme" else {"backup_tool": "veeam"}),
            **fields,
        }
        with self.app.app_context(), as_tenant(actor.tenant_id):
            return jobs.create_job(given, actor, clock.utcnow())

    def events(self) -> list[str]:
        """The types of all events, in the order in which they were recorded."""
        return [event.type for event in self.rows(Event)]

    def rows(self, model: Any) -> list[Any]:
        """Every row of a model, of every tenant."""
        with self.app.app_context(), unscoped(read_only=True):
            return list(db.session.query(model).order_by(model.id))
