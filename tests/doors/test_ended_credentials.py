"""A credential that has ended opens no door any more, whatever it opened; each refusal says why."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from app.core import clock
from tests.support.cast import PASSWORD, Caller
from tests.support.oauth import token_of
from tests.support.operations import error_code

AUTH = "/api/v1/auth"
THERE = "192.0.2.7"
FROM_THERE = {"environ_overrides": {"REMOTE_ADDR": THERE}}
ONLY_THERE = {"allowed_networks": [f"{THERE}/32"]}
SOON = timedelta(minutes=5)
LATER = timedelta(hours=2)


def used(caller, **options):
    """The caller, who has come in and so is remembered."""
    assert caller.get(f"{AUTH}/me", **options).status_code == 200
    return caller


def signed_in(caller, kind="access_token"):
    """The same person by another sign-in."""
    body = {"username": caller.username, "password": PASSWORD}
    token = caller.post(f"{AUTH}/login", body).json["data"][kind]
    return Caller(caller.client, {"Authorization": f"Bearer {token}"})


def person(cast, admin):
    return used(cast.caller("admin"))


def key(cast, admin):
    return used(cast.key_caller("admin", expires_at=clock.utcnow() + SOON))


def token(cast, admin):
    return used(token_of(cast.key_caller("admin")))


def signed_out(cast, admin):
    caller = person(cast, admin)
    caller.post(f"{AUTH}/logout")
    return caller


def signed_in_before_the_password_changed(cast, admin):
    caller = cast.caller("admin")
    other = used(signed_in(caller))
    body = {"current_password": PASSWORD, "new_password": "another password of the cast"}
    assert caller.put(f"{AUTH}/me/password", body).status_code == 200
    return other


def refresh_token(cast, admin):
    return signed_in(cast.caller("admin"), "refresh_token")


def revoked(key, admin):
    assert admin.delete(f"{AUTH}/api-keys/{key.actor.api_key_id}").status_code == 200


def rotated(key, admin, overlap_hours):
    path = f"{AUTH}/api-keys/{key.actor.api_key_id}/rotate"
    assert admin.post(path, {"overlap_hours": overlap_hours}).status_code == 200


def revoked_key(cast, admin):
    caller = used(cast.key_caller("admin"))
    revoked(caller, admin)
    return caller


def token_of_a_revoked_key(cast, admin):
    key = cast.key_caller("admin")
    caller = used(token_of(key))
    revoked(key, admin)
    return caller


def rotated_key(cast, admin):
    caller = used(cast.key_caller("admin"))
    rotated(caller, admin, overlap_hours=1)
    return used(caller)


def key_rotated_at_once(cast, admin):
    caller = used(cast.key_caller("admin"))
    rotated(caller, admin, overlap_hours=0)
    return caller


def token_of_a_rotated_key(cast, admin):
    key = cast.key_caller("admin")
    caller = used(token_of(key))
    rotated(key, admin, overlap_hours=1)
    rotated(key, admin, overlap_hours=1)
    return caller


def key_of_elsewhere(cast, admin):
    return used(cast.key_caller("admin", **ONLY_THERE), **FROM_THERE)


def token_of_a_key_of_elsewhere(cast, admin):
    return used(token_of(cast.key_caller("admin", **ONLY_THERE), **FROM_THERE), **FROM_THERE)


def deactivated(person, admin):
    assert admin.delete(f"/api/v1/users/{person.actor.user_id}").status_code == 200


def deactivated_person(cast, admin):
    caller = person(cast, admin)
    deactivated(caller, admin)
    return caller


def key_of_somebody_deactivated(cast, admin):
    maker = cast.caller("admin")
    caller = used(cast.key_caller("admin", maker=maker))
    deactivated(maker, admin)
    return caller


def token_of_somebody_deactivated(cast, admin):
    maker = cast.caller("admin")
    caller = used(token_of(cast.key_caller("admin", maker=maker)))
    deactivated(maker, admin)
    return caller


def removed_member(cast, admin):
    caller = person(cast, admin)
    path = f"/api/v1/tenants/current/members/{caller.actor.user_id}"
    assert admin.delete(path).status_code == 200
    return caller


ENDED = {
    person: (401, "TOKEN_EXPIRED"),
    key: (401, "TOKEN_EXPIRED"),
    token: (401, "TOKEN_EXPIRED"),
    rotated_key: (401, "TOKEN_EXPIRED"),
    signed_out: (401, "TOKEN_REVOKED"),
    signed_in_before_the_password_changed: (401, "TOKEN_REVOKED"),
    refresh_token: (401, "INVALID_CREDENTIALS"),
    revoked_key: (401, "TOKEN_REVOKED"),
    token_of_a_revoked_key: (401, "TOKEN_REVOKED"),
    key_rotated_at_once: (401, "TOKEN_EXPIRED"),
    token_of_a_rotated_key: (401, "TOKEN_REVOKED"),
    key_of_elsewhere: (403, "FORBIDDEN"),
    token_of_a_key_of_elsewhere: (403, "FORBIDDEN"),
    deactivated_person: (401, "TOKEN_REVOKED"),
    key_of_somebody_deactivated: (401, "TOKEN_REVOKED"),
    token_of_somebody_deactivated: (401, "TOKEN_REVOKED"),
    removed_member: (401, "TOKEN_REVOKED"),
}
# These end by themselves; all others at once, while those who came with them are remembered.
BY_TIME = {person, key, token, rotated_key}
# These judge by themselves the token that they are sent; tests/auth has them.
TAKE_TOKENS = {"POST /api/v1/auth/refresh", "POST /api/v1/auth/logout"}


@pytest.fixture
def ended(cast, admin, request):
    """Whoever comes with a credential of this kind, after its end."""
    caller = request.param(cast, admin)
    is_later = request.param in BY_TIME
    with clock.hold(clock.utcnow() + LATER) if is_later else nullcontext():
        yield caller


def answer(caller, door):
    response = caller.call(door.method, door.path(dict.fromkeys(door.parameters, "1")))
    return response.status_code, error_code(response.json)


@pytest.mark.parametrize(
    ("ended", "told"), ENDED.items(), indirect=["ended"], ids=[kind.__name__ for kind in ENDED]
)
def test_it_opens_nothing_that_is_not_public(ended, told, operations):
    closed = [door for door in operations if not door.operation.is_public]

    answers = {str(door): answer(ended, door) for door in closed}

    assert {door: given for door, given in answers.items() if given != told} == {}


@pytest.mark.parametrize("ended", [revoked_key, deactivated_person, person], indirect=True)
def test_it_shuts_no_public_door(ended, operations, anonymous):
    public = [door for door in operations if door.operation.is_public]
    public = [door for door in public if str(door) not in TAKE_TOKENS]

    answers = {str(door): answer(ended, door) for door in public}

    assert answers == {str(door): answer(anonymous, door) for door in public}
