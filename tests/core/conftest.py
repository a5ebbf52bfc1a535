"""An application with a few views of the tests' own, to see what happens around any view."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from marshmallow import fields

import config
from app import create_app
from app.core import db as database
from app.core.db import db
from app.core.errors import Conflict, InternalError, InvalidCredentials, NotFound, RateLimited
from app.core.http import Blueprint, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import StrictSchema, Text
from app.tenants.models import Tenant
from app.users.models import Membership
from tests.support.cast import Caller

PROBE = "/api/v1/probe"
REFUSALS = {
    "conflict": Conflict,
    "credentials": InvalidCredentials,
    "limited": RateLimited,
    "bug": RuntimeError,
    "internal": InternalError,
}

NOBODYS = 999_999_999
REFUSED_ROWS = {
    "unique": lambda: Tenant(slug="acme", name="A second Acme"),
    "foreign key": lambda: Membership(user_id=NOBODYS, role="viewer"),
    "not null": lambda: Tenant(slug="nameless", name=None),
}


@dataclass
class Seen:
    """What the probe's views did, as far as it is not in the database."""

    runs: int = 0
    handed_over: list[str] = field(default_factory=list)
    busy_connections: int = -1

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]


class RenameSchema(StrictSchema):
    name = Text(200, required=True)
    then = fields.String()


class ProbeSchema(StrictSchema):
    name = fields.String()


@pytest.fixture(scope="session")
def seen() -> Seen:
    return Seen()


@pytest.fixture(scope="session")
def probe_app(environ: dict[str, str], migrated_app: Flask, seen: Seen) -> Iterator[Flask]:
    """The application over the same database, with the probe's views and an origin for CORS."""
    app = create_app(config.load({**environ, "CORS_ORIGINS": "https://portal.example"}))
    app.register_blueprint(_probe(seen), url_prefix=PROBE)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def prober(probe_app: Flask, admin: Caller, seen: Seen) -> Caller:
    """Alice, who calls the application with the probe's views."""
    seen.clear()
    return Caller(probe_app.test_client(), admin.headers, admin.actor, admin.username)


def _probe(seen: Seen) -> Blueprint:
    blp = Blueprint("probe", __name__)

    def rename(body: dict[str, Any]) -> Tenant:
        tenant = db.session.get_one(Tenant, current_actor().tenant_id)
        tenant.name = body["name"]
        db.session.flush()
        seen.runs += 1
        if body.get("then") == "bad hook":
            database.after_commit(lambda: seen.handed_over.remove("never there"))
        database.after_commit(lambda: seen.handed_over.append(body["name"]))
        return tenant

    @blp.post("/rename")
    @requires()
    @takes(RenameSchema)
    @returns(ProbeSchema, status=201, location="/api/v1/probe/{name}")
    def rename_tenant(body: dict[str, Any]) -> Any:
        """Rename the tenant, then fail if asked to."""
        tenant = rename(body)
        if body.get("then") in REFUSALS:
            raise REFUSALS[body["then"]]("/srv/secret/path")
        return tenant

    @blp.post("/release")
    @requires()
    @takes(RenameSchema)
    @returns(ProbeSchema)
    def rename_and_release(body: dict[str, Any]) -> Any:
        """Rename the tenant, release the database, and look at it again."""
        rename(body)
        database.release()
        seen.busy_connections = db.engine.pool.checkedout()  # type: ignore[attr-defined]
        if body.get("then") == "bug":
            raise RuntimeError("too late")
        return db.session.get_one(Tenant, current_actor().tenant_id)

    @blp.post("/keep/<kind>")
    @requires()
    @returns(ProbeSchema)
    def keep_row(kind: str) -> Any:
        """Keep a row that the database refuses."""
        db.session.add(REFUSED_ROWS[kind]())
        db.session.flush()
        return {}

    @blp.post("/odd/<name>")
    @requires()
    @returns(ProbeSchema)
    def answer_odd_name(name: str) -> Any:
        """Take any text in the address."""
        if name == "missing":
            raise NotFound()
        return {"name": name}

    return blp
