"""Without good credentials every operation but those of the closed list answers 401."""

import pytest

from tests.support.operations import doors, error_code

# contract-conventions: health, the document, its pages, and what brings credentials of its own:
# sign-in, a reset link, an invite.
OPEN = {
    "GET /api/docs",
    "GET /api/docs/files/<path:name>",
    "GET /api/v1/health",
    "GET /api/v1/health/live",
    "GET /api/v1/health/ready",
    "GET /api/v1/openapi.json",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/token",
    "POST /api/v1/auth/reset-password",
    "POST /api/v1/invites/<string:token>/accept",
}
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
BAD_CREDENTIALS = {
    "garbage": {"Authorization": "Bearer garbage"},
    "an unsigned token": {"Authorization": f"Bearer {UNSIGNED}"},
    "an unknown key": {"X-API-Key": "hf_000000000000_00000000000000000000000000000000"},
    "half a key": {"X-API-Key": "hf_"},
    "an unknown key as bearer": {"Authorization": "Bearer hf_000000000000_0000000000000000"},
}


def call(caller, door, **options):
    return caller.call(door.method, door.path(dict.fromkeys(door.parameters, "1")), **options)


def test_only_the_closed_list_answers_a_caller_without_credentials(app, anonymous):
    answers = {str(door): call(anonymous, door).status_code for door in doors(app)}

    assert {name for name, status in answers.items() if status != 401} == OPEN


def test_a_401_tells_how_to_sign_in(operations, anonymous):
    closed = [door for door in operations if str(door) not in OPEN]

    answers = [call(anonymous, door) for door in closed]

    assert {error_code(answer.json) for answer in answers} == {"AUTHENTICATION_REQUIRED"}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="holdfast"'}


@pytest.mark.parametrize("headers", BAD_CREDENTIALS.values(), ids=BAD_CREDENTIALS)
def test_bad_credentials_are_401_and_never_pass_for_none(operations, anonymous, headers):
    closed = [door for door in operations if str(door) not in OPEN]

    answers = {str(door): call(anonymous, door, headers=headers) for door in closed}

    assert {door for door, answer in answers.items() if answer.status_code != 401} == set()
    assert {error_code(answer.json) for answer in answers.values()} == {"INVALID_CREDENTIALS"}


def test_another_scheme_is_as_good_as_no_credentials(operations, anonymous):
    closed = [door for door in operations if str(door) not in OPEN]
    headers = {"Authorization": "Basic YWRtaW46YWRtaW4="}

    answers = {str(door): call(anonymous, door, headers=headers) for door in closed}

    assert {error_code(answer.json) for answer in answers.values()} == {"AUTHENTICATION_REQUIRED"}
