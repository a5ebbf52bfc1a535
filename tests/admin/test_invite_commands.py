"""flask users invite and deactivate."""

import pytest

from app.core.mail.models import OutgoingMail
from app.users.models import Invite, User

NEW = {"password": "a password of the guest", "full_name": "Gustav Guest"}


@pytest.fixture
def run(app, cast):
    """Call `flask users …`."""
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["users", *arguments])


def test_an_invite_shows_its_link_where_no_mail_is_sent(run, anonymous, log_in):
    result = run("invite", "guest@example.org", "--role", "operator", "--tenant", "globex")

    assert result.exit_code == 0, result.output
    token = result.output.strip().rpartition("#")[2]
    assert anonymous.post(f"/api/v1/invites/{token}/accept", NEW).status_code == 201
    user = log_in("guest@example.org", NEW["password"]).json["data"]["user"]
    assert (user["tenant"], user["role"]) == ("globex", "operator")


def test_with_a_mail_server_it_is_mailed(run, app, cast, monkeypatch):
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")

    result = run("invite", "guest@example.org", "--role", "viewer", "--tenant", "acme")

    assert (result.exit_code, "hf_invite_" in result.output) == (0, False)
    assert [row.recipient for row in cast.rows(OutgoingMail)] == ["guest@example.org"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["guest@example.org", "--role", "viewer", "--tenant", "nowhere"], "no tenant nowhere"),
        (["guest@example.org", "--role", "emperor", "--tenant", "acme"], "role: "),
        (["guest", "--role", "viewer", "--tenant", "acme"], "email: "),
        (["ada@example.com", "--role", "viewer", "--tenant", "acme"], "belongs here already"),
    ],
)
def test_a_refusal_is_one_line_and_invites_nobody(arguments, says, run, cast):
    cast.user("viewer", username="ada")

    result = run("invite", *arguments)

    assert result.exit_code == 1
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert cast.rows(Invite) == []


def test_an_account_that_is_deactivated_stops_at_once(run, admin, log_in, cast):
    result = run("deactivate", admin.username)

    assert result.exit_code == 0, result.output
    assert admin.get("/api/v1/auth/me").json["error"] == "TOKEN_REVOKED"
    assert log_in(admin.username).status_code == 401
    assert not cast.rows(User)[0].is_active


def test_nobody_and_somebody_twice_are_refused(run, viewer):
    unknown = run("deactivate", "nobody")
    run("deactivate", viewer.username)
    twice = run("deactivate", viewer.username)

    assert (unknown.exit_code, twice.exit_code) == (1, 1)
    assert "deactivated before" in twice.output
