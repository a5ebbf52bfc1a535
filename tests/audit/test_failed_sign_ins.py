"""A sign-in that failed is kept with the name that was tried, and never with the password."""

from datetime import UTC, datetime

import pytest

from app.audit.models import AuditRow
from app.core import clock
from app.core.tenancy import unscoped
from app.users.models import User

NOON = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
WRONG = "a wrong password"


def told(row):
    return row.action, row.status, row.code, row.actor_kind, row.actor_id


def test_of_a_user_it_belongs_to_the_tenant_that_was_tried(cast, log_in):
    user = cast.user("viewer")

    log_in(user.username.upper(), WRONG)

    (row,) = cast.rows(AuditRow)
    assert told(row) == ("auth.log_in", 401, "INVALID_CREDENTIALS", None, None)
    assert (row.actor_name, row.tenant_id) == (user.username, cast.tenant("acme"))
    assert WRONG not in str(vars(row))


def test_the_tenants_auditors_find_it_by_the_name(cast, log_in):
    user = cast.user("viewer")
    log_in(user.username, WRONG)

    (row,) = cast.caller("auditor").get(f"/api/v1/audit?actor={user.username}").json["data"]

    assert row["actor"] == {"kind": None, "id": None, "name": user.username}


def test_a_locked_accounts_is_kept_like_any_other(app, cast, log_in):
    user = cast.user("viewer")
    with app.app_context(), unscoped() as session:
        session.get_one(User, user.id).locked_until = datetime(2099, 1, 1, tzinfo=UTC)

    log_in(user.username)

    (row,) = cast.rows(AuditRow)
    assert (row.actor_name, row.tenant_id) == (user.username, cast.tenant("acme"))


def test_of_an_unknown_name_it_belongs_to_no_tenant(cast, log_in):
    log_in("nobody", WRONG)

    (row,) = cast.rows(AuditRow)
    assert (row.actor_name, row.tenant_id) == ("nobody", None)


def test_a_minute_has_one_row_a_user_and_one_for_all_the_unknown_names(cast, log_in):
    first, second = cast.user("viewer"), cast.user("viewer")

    with clock.hold(NOON):
        for name in (first.username, "nobody", second.username, "none", first.username):
            log_in(name, WRONG)

    kept = [(row.actor_name, row.count) for row in cast.rows(AuditRow)]
    assert kept == [(first.username, 2), ("nobody", 2), (second.username, 1)]


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_one_that_succeeded_is_the_users(role, cast, log_in):
    user = cast.user(role)

    log_in(user.username)

    (row,) = cast.rows(AuditRow)
    assert told(row) == ("auth.log_in", 200, None, "user", user.id)
    assert (row.actor_name, row.tenant_id) == (user.username, cast.tenant("acme"))
