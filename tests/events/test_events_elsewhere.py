"""GET /events?tenant=: the events of the caller's other tenants, and of nobody else's."""

import pytest

from app.core.tenancy import unscoped
from app.tenants import service as tenants
from app.users.service import add_member
from tests.support.rows import keep_event

EVENTS = "/api/v1/events"


@pytest.fixture
def theirs(cast):
    """The id of an event of Globex."""
    return keep_event(cast, tenant="globex")


@pytest.fixture
def join(app, cast):
    """Give somebody of Acme a role in Globex too."""

    def call(caller, role):
        cast.tenant("globex")
        with app.app_context(), unscoped() as session:
            from_acme = session.get_one(type(cast.user("viewer")), caller.actor.user_id)
            add_member(tenants.get_tenant("globex"), from_acme, role)

    return call


def ids(response):
    assert response.status_code == 200, response.text
    return [event["id"] for event in response.json["data"]]


@pytest.mark.parametrize("query", ["", "&cursor=&sort=id", "&count=exact", "&sort=-occurred_at"])
def test_a_member_reads_them_with_the_role_held_there(query, theirs, viewer, join, cast):
    keep_event(cast)
    join(viewer, "operator")

    assert ids(viewer.get(f"{EVENTS}?tenant=globex{query}")) == [theirs]


def test_ones_own_tenant_may_be_named(theirs, viewer, cast):
    own = keep_event(cast)

    assert ids(viewer.get(f"{EVENTS}?tenant=acme")) == [own]


@pytest.mark.parametrize("slug", ["globex", "no-such"])
def test_another_tenant_is_not_there(slug, theirs, admin):
    response = admin.get(f"{EVENTS}?tenant={slug}")

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


def test_a_key_reads_its_own_tenant_only(theirs, cast):
    assert cast.key_caller("admin").get(f"{EVENTS}?tenant=globex").status_code == 404


def test_a_platform_administrator_reads_any(theirs, cast):
    caller = cast.caller("viewer", is_platform_admin=True)

    assert ids(caller.get(f"{EVENTS}?tenant=globex")) == [theirs]
    assert caller.get(f"{EVENTS}?tenant=no-such").status_code == 404


def test_a_role_there_that_may_not_read_them_is_refused(theirs, admin, join):
    join(admin, "reporter")

    response = admin.get(f"{EVENTS}?tenant=globex")

    assert (response.status_code, response.json["details"]) == (403, {"required": "events:read"})


def test_what_may_be_read_at_home_may_not_be_read_there(theirs, admin, join):
    join(admin, "viewer")

    response = admin.get(f"{EVENTS}?tenant=globex&include_deleted=true")

    assert (response.status_code, response.json["details"]) == (403, {"required": "audit:read"})


def test_a_suspended_tenant_tells_nothing(app, cast, theirs, viewer, join):
    join(viewer, "viewer")
    with app.app_context(), unscoped():
        tenants.get_tenant("globex").is_suspended = True

    response = viewer.get(f"{EVENTS}?tenant=globex")

    assert (response.status_code, response.json["error"]) == (403, "TENANT_SUSPENDED")
