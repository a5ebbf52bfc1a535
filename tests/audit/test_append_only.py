"""No code of the application changes or removes a row of the audit log."""

import pytest
from sqlalchemy import delete, select, update

from app.audit.models import AuditRow
from app.core.append_only import AppendOnly
from app.core.tenancy import as_tenant, unscoped

TABLE = AuditRow.__table__


@pytest.fixture
def refused(app, cast, keep_rows):
    """Try something in a session that sees every tenant, and in one of the row's own."""
    keep_rows(1)

    def call(attempt):
        for scope in (unscoped, lambda: as_tenant(cast.tenant("acme"))):
            with pytest.raises(AppendOnly), app.app_context(), scope() as session:
                attempt(session)
        (row,) = cast.rows(AuditRow)
        return row.action == "backups.update_job"

    return call


def test_a_row_is_not_changed(refused):
    def attempt(session):
        session.scalars(select(AuditRow)).one().action = "other"
        session.flush()

    assert refused(attempt)


def test_a_row_is_not_removed(refused):
    def attempt(session):
        session.delete(session.scalars(select(AuditRow)).one())
        session.flush()

    assert refused(attempt)


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditRow).values(action="other"),
        update(TABLE).values(action="other").execution_options(tenant_named=True),
        delete(AuditRow),
        delete(TABLE).execution_options(tenant_named=True),
    ],
)
def test_no_statement_changes_or_removes_rows(statement, refused):
    assert refused(lambda session: session.execute(statement))
