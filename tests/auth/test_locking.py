"""Five wrong passwords in a row lock the account for 15 minutes; nothing tells so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.core import clock
from app.core.tenancy import unscoped
from app.events.models import Event
from app.tenants.service import get_tenant
from app.users.models import User
from app.users.service import add_member
from tests.support.cast import PASSWORD, Caller

WRONG = "a wrong password"


@pytest.fixture
def ada(cast):
    return cast.user("viewer", username="ada")


def fail(log_in, times):
    return [log_in("ada", WRONG).status_code for _ in range(times)]


def told(response):
    """All that a caller sees, but for the trace id and the limiter's count."""
    body = {name: value for name, value in response.json.items() if name != "meta"}
    ignored = ("X-Request-ID", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    headers = {name: value for name, value in response.headers.items() if name not in ignored}
    return response.status_code, body, headers


def test_a_wrong_name_a_wrong_password_and_a_lock_answer_alike(ada, log_in):
    wrong_name = log_in("nobody", WRONG)
    wrong_password = log_in("ada", WRONG)
    fail(log_in, 4)

    locked_right = log_in("ada")
    locked_wrong = log_in("ada", WRONG)

    assert wrong_name.status_code == 401
    assert wrong_name.json["error"] == "INVALID_CREDENTIALS"
    assert told(wrong_name) == told(wrong_password) == told(locked_right) == told(locked_wrong)


def test_the_fifth_failure_locks_and_is_an_event(ada, log_in, cast):
    assert fail(log_in, 4) == [401] * 4
    assert cast.rows(Event) == []

    fail(log_in, 1)

    assert log_in("ada").status_code == 401
    (event,) = cast.rows(Event)
    assert (event.type, event.severity, event.subject_id) == ("auth.locked", "medium", ada.id)
    assert event.trace_id is not None


def test_every_tenant_of_the_user_hears_of_it(ada, log_in, cast, app):
    with app.app_context(), unscoped():
        add_member(get_tenant("globex"), ada, "viewer")

    fail(log_in, 5)

    heard = {event.tenant_id for event in cast.rows(Event)}
    assert heard == {cast.tenant("acme"), cast.tenant("globex")}


def test_the_lock_ends_after_15_minutes(ada, log_in):
    now = clock.utcnow()
    with clock.hold(now):
        fail(log_in, 5)

    with clock.hold(now + timedelta(minutes=14, seconds=59)):
        before = log_in("ada")
    with clock.hold(now + timedelta(minutes=15)):
        after = log_in("ada")

    assert (before.status_code, after.status_code) == (401, 200)


def test_failures_while_locked_do_not_make_it_longer(ada, log_in, cast):
    now = clock.utcnow()
    with clock.hold(now):
        fail(log_in, 5)
    with clock.hold(now + timedelta(minutes=10)):
        fail(log_in, 6)

    with clock.hold(now + timedelta(minutes=15)):
        response = log_in("ada")

    assert response.status_code == 200
    assert len(cast.rows(Event)) == 1


def test_a_success_begins_the_count_anew(ada, log_in, cast):
    fail(log_in, 4)
    log_in("ada")

    fail(log_in, 4)

    assert log_in("ada").status_code == 200
    assert cast.rows(User)[0].failed_logins == 0


def test_failures_at_the_same_time_are_all_counted(ada, app, cast):
    def guess(_):
        caller = Caller(app.test_client(), {})
        body = {"username": "ada", "password": WRONG}
        return caller.post("/api/v1/auth/login", body).status_code

    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(guess, range(5)))

    assert answers == [401] * 5
    assert cast.rows(User)[0].locked_until is not None


def test_wrong_current_passwords_lock_too_and_the_lock_holds_there(cast):
    ada = cast.caller("viewer", username="ada")
    path = "/api/v1/auth/me/password"
    wrong = {"current_password": WRONG, "new_password": "one that is quite new"}
    for _ in range(5):
        assert ada.put(path, wrong).status_code == 400

    response = ada.put(path, {**wrong, "current_password": PASSWORD})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["current_password"]
    assert cast.rows(User)[0].locked_until is not None
