"""POST /runners: a host that executes, with a key of its own."""

import pytest

from app.auth.models import ApiKey
from app.runners.models import Runner

URL = "/api/v1/runners"


def test_gives_a_key_that_only_claims(admin, anonymous, cast):
    response = admin.post(URL, {"name": " branch-office "})

    data = response.json["data"]
    key = {"X-API-Key": data["key"]}
    assert (response.status_code, data["name"], data["online"]) == (201, "branch-office", False)
    assert anonymous.post(f"{URL}/claim", {}, headers=key).status_code == 204
    assert anonymous.get(URL, headers=key).status_code == 403
    (kept,) = cast.rows(ApiKey)
    assert (kept.id, kept.name, kept.role) == (data["api_key_id"], "branch-office", "runner")
    assert data["key"].rpartition("_")[2] not in kept.secret_hash


def test_a_name_is_taken_once_in_a_tenant(admin, outsider, cast):
    cast.runner("branch-office")

    again = admin.post(URL, {"name": "branch-office"})
    elsewhere = outsider.post(URL, {"name": "branch-office"})

    assert (again.status_code, list(again.json["details"])) == (409, ["name"])
    assert elsewhere.status_code == 201
    assert [row.name for row in cast.rows(Runner)] == ["branch-office"] * 2
    assert len(cast.rows(ApiKey)) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "host", "key": "mine"}, "key"),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(admin, cast, body, field):
    response = admin.post(URL, body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Runner) == []


def test_a_key_that_may_manage_but_not_claim_makes_no_runner(cast):
    response = cast.key_caller(permissions=["runners:manage"]).post(URL, {"name": "host"})

    assert (response.status_code, response.json["details"]) == (
        403,
        {"required": ["runners:claim"]},
    )
    assert cast.rows(Runner) == []
