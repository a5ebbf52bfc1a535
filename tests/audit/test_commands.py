"""What is done on the command line is in the audit log, as what a request does."""

import pytest

from app.audit.models import AuditRow
from app.core.http.trail import MASK
from app.users.models import User
from tests.support.cast import PASSWORD


@pytest.fixture
def run(app, cast):
    """Run a command that succeeds; gives the rows that it left."""

    def call(*args):
        done = app.test_cli_runner().invoke(args=args)
        assert done.exit_code == 0, done.output
        return cast.rows(AuditRow)

    return call


def test_a_new_administrator_is_told_to_the_tenant(cast, run):
    (row,) = run("users", "create-admin", "--username", "root", "--tenant", "acme")

    assert (row.action, row.path) == ("flask.users.create-admin", "flask users create-admin")
    assert (row.actor_kind, row.actor_name, row.address) == ("system", "command line", "local")
    assert (row.tenant_id, row.resource_type) == (cast.tenant("acme"), "user")
    fields = row.changes[0]["fields"]
    assert (fields["username"], fields["password_hash"]) == ([None, "root"], [None, MASK])


def test_a_new_tenant_is_told_to_itself(cast, run):
    (row,) = run("tenants", "create", "initech")

    assert (row.action, row.resource_type) == ("flask.tenants.create", "tenant")
    assert row.tenant_id == row.resource_id


def test_a_reset_password_is_told_without_it(cast, run):
    user = cast.user("viewer")

    (row,) = run("users", "reset-password", user.username, "--password", f"{PASSWORD} anew")

    assert (row.action, row.resource_type, row.resource_id) == (
        "flask.users.reset-password",
        "user",
        user.id,
    )
    assert row.changes[0]["fields"]["password_hash"] == [MASK, MASK]
    assert cast.rows(User)[0].password_hash not in str(row.changes)


def test_new_keys_are_told_though_no_value_became_another(run):
    (row,) = run("holdfast", "rotate-keys")

    assert (row.action, row.changes, row.tenant_id) == ("flask.holdfast.rotate-keys", [], None)


def test_what_changes_nothing_leaves_no_row(cast, run):
    assert run("audit", "verify") == []


def test_a_refused_command_leaves_no_row(app, cast):
    app.test_cli_runner().invoke(args=["users", "create-admin", "--tenant", "no-such"])

    assert cast.rows(AuditRow) == []
