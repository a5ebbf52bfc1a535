"""Rows of the audit log, and who changes them behind the application's back."""

import pytest
from sqlalchemy import insert, text

from app.audit.models import AuditRow
from app.audit.service.sealing import seal
from app.core import clock
from app.core.tenancy import unscoped
from tests.support.raw import owners_engine


@pytest.fixture
def new_row(cast):
    """An unsealed row as it is written, of a tenant or of none."""

    def call(tenant="acme", **fields):
        return {
            "tenant_id": tenant and cast.tenant(tenant),
            "occurred_at": clock.utcnow(),
            "action": "backups.update_job",
            "actor_kind": "user",
            "actor_id": 3,
            "actor_name": "alice",
            "address": "127.0.0.1",
            "trace_id": "t-1",
            "status": 200,
            "path": "/api/v1/backups/7",
            "resource_type": "backup_job",
            "resource_id": 7,
            "changes": [{"type": "backup_job", "id": 7, "fields": {"name": ["Büro", None]}}],
            "count": 1,
            **fields,
        }

    return call


@pytest.fixture
def keep_rows(app, new_row):
    """Put unsealed rows into the log."""

    def call(count, tenant="acme", **fields):
        with app.app_context(), unscoped() as session:
            session.execute(insert(AuditRow.__table__), [new_row(tenant, **fields)] * count)

    return call


@pytest.fixture
def seal_all(app):
    """One round of the sealer; gives how many rows it sealed."""

    def call(now=None):
        with app.app_context():
            return seal(now or clock.utcnow())

    return call


@pytest.fixture
def tamper(app):
    """Plain SQL, past everything that guards the log."""

    def call(statement, **values):
        with app.app_context(), owners_engine().begin() as connection:
            return connection.execute(text(statement), values)

    return call
