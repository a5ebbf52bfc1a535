"""Rights that end: at once on the server that hears of it, within seconds on every other."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from app.core import clock
from app.core.secrets import keyed_hash
from app.core.tenancy import as_tenant
from app.users.models import PasswordReset
from app.users.values import RESET_LIFETIME, RESET_PREFIX
from tests.support.cast import PASSWORD, Caller
from tests.support.oauth import GRANT, halves
from tests.support.processes import wait_until
from tests.support.web import running_web

PROBE = "/api/v1/backups"
AUTH = "/api/v1/auth"
NEW_PASSWORD = "another of the cast's passwords"
REVOKED = (401, "TOKEN_REVOKED")
HERE, ELSEWHERE = 0, 1


@dataclass
class Ending:
    """Somebody who could read jobs until `who` made this call, and what they hear from then on."""

    caller: Caller
    who: Caller | None
    method: str
    path: str
    answer: tuple[int, str]
    body: Any = None


@pytest.fixture
def servers(app, environ):
    """Two servers over one database, each with a memory of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(running_web(environ)).url for _ in range(2)]


@pytest.fixture
def ask(servers):
    """What a server answers: the status and the body."""

    def call(server, caller, method="GET", path=PROBE, **options):
        headers = caller.headers if caller else {}
        response = requests.request(
            method, servers[server] + path, headers=headers, timeout=60, **options
        )
        return response.status_code, response.json()

    return call


@pytest.fixture
def sign_in(ask, app):
    """Sign in once more as a user of the cast."""

    def call(caller):
        body = {"username": caller.username, "password": PASSWORD}
        _, answer = ask(HERE, None, "POST", f"{AUTH}/login", json=body)
        return bearer(app, answer["data"]["access_token"])

    return call


def bearer(app, token):
    return Caller(app.test_client(), {"Authorization": f"Bearer {token}"})


@pytest.fixture
def reset_token(app, cast):
    """The token of a link that is mailed to whoever forgot the password."""

    def call(caller):
        token = f"{RESET_PREFIX}{'x' * 43}"
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            kept = {"token_hash": keyed_hash(token), "expires_at": clock.utcnow() + RESET_LIFETIME}
            session.add(PasswordReset(user_id=caller.actor.user_id, **kept))
        return token

    return call


@pytest.fixture
def endings(app, cast, admin, ask, sign_in, reset_token):
    gone, left, demoted, out, changed, forgetful = (cast.caller("viewer") for _ in range(6))
    key, client = (cast.key_caller("viewer") for _ in range(2))
    above = cast.caller("admin", is_platform_admin=True)
    _, token = ask(HERE, None, "POST", f"{AUTH}/token", data={**GRANT, **halves(client.key)})
    people, members = "/api/v1/users", "/api/v1/tenants/current/members"
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    reset = {"token": reset_token(forgetful), "new_password": NEW_PASSWORD}
    return {
        "deactivated": Ending(gone, admin, "DELETE", f"{people}/{gone.actor.user_id}", REVOKED),
        "no member any more": Ending(
            left, admin, "DELETE", f"{members}/{left.actor.user_id}", REVOKED
        ),
        "another role": Ending(
            demoted,
            admin,
            "PUT",
            f"{members}/{demoted.actor.user_id}",
            (403, "FORBIDDEN"),
            {"role": "reporter"},
        ),
        "signed out": Ending(out, out, "POST", f"{AUTH}/logout", REVOKED),
        "password changed": Ending(
            sign_in(changed), changed, "PUT", f"{AUTH}/me/password", REVOKED, change
        ),
        "password reset": Ending(forgetful, None, "POST", f"{AUTH}/reset-password", REVOKED, reset),
        "key revoked": Ending(
            key, admin, "DELETE", f"{AUTH}/api-keys/{key.actor.api_key_id}", REVOKED
        ),
        "token's key revoked": Ending(
            bearer(app, token["access_token"]),
            admin,
            "DELETE",
            f"{AUTH}/api-keys/{client.actor.api_key_id}",
            REVOKED,
        ),
        "tenant suspended": Ending(
            cast.caller("viewer", tenant="globex"),
            above,
            "POST",
            f"/api/v1/tenants/{cast.tenant('globex')}/suspend",
            (403, "TENANT_SUSPENDED"),
        ),
    }


def test_end_at_once_where_it_is_heard_of_and_elsewhere_within_seconds(endings, ask):
    def answers(server):
        return {name: ask(server, ending.caller) for name, ending in endings.items()}

    def refusals(server):
        return {
            name: (status, body.get("error")) for name, (status, body) in answers(server).items()
        }

    # Both servers remember each of them from here on.
    before = [{status for status, _ in answers(server).values()} for server in (HERE, ELSEWHERE)]

    made = {
        name: ask(HERE, ending.who, ending.method, ending.path, json=ending.body)
        for name, ending in endings.items()
    }
    at_once = refusals(HERE)

    expected = {name: ending.answer for name, ending in endings.items()}
    assert before == [{200}, {200}]
    assert {name: body for name, (status, body) in made.items() if status >= 300} == {}
    assert at_once == expected
    # Elsewhere five seconds, and whatever a busy machine takes on top.
    wait_until(lambda: refusals(ELSEWHERE) == expected, what="the other server refuses them too")
