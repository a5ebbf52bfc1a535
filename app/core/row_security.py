"""Row-level security on PostgreSQL: the tenant, said a second time where no query can forget it.

Each transaction tells the database whose rows it may see; a policy of each tenants' table keeps
the others from it, whatever the statement says. They hold for a role that neither owns the
tables nor is a superuser: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from sqlalchemy import func, select

from app.core.db import db
from app.core.transactions import EVERY, SETTING

POLICY = "rows_of_tenant"
_ANY_TABLE = "memberships"

# After a transaction that set it, the setting is empty rather than unset. Each SELECT is asked
# once a statement, not once a row.
_TOLD = f"nullif(current_setting('{SETTING}', true), '')"
_SEEN = (
    f"tenant_id = (SELECT nullif({_TOLD}, '{EVERY}')::bigint)"
    f" OR (SELECT coalesce({_TOLD} = '{EVERY}', false))"
)


def is_in_force() -> bool:
    """Whether the policies hold this application's role; to be asked of PostgreSQL only."""
    active = func.row_security_active(_ANY_TABLE)
    return bool(db.session.scalar(select(active)))


def protect(table: str) -> tuple[str, ...]:
    """What a migration runs for a new table that has a `tenant_id`."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({_SEEN})",
    )


def unprotect(table: str) -> tuple[str, ...]:
    """Undo `protect`."""
    return (
        f"DROP POLICY {POLICY} ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )
