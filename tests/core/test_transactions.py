"""One commit a request: everything or nothing, and hand-overs only after it."""

import pytest
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditRow
from app.core.db import after_commit, db
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from tests.core.conftest import PROBE


def acme(cast):
    return next(row for row in cast.rows(Tenant) if row.slug == "acme")


def test_a_change_is_committed_and_then_handed_over(prober, cast, seen):
    response = prober.post(f"{PROBE}/rename", {"name": "Renamed"})

    assert response.status_code == 201
    assert (acme(cast).name, seen.handed_over) == ("Renamed", ["Renamed"])


@pytest.mark.parametrize(
    ("then", "status", "code"),
    [("conflict", 409, "CONFLICT"), ("bug", 500, "INTERNAL_ERROR")],
)
def test_a_failure_leaves_nothing_and_hands_nothing_over(then, status, code, prober, cast, seen):
    response = prober.post(f"{PROBE}/rename", {"name": "Renamed", "then": then})

    assert (response.status_code, response.json["error"]) == (status, code)
    assert (acme(cast).name, seen.handed_over, seen.runs) == ("Acme", [], 1)
    assert cast.rows(AuditRow) == []


def test_a_hand_over_that_fails_leaves_the_answer_and_the_others_alone(prober, cast, seen, capsys):
    response = prober.post(f"{PROBE}/rename", {"name": "Renamed", "then": "bad hook"})

    assert response.status_code == 201
    assert (acme(cast).name, seen.handed_over) == ("Renamed", ["Renamed"])
    assert "after_commit_failed" in capsys.readouterr().out


def test_a_bug_tells_nothing_of_the_server(prober, capsys):
    response = prober.post(f"{PROBE}/rename", {"name": "Renamed", "then": "bug"})

    assert response.status_code == 500
    assert "/srv/secret" not in response.text
    assert response.json["meta"]["trace_id"] in capsys.readouterr().out


def test_an_answer_names_where_it_is(prober):
    response = prober.post(f"{PROBE}/rename", {"name": "elsewhere"})

    assert response.headers["Location"] == "/api/v1/probe/elsewhere"


def test_a_released_view_holds_no_connection_and_its_change_stands(prober, cast, seen):
    response = prober.post(f"{PROBE}/release", {"name": "Renamed"})

    assert (response.status_code, response.json["data"]["name"]) == (200, "Renamed")
    assert (seen.busy_connections, seen.handed_over) == (0, ["Renamed"])


def test_a_released_views_change_is_in_the_audit_log(prober, cast):
    response = prober.post(f"{PROBE}/release", {"name": "Renamed"})

    assert response.status_code == 200
    (row,) = cast.rows(AuditRow)
    assert [change["fields"] for change in row.changes] == [{"name": ["Acme", "Renamed"]}]


def test_what_was_released_outlives_a_later_failure(prober, cast):
    response = prober.post(f"{PROBE}/release", {"name": "Renamed", "then": "bug"})

    assert response.status_code == 500
    assert acme(cast).name == "Renamed"


def test_a_text_in_the_address_is_no_resource_id_of_the_audit_log(prober, cast):
    response = prober.post(f"{PROBE}/odd/some%00text")

    assert response.status_code == 200
    (row,) = cast.rows(AuditRow)
    assert (row.resource_id, row.path) == (None, f"{PROBE}/odd/some\ufffdtext")


def test_a_refusal_at_an_address_with_a_nul_is_kept(anonymous, probe_app, cast):
    anonymous.client = probe_app.test_client()

    response = anonymous.post(f"{PROBE}/odd/some%00text")

    assert response.status_code == 401
    assert [row.path for row in cast.rows(AuditRow)] == [f"{PROBE}/odd/some\ufffdtext"]


def test_a_transaction_of_its_own_rolls_back_on_an_error_and_hands_nothing_over(app, cast):
    handed_over = []

    def make_and_fail():
        with unscoped() as session:
            session.add(Tenant(slug="new", name="New"))
            session.flush()
            after_commit(lambda: handed_over.append(1))
            raise RuntimeError

    with app.app_context(), pytest.raises(RuntimeError):
        make_and_fail()

    assert [row.slug for row in cast.rows(Tenant)] == ["acme", "globex"]
    assert handed_over == []


def test_a_transaction_inside_another_stands_alone(app, cast):
    with app.app_context(), unscoped(read_only=True) as outer:
        outer.get(Tenant, cast.tenant("acme"))
        with unscoped() as inner:
            inner.get_one(Tenant, cast.tenant("acme")).name = "Inner"
        is_outer_again = db.session() is outer
        outer.rollback()

    assert is_outer_again
    assert acme(cast).name == "Inner"


def test_a_context_inside_a_transaction_leaves_it_open(app, cast):
    with app.app_context(), unscoped() as session:
        assert len(cast.rows(Tenant)) == 2
        session.get_one(Tenant, cast.tenant("acme")).name = "Kept"

    assert acme(cast).name == "Kept"


def test_a_statements_parameters_stay_out_of_an_errors_text(app, cast):
    def make_a_second_acme():
        with unscoped() as session:
            session.add(Tenant(slug="acme", name="a secret"))

    with app.app_context(), pytest.raises(IntegrityError) as caught:
        make_a_second_acme()

    assert "a secret" not in str(caught.value)
