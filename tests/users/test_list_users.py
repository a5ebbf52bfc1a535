"""GET /users: who belongs to the tenant, filtered, searched and sorted."""

import pytest

from app.core.tenancy import unscoped
from app.tenants.service import get_tenant
from app.users.models import User
from app.users.service import add_member

USERS = "/api/v1/users"


def names(response):
    assert response.status_code == 200, response.text
    return [one["username"] for one in response.json["data"]]


def join(app, user, slug, role):
    with app.app_context(), unscoped() as session:
        add_member(get_tenant(slug), session.get_one(User, user.id), role)


@pytest.fixture
def people(cast):
    """Three of Acme, and one of Globex."""
    cast.user("operator", username="oskar")
    cast.user("viewer", username="Änne")
    cast.user("auditor", username="adam", is_active=False)
    cast.user("viewer", tenant="globex", username="gloria")


def test_shows_the_tenants_people_and_nobody_elses(admin, people, cast):
    response = admin.get(f"{USERS}?sort=id")

    assert names(response) == [admin.username, "oskar", "Änne", "adam"]
    assert response.json["total"] == 4
    assert len(cast.rows(User)) == 5


def test_shows_what_a_user_is(admin, people):
    (shown,) = admin.get(f"{USERS}?search=oskar").json["data"]

    assert shown | {"id": 0, "created_at": "", "updated_at": ""} == {
        "id": 0,
        "username": "oskar",
        "email": "oskar@example.com",
        "full_name": "Oskar",
        "role": "operator",
        "is_active": True,
        "last_login_at": None,
        "login_enabled": True,
        "created_at": "",
        "updated_at": "",
        "version": 1,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("role=operator", ["oskar"]),
        ("role=user", ["Änne"]),
        ("is_active=false", ["adam"]),
        ("search=ÄNN", ["Änne"]),
        ("search=änne@EXAMPLE", ["Änne"]),
        ("search=gloria", []),
        ("search=%25", []),
    ],
)
def test_filters(query, found, admin, people):
    response = admin.get(f"{USERS}?{query}")

    assert names(response) == found
    assert response.json["total"] == len(found)


def test_a_role_is_that_of_this_tenant(admin, outsider, app, cast):
    both = cast.user("operator", username="both")
    join(app, both, "globex", "auditor")

    here = admin.get(f"{USERS}?search=both").json["data"]
    there = outsider.get(f"{USERS}?search=both").json["data"]

    assert [one["role"] for one in here + there] == ["operator", "auditor"]
    assert names(outsider.get(f"{USERS}?role=operator")) == []


@pytest.mark.parametrize("sort", ["role", "-role", "username", "full_name", "is_active", "id"])
def test_a_cursor_reads_everybody_once(sort, admin, people):
    path, seen = f"{USERS}?sort={sort}&page_size=1", []
    cursor = ""
    while cursor is not None:
        response = admin.get(f"{path}&cursor={cursor}")
        seen += names(response)
        cursor = response.json["meta"]["next_cursor"]

    assert sorted(seen) == sorted([admin.username, "oskar", "Änne", "adam"])


@pytest.mark.parametrize("query", ["role=emperor", "is_active=maybe", "search=", "sort=email"])
def test_refuses_a_filter_that_cannot_be(query, admin):
    response = admin.get(f"{USERS}?{query}")

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == [query.partition("=")[0]]


def test_everybody_sees_oneself(viewer, cast):
    me = cast.rows(User)[0].id

    response = viewer.get(f"{USERS}/{me}")

    assert (response.status_code, response.json["data"]["role"]) == (200, "viewer")
    assert response.headers["ETag"] == '"v1"'


def test_a_key_that_may_manage_users_sees_them(cast):
    user = cast.user("viewer")

    response = cast.key_caller(permissions=["users:manage"]).get(f"{USERS}/{user.id}")

    assert (response.status_code, response.json["data"]["id"]) == (200, user.id)


def test_the_roles_are_told_with_what_they_may(viewer):
    response = viewer.get("/api/v1/roles?page_size=100")

    roles = {role["name"]: role for role in response.json["data"]}
    assert response.json["total"] == 11
    assert roles["viewer"]["aliases"] == ["user"]
    assert "backups:read" in roles["viewer"]["permissions"]
    assert roles["reporter"]["permissions"] == ["status:report"]
