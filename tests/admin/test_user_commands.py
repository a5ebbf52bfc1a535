"""flask users create-admin and reset-password."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.db import db
from app.core.tenancy import unscoped
from app.users.models import Membership, User
from tests.support.cast import PASSWORD

NEW = "quite another passphrase"


def test_an_admin_is_made_in_a_tenant_and_can_sign_in(run, cast, log_in):
    result = run("create-admin", "--username", "ada", "--tenant", "globex", "--password", NEW)

    assert (result.exit_code, NEW in result.output) == (0, False)
    (member,) = cast.rows(Membership)
    assert (member.role, member.tenant_id) == ("admin", cast.tenant("globex"))
    assert log_in("ada", NEW).json["data"]["user"]["role"] == "admin"


def test_a_random_password_is_shown_and_works(run, log_in):
    result = run("create-admin", "--username", "ada", "--tenant", "acme")

    password = result.output.strip().rpartition(": ")[2]
    assert log_in("ada", password).status_code == 200


def test_a_platform_admin_is_one_only_when_asked_for(run, cast):
    run("create-admin", "--username", "ada", "--tenant", "acme")
    run("create-admin", "--username", "grace", "--tenant", "acme", "--platform-admin")

    admins = {user.username: user.is_platform_admin for user in cast.rows(User)}
    assert admins == {"ada": False, "grace": True}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--tenant", "acme", "--password", "short"], "at least 12 characters"),
        (["--tenant", "acme", "--password", ""], "at least 12 characters"),
        (["--tenant", "nowhere", "--password", NEW], "There is no tenant nowhere."),
        (["--tenant", "acme", "--username", "a\nb"], "username: "),
        (["--tenant", "acme", "--username", "a" * 101], "username: "),
        (["--tenant", "acme", "--email", f"{'a' * 250}@b.de"], "email: "),
        (["--tenant", "acme", "--full-name", "a" * 101], "full_name: "),
        (["--tenant", "acme", "--email", "a@example.com\nBcc: x"], "email: "),
        (["--tenant", "acme", "--full-name", "a\x1b[2J"], "full_name: "),
    ],
)
def test_a_refusal_is_one_line_and_makes_nobody(run, cast, arguments, says):
    result = run("create-admin", "--username", "ada", *arguments)

    assert result.exit_code == 1
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert cast.rows(User) == []


def test_a_name_that_is_taken_is_refused(run, cast):
    cast.user("viewer", username="ada")

    result = run("create-admin", "--username", "ADA", "--tenant", "acme", "--password", NEW)

    assert result.exit_code == 1
    assert len(cast.rows(User)) == 1


def test_a_reset_ends_the_old_sign_ins_and_the_old_password(run, viewer, anonymous, log_in):
    old = log_in(viewer.username, PASSWORD).json["data"]

    result = run("reset-password", viewer.username, "--password", NEW)

    assert result.exit_code == 0, result.output
    assert viewer.get("/api/v1/auth/me").status_code == 401
    refresh = {"refresh_token": old["refresh_token"]}
    assert anonymous.post("/api/v1/auth/refresh", refresh).status_code == 401
    assert log_in(viewer.username, PASSWORD).status_code == 401
    assert log_in(viewer.username, NEW).status_code == 200


def test_a_reset_unlocks_the_account(app, run, cast, log_in):
    user = cast.user("viewer", locked_until=clock.utcnow() + timedelta(hours=1), failed_logins=5)

    before = log_in(user.username, PASSWORD)
    result = run("reset-password", user.username)

    password = result.output.strip().rpartition(": ")[2]
    assert before.status_code == 401
    assert log_in(user.username, password).status_code == 200
    with app.app_context(), unscoped():
        assert db.session.get_one(User, user.id).locked_until is None


def test_a_reset_leaves_others_signed_in(run, viewer, operator):
    run("reset-password", viewer.username)

    assert operator.get("/api/v1/auth/me").status_code == 200


def test_a_reset_of_somebody_unknown_or_to_a_weak_password_is_refused(run, viewer):
    unknown = run("reset-password", "nobody")
    weak = run("reset-password", viewer.username, "--password", "short")

    assert (unknown.exit_code, weak.exit_code) == (1, 1)
    assert viewer.get("/api/v1/auth/me").status_code == 200


@pytest.fixture
def run(app, cast):
    """Call `flask users …`."""
    runner = app.test_cli_runner(env={"ADMIN_PASSWORD": "", "NEW_PASSWORD": ""})
    return lambda *arguments: runner.invoke(args=["users", *arguments])
