"""Making users, finding them, and what each role may do."""

import pytest

from app.core.errors import NotFound, ValidationFailed
from app.core.tenancy import unscoped
from app.tenants.service import get_tenant
from app.users.models import Membership, User
from app.users.service import (
    UsernameTaken,
    add_member,
    create_user,
    find_user,
    get_user,
    list_belongings,
)
from app.users.values import PERMISSIONS, ROLE_PERMISSIONS, canonical_role, permissions_of

PASSWORD = "a password of some length"


def make(app, username="Ada", **fields):
    with app.app_context(), unscoped():
        return create_user(username, **{"password": PASSWORD, "email": "Ada@Example.com", **fields})


@pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "ada@example.com", "ADA@EXAMPLE.COM"])
def test_a_user_is_found_by_name_and_address_in_any_case(name, app, cast):
    made = make(app)

    with app.app_context(), unscoped(read_only=True):
        assert find_user(name).id == made.id
    assert cast.rows(User)[0].username == "Ada"


def test_a_password_is_kept_as_argon2id(app, cast):
    make(app)

    assert cast.rows(User)[0].password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "aDA"},
        {"username": "ada@example.com"},
        {"username": "eve", "email": "ADA@example.com"},
        {"username": "eve", "email": "ada"},
    ],
)
def test_a_name_or_address_in_use_is_refused(fields, app, cast):
    make(app)

    with pytest.raises(UsernameTaken):
        make(app, **fields)

    assert len(cast.rows(User)) == 1


@pytest.mark.parametrize("weak", ["short", "password1234", "Ada@Example.com"])
def test_a_weak_password_is_refused_by_name(weak, app, cast):
    with pytest.raises(ValidationFailed) as caught:
        make(app, password=weak)

    assert list(caught.value.details) == ["password"]
    assert cast.rows(User) == []


def test_a_missing_user_is_not_found(app, cast):
    with app.app_context(), pytest.raises(NotFound), unscoped(read_only=True):
        get_user("nobody")


def test_a_user_belongs_where_its_membership_is_active(app, cast):
    user = cast.user("operator")
    with app.app_context(), unscoped() as session:
        add_member(get_tenant("globex"), user, "user")
        left = session.query(Membership).filter_by(role="operator").one()
        left.is_active = False

    with app.app_context(), unscoped(read_only=True):
        belongings = list_belongings(user.id)

    assert [(one.tenant.slug, one.role) for one in belongings] == [("globex", "viewer")]
    assert belongings[0].permissions == ROLE_PERMISSIONS["viewer"]


def test_user_is_another_name_of_viewer():
    assert canonical_role("user") == "viewer"
    assert permissions_of("user") == ROLE_PERMISSIONS["viewer"]


def test_a_role_that_is_not_known_may_nothing():
    assert permissions_of("emperor") == frozenset()


@pytest.mark.parametrize("role", ROLE_PERMISSIONS)
def test_no_role_may_more_than_an_admin(role):
    assert permissions_of(role) <= PERMISSIONS


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("users:read", {"admin", "manager", "auditor"}),
        ("events:delete", {"admin"}),
        ("tasks:delete", {"admin"}),
        ("users:manage", {"admin"}),
        ("api_keys:manage", {"admin"}),
        ("tenant:manage", {"admin"}),
        ("status:report", {"admin", "manager", "operator", "reporter"}),
        ("events:write", {"admin", "manager", "integration"}),
        ("audit:read", {"admin", "manager", "auditor"}),
    ],
)
def test_a_permission_is_held_by_the_contracts_roles_only(permission, holders):
    found = {role for role, held in ROLE_PERMISSIONS.items() if permission in held}

    assert found == holders


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_only_looks_writes_nothing_but_comments(role):
    writes = {name for name in permissions_of(role) if not name.endswith(":read")}

    assert writes <= {"comments:write"}
