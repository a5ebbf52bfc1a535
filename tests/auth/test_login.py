"""POST /auth/login gives a pair of tokens for a name and a password."""

import bcrypt
import pytest

from app.audit.models import AuditRow
from app.auth.models import TokenFamily
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.tenants.service import get_tenant
from app.users.models import Membership, User
from app.users.service import add_member
from tests.support.cast import PASSWORD

TOKENS = ["access_token", "expires_in", "refresh_token", "token_type", "user"]


def change(app, model, row_id, **values):
    with app.app_context(), unscoped() as session:
        row = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def join(app, user, slug, role):
    with app.app_context(), unscoped():
        return add_member(get_tenant(slug), user, role)


def test_gives_a_pair_and_the_user(log_in, cast, bearer):
    user = cast.user("operator")

    response = log_in(user.username)

    assert response.status_code == 200
    data = response.json["data"]
    assert sorted(data) == TOKENS
    assert (data["token_type"], data["expires_in"]) == ("Bearer", 3600)
    assert (data["user"]["id"], data["user"]["role"]) == (user.id, "operator")
    assert data["user"]["tenant"] == "acme"
    assert bearer(data["access_token"]).get("/api/v1/auth/me").status_code == 200
    assert cast.rows(User)[0].last_login_at is not None


@pytest.mark.parametrize("name", ["Ada", "aDA", " ada ", "ada@example.com", "ADA@Example.COM"])
def test_takes_the_name_or_the_address_in_any_case(name, log_in, cast):
    cast.user("viewer", username="Ada")

    response = log_in(name)

    assert response.status_code == 200
    assert response.json["data"]["user"]["username"] == "Ada"


def test_is_told_in_the_audit_log_with_its_tenant(log_in, cast):
    user = cast.user("viewer")

    log_in(user.username)

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.actor_id, row.status) == ("auth.log_in", user.id, 200)
    assert row.tenant_id == cast.tenant("acme")
    assert PASSWORD not in str(row.changes)


@pytest.mark.parametrize(
    ("tenant", "role"), [("acme", "viewer"), ("globex", "admin")], ids=["first", "second"]
)
def test_takes_the_tenant_that_is_asked_for(tenant, role, log_in, cast, app):
    user = cast.user("viewer")
    join(app, user, "globex", "admin")

    response = log_in(user.username, tenant=tenant)

    shown = response.json["data"]["user"]
    assert (shown["tenant"], shown["role"]) == (tenant, role)


def test_takes_the_tenant_used_last(log_in, cast, app):
    user = cast.user("viewer")
    join(app, user, "globex", "admin")
    log_in(user.username, tenant="globex")

    response = log_in(user.username)

    assert response.json["data"]["user"]["tenant"] == "globex"


def test_a_tenant_that_is_not_ones_own_answers_as_a_wrong_password(log_in, cast):
    user = cast.user("viewer")

    response = log_in(user.username, tenant="globex")

    assert response.status_code == 401
    assert response.json["error"] == "INVALID_CREDENTIALS"


def test_a_user_who_was_deactivated_is_refused(log_in, cast):
    user = cast.user("viewer", is_active=False)

    response = log_in(user.username)

    assert response.status_code == 401
    assert cast.rows(TokenFamily) == []


def test_a_membership_that_was_deactivated_is_none(log_in, cast, app):
    user = cast.user("viewer")
    change(app, Membership, cast.rows(Membership)[0].id, is_active=False)

    response = log_in(user.username)

    assert response.status_code == 401
    assert cast.rows(TokenFamily) == []


def test_a_suspended_tenant_is_told_to_whoever_knows_the_password(log_in, cast, app):
    user = cast.user("viewer")
    change(app, Tenant, cast.tenant("acme"), is_suspended=True)

    right = log_in(user.username)
    wrong = log_in(user.username, "a wrong password")

    assert (right.status_code, right.json["error"]) == (403, "TENANT_SUSPENDED")
    assert (wrong.status_code, wrong.json["error"]) == (401, "INVALID_CREDENTIALS")


def test_a_bcrypt_hash_is_checked_once_and_made_anew(log_in, cast, app):
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    user = cast.user("viewer")
    change(app, User, user.id, password_hash=old)

    first = log_in(user.username)
    second = log_in(user.username)

    assert (first.status_code, second.status_code) == (200, 200)
    (row,) = cast.rows(User)
    assert row.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "username"),
        ({"username": "x"}, "password"),
        ({"username": None, "password": "x"}, "username"),
        ({"username": 1, "password": "x"}, "username"),
        ({"username": "x", "password": ["x"]}, "password"),
        ({"username": "x" * 255, "password": "x"}, "username"),
        ({"username": "x", "password": "x" * 1025}, "password"),
        ({"username": "x", "password": "x", "tenant": "No Slug"}, "tenant"),
        ({"username": "x", "password": "x", "remember": True}, "remember"),
    ],
)
def test_a_body_that_does_not_fit_names_its_field(body, field, anonymous):
    response = anonymous.post("/api/v1/auth/login", body)

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]
