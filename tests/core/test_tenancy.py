"""A query that was written without thinking of tenants cannot read another's rows."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import aliased

from app.backups.models import BackupJob
from app.core.db import db, transaction
from app.core.tenancy import (
    TenantNotNamed,
    as_tenant,
    current_tenant_id,
    enter,
    execute_named,
    unscoped,
)
from app.events.models import Event
from app.tenants.models import Tenant
from app.users.models import Membership

TABLE = BackupJob.__table__
STATEMENTS = {
    "entity": select(BackupJob),
    "columns": select(BackupJob.name),
    "alias": select(aliased(BackupJob)),
    "count": select(func.count()).select_from(BackupJob),
    "subquery": select(select(BackupJob.id).subquery().c.id),
    "cte": select(select(BackupJob.id).cte().c.id),
    "in": select(Tenant.id).where(Tenant.id.in_(select(BackupJob.tenant_id))),
    "exists": select(Tenant.id).where(exists().where(BackupJob.tenant_id == Tenant.id)),
    "join": select(Tenant.id).join(BackupJob, BackupJob.tenant_id == Tenant.id),
    "union": select(BackupJob.id).union(select(BackupJob.id)),
}


@pytest.fixture
def jobs(cast):
    """One job of each tenant."""
    return {slug: cast.create_job(tenant=slug) for slug in ("acme", "globex")}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_session_of_a_tenant_sees_its_rows_only(name, jobs, app, cast):
    with app.app_context(), as_tenant(cast.tenant("globex"), read_only=True) as session:
        rows = session.execute(STATEMENTS[name]).all()

    assert len(rows) == 1
    assert name != "count" or rows[0][0] == 1


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_session_of_nobody_is_refused(name, jobs, app):
    with app.app_context(), transaction(read_only=True) as session:
        with pytest.raises(TenantNotNamed):
            session.execute(STATEMENTS[name])


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_unscoped_session_sees_all(name, jobs, app):
    with app.app_context(), unscoped(read_only=True) as session:
        rows = session.execute(STATEMENTS[name]).all()

    assert len(rows) == 2 or rows == [(2,)]


def test_another_tenants_row_is_not_got_by_its_key(jobs, app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
        theirs = session.get(BackupJob, jobs["globex"].id)
        mine = session.get(BackupJob, jobs["acme"].id)

    assert theirs is None
    assert mine.id == jobs["acme"].id


@pytest.mark.parametrize(
    "statement", [update(BackupJob).values(name="mine now"), delete(Membership)]
)
def test_a_change_of_many_rows_leaves_the_others_alone(statement, jobs, app, cast):
    cast.user("viewer", tenant="globex")
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        session.execute(statement)

    theirs = next(row for row in cast.rows(BackupJob) if row.id == jobs["globex"].id)
    assert theirs.name == jobs["globex"].name
    assert len(cast.rows(Membership)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        select(TABLE.c.id),
        select(func.count()).select_from(TABLE),
        update(TABLE).values(name="x"),
        delete(TABLE),
        insert(TABLE).values(name="x"),
        select(Tenant.__table__.c.id).where(Tenant.__table__.c.id.in_(select(TABLE.c.tenant_id))),
    ],
    ids=["select", "count", "update", "delete", "insert", "subquery"],
)
def test_a_core_statement_must_name_its_tenant(statement, jobs, app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        with pytest.raises(TenantNotNamed):
            session.execute(statement)


def test_a_named_core_statement_is_held_to_its_tenant(jobs, app, cast):
    acme = cast.tenant("acme")
    with app.app_context(), as_tenant(acme):
        found = execute_named(select(TABLE.c.id), tenant_id=acme, table=TABLE).scalars().all()
        changed = execute_named(update(TABLE).values(name="x"), tenant_id=acme, table=TABLE)

    assert found == [jobs["acme"].id]
    assert changed.rowcount == 1


def event(**fields):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Event(type="t", severity="info", source="s", title="t", occurred_at=at, **fields)


def test_a_new_row_gets_the_sessions_tenant(app, cast):
    with app.app_context(), as_tenant(cast.tenant("globex")) as session:
        session.add(event())

    assert [row.tenant_id for row in cast.rows(Event)] == [cast.tenant("globex")]


def test_a_new_row_of_another_tenant_is_refused(app, cast):
    row = event(tenant_id=cast.tenant("globex"))

    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        session.add(row)
        with pytest.raises(TenantNotNamed):
            session.flush()
        session.rollback()

    assert cast.rows(Event) == []


def test_a_session_serves_one_tenant_for_life(app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme")):
        with pytest.raises(TenantNotNamed):
            enter(cast.tenant("globex"))
        assert current_tenant_id() == cast.tenant("acme")


def test_nobodys_session_has_no_tenant(app):
    with app.app_context(), transaction(read_only=True):
        with pytest.raises(TenantNotNamed):
            current_tenant_id()


def test_tables_without_a_tenant_need_none(app, cast):
    with app.app_context(), transaction(read_only=True):
        slugs = db.session.execute(select(Tenant.slug).order_by(Tenant.id)).scalars().all()
        one = db.session.execute(text("SELECT 1")).scalar()

    assert (slugs, one) == (["acme", "globex"], 1)
