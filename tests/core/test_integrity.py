"""A row that another is in the way of is 409; one that our own code got wrong is 500."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import integrity
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.integrity import flush_unless_taken
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User
from tests.core.conftest import PROBE

SLUGS = "uq_tenants_slug"


@pytest.mark.parametrize("kind", ["unique", "foreign key"])
def test_what_contradicts_another_row_is_409(kind, prober, cast):
    response = prober.post(f"{PROBE}/keep/{kind}")

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert [row.slug for row in cast.rows(Tenant)] == ["acme", "globex"]


def test_a_row_that_lacks_something_is_500_and_logged(prober, cast, capsys):
    response = prober.post(f"{PROBE}/keep/not null")

    assert (response.status_code, response.json["error"]) == (500, "INTERNAL_ERROR")
    assert response.json["meta"]["trace_id"] in capsys.readouterr().out
    assert [row.slug for row in cast.rows(Tenant)] == ["acme", "globex"]


def test_a_bugs_answer_is_not_kept_for_its_idempotency_key(prober):
    headers = {"Idempotency-Key": "nightly"}
    prober.post(f"{PROBE}/keep/not null", headers=headers)

    again = prober.post(f"{PROBE}/keep/not null", headers=headers)

    assert again.status_code == 500
    assert "Idempotency-Replayed" not in again.headers


def test_a_broken_check_is_no_conflict(app):
    with app.app_context(), transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE checked (n integer CHECK (n > 0))"))
        with pytest.raises(IntegrityError) as caught:
            session.execute(text("INSERT INTO checked VALUES (0)"))
        session.rollback()

    assert not integrity.is_conflict(caught.value)


@pytest.mark.parametrize(
    ("index", "expected"), [(SLUGS, Conflict), ("uq_users_username_key", IntegrityError)]
)
def test_only_the_named_index_raises_the_domains_error(index, expected, app, cast):
    with app.app_context(), unscoped() as session:
        session.add(Tenant(slug="acme", name="A second Acme"))
        with pytest.raises(expected):
            flush_unless_taken(index, Conflict())
        session.rollback()


def test_a_constraint_over_several_columns_is_known_by_its_name(app, cast):
    user = cast.user("viewer")

    with app.app_context(), unscoped() as session:
        session.add(Membership(tenant_id=cast.tenant("acme"), user_id=user.id, role="admin"))
        with pytest.raises(Conflict):
            flush_unless_taken("uq_memberships_tenant_id_user_id", Conflict())
        session.rollback()


def test_what_is_not_unique_is_never_taken(app, cast):
    with app.app_context(), unscoped() as session:
        session.add(Tenant(slug="nameless", name=None))
        with pytest.raises(IntegrityError):
            flush_unless_taken(SLUGS, Conflict())
        session.rollback()


def test_what_stands_alone_is_flushed(app, cast):
    with app.app_context(), unscoped():
        tenant = Tenant(slug="initech", name="Initech")
        db.session.add(tenant)
        flush_unless_taken(SLUGS, Conflict())

    assert [row.slug for row in cast.rows(Tenant)] == ["acme", "globex", "initech"]
    assert cast.rows(User) == []
