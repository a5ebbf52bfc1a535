"""A row stays with its tenant, and no way of writing a statement gets round that."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import column, insert, select, text, update

from app.audit.models import AuditRow
from app.auth.models import TokenFamily
from app.backups.models import BackupJob
from app.core.tenancy import TenantNotNamed, as_tenant
from app.events.models import Event
from tests.support.cast import PASSWORD

NAMES = text("SELECT name FROM backup_jobs")
EVENT = {
    "type": "t",
    "severity": "info",
    "source": "s",
    "title": "t",
    "occurred_at": datetime(2026, 1, 1, tzinfo=UTC),
    "data": {},
}


@pytest.fixture
def theirs(cast):
    """A job of Globex."""
    return cast.create_job(tenant="globex")


@pytest.fixture
def of_acme(app, cast):
    """A transaction of Acme's."""

    def begin():
        return as_tenant(cast.tenant("acme"))

    with app.app_context():
        yield begin


@pytest.mark.parametrize("model", [AuditRow, TokenFamily])
def test_rows_that_name_their_tenant_themselves_are_filtered_too(model, of_acme, cast, anonymous):
    for slug in ("acme", "globex"):
        user = cast.user("viewer", tenant=slug)
        body = {"username": user.username, "password": PASSWORD}
        assert anonymous.post("/api/v1/auth/login", body).status_code == 200

    with of_acme() as session:
        seen = {row.tenant_id for row in session.scalars(select(model))}

    assert seen == {cast.tenant("acme")}
    assert {row.tenant_id for row in cast.rows(model)} == set(cast.tenant_ids.values())


def test_a_kept_row_does_not_move_to_another_tenant(of_acme, cast, job):
    with of_acme() as session:
        session.get_one(BackupJob, job.id).tenant_id = cast.tenant("globex")
        with pytest.raises(TenantNotNamed):
            session.flush()
        session.rollback()

    assert [row.tenant_id for row in cast.rows(BackupJob)] == [cast.tenant("acme")]


def test_a_change_of_many_rows_moves_none(of_acme, cast, job):
    with of_acme() as session:
        with pytest.raises(TenantNotNamed):
            session.execute(update(BackupJob).values(tenant_id=cast.tenant("globex")))

    assert [row.tenant_id for row in cast.rows(BackupJob)] == [cast.tenant("acme")]


def test_a_change_by_a_list_of_keys_is_refused(of_acme, cast, theirs):
    with of_acme() as session:
        with pytest.raises(TenantNotNamed):
            session.execute(update(BackupJob), [{"id": theirs.id, "version": 1, "name": "mine"}])

    assert [row.name for row in cast.rows(BackupJob)] == [theirs.name]


@pytest.mark.parametrize("as_list", [False, True])
def test_an_unnamed_insert_of_a_model_plants_no_row(as_list, of_acme, cast):
    row = {**EVENT, "tenant_id": cast.tenant("globex")}

    with of_acme() as session:
        with pytest.raises(TenantNotNamed):
            session.execute(insert(Event), [row] if as_list else row)

    assert cast.rows(Event) == []


@pytest.mark.parametrize(
    "statement",
    [NAMES, NAMES.columns(column("name")), select(BackupJob).from_statement(NAMES)],
    ids=["text", "columns", "from_statement"],
)
def test_a_statement_in_plain_text_is_refused(statement, of_acme, theirs):
    with of_acme() as session:
        with pytest.raises(TenantNotNamed):
            session.execute(statement)
