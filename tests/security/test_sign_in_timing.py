"""A sign-in that fails does the same work whatever failed, so that its time tells nothing.

Work is counted and not timed: hashes at what cost, and statements of what text.
"""

from datetime import timedelta

import argon2._password_hasher
import pytest

from app.core import clock
from app.core.tenancy import unscoped
from app.users.models import Membership
from app.users.passwords import DUMMY_HASH
from tests.support.attacks import statements
from tests.support.cast import PASSWORD

WRONG = "not the password of anybody"
SOON = timedelta(minutes=5)


@pytest.fixture
def verified(monkeypatch):
    """What each password was compared with, by the library itself."""
    seen = []
    verify = argon2._password_hasher.verify_secret

    def note(hash_, secret, kind):
        seen.append(hash_.decode())
        return verify(hash_, secret, kind)

    monkeypatch.setattr(argon2._password_hasher, "verify_secret", note)
    return seen


@pytest.fixture
def people(cast, app):
    """Whoever may try, and cannot be let in with a wrong password, or at all."""
    cast.user("viewer", username="ada")
    cast.user("viewer", username="locked", locked_until=clock.utcnow() + SOON)
    cast.user("viewer", username="gone", is_active=False)
    cast.user("viewer", username="invited", password_hash=None)
    former = cast.user("viewer", username="former")
    with app.app_context(), unscoped() as session:
        session.query(Membership).filter_by(user_id=former.id).update({"is_active": False})


ATTEMPTS = {
    "a wrong password": {"username": "ada", "password": WRONG},
    "a wrong password, by e-mail": {"username": "ada@example.com", "password": WRONG},
    "an unknown name": {"username": "nobody", "password": PASSWORD},
    "an unknown address": {"username": "nobody@example.com", "password": WRONG},
    "a locked account": {"username": "locked", "password": PASSWORD},
    "a locked account, wrongly": {"username": "locked", "password": WRONG},
    "one who was deactivated": {"username": "gone", "password": PASSWORD},
    "one who was deactivated, wrongly": {"username": "gone", "password": WRONG},
    "one without a password yet": {"username": "invited", "password": WRONG},
    "one who belongs nowhere": {"username": "former", "password": PASSWORD},
    "a tenant of others": {"username": "ada", "password": PASSWORD, "tenant": "globex"},
    "a tenant that is not there": {"username": "ada", "password": PASSWORD, "tenant": "initech"},
}


@pytest.fixture
def work(people, anonymous, verified):
    """The answer to an attempt, the costs of its hashes, and the statements that it took."""

    def attempt(body):
        verified.clear()
        with statements() as sent:
            response = anonymous.post("/api/v1/auth/login", body)
        return response, [cost_of(hash_) for hash_ in verified], sent

    return attempt


def cost_of(hash_):
    """The kind, version and cost of an Argon2 hash, which stand before its salt."""
    return hash_.rsplit("$", 2)[0]


def test_every_failure_answers_alike(work):
    answers = {name: work(body)[0] for name, body in ATTEMPTS.items()}

    told = {
        (answer.status_code, answer.json["error"], answer.json["message"])
        for answer in answers.values()
    }
    assert len(told) == 1
    assert told.pop()[:2] == (401, "INVALID_CREDENTIALS")


def test_every_failure_verifies_one_hash_at_one_cost(work):
    costs = {name: work(body)[1] for name, body in ATTEMPTS.items()}

    assert costs == dict.fromkeys(ATTEMPTS, [cost_of(DUMMY_HASH)])


def test_every_failure_takes_the_same_statements(work):
    work(ATTEMPTS["an unknown name"])

    taken = {name: work(body)[2] for name, body in ATTEMPTS.items()}

    usual = taken["a wrong password"]
    assert {name: sent for name, sent in taken.items() if sent != usual} == {}


def test_a_password_is_compared_in_full_whatever_its_length(work):
    for password in ("", "x", PASSWORD[:-1], PASSWORD + "x", "x" * 256):
        response, costs, _ = work({"username": "ada", "password": password or " "})

        assert (response.status_code, costs) == (401, [cost_of(DUMMY_HASH)])
