"""/config/aws-accounts: keys of Amazon's, kept and never shown."""

import pytest

from app.audit.models import AuditRow
from app.storage.models import AwsAccount

URL = "/api/v1/config/aws-accounts"
MASK = "********"
ROLE = "arn:aws:iam::123456789012:role/backup"
FINDINGS = ("account_id", "arn", "last_tested_at", "last_test_result")


@pytest.fixture
def body():
    return {
        "name": "Production",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "secret_access_key": "open sesame",
        "role_arn": ROLE,
    }


@pytest.fixture
def account(admin, body):
    return admin.post(URL, {**body, "session_token": "for an hour"}).json["data"]


def kept(cast):
    (row,) = cast.rows(AwsAccount)
    return row


def test_keeps_the_secret_and_shows_a_mask(admin, body, cast):
    response = admin.post(URL, body)

    told = response.json["data"]
    assert (response.status_code, told["secret_access_key"]) == (201, MASK)
    assert (told["session_token"], told["region"]) == (None, "us-east-1")
    assert kept(cast).secret_access_key == "open sesame"
    assert admin.get(response.headers["Location"]).json["data"] == told
    assert [found["id"] for found in admin.get(URL).json["data"]] == [told["id"]]
    assert cast.rows(AuditRow)[-1].changes[0]["fields"]["secret_access_key"] == [None, MASK]


def test_bad_input_is_named_and_nothing_is_kept(admin, body, cast):
    wrong = [
        ({"name": " "}, "name"),
        ({"access_key_id": "AKIA 1"}, "access_key_id"),
        ({"access_key_id": None}, "access_key_id"),
        ({"secret_access_key": ""}, "secret_access_key"),
        ({"secret_access_key": MASK}, "secret_access_key"),
        ({"session_token": MASK}, "session_token"),
        ({"role_arn": "arn:aws:iam::123456789012:user/backup"}, "role_arn"),
        ({"role_arn": f"{ROLE}\n"}, "role_arn"),
        ({"external_id": "a b"}, "external_id"),
        ({"region": "https://evil.example"}, "region"),
        ({"account_id": "123456789012"}, "account_id"),
        ({"endpoint": "http://127.0.0.1"}, "endpoint"),
    ]

    answers = [admin.post(URL, {**body, **given}) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]
    assert cast.rows(AwsAccount) == []


def test_a_name_is_given_once(admin, outsider, body):
    admin.post(URL, body)

    again, elsewhere = admin.post(URL, body), outsider.post(URL, body)

    assert (again.status_code, list(again.json["details"])) == (409, ["name"])
    assert elsewhere.status_code == 201


def test_what_get_gave_is_put_back_with_its_masks(admin, account, cast):
    shown = admin.get(f"{URL}/{account['id']}").json["data"]

    response = admin.put(f"{URL}/{account['id']}", {**shown, "region": "eu-west-1"})

    assert (response.status_code, response.json["data"]["region"]) == (200, "eu-west-1")
    assert (kept(cast).secret_access_key, kept(cast).session_token) == (
        "open sesame",
        "for an hour",
    )


def test_another_access_key_takes_its_secret_and_drops_the_old_token(admin, account, cast):
    path, other = f"{URL}/{account['id']}", {"access_key_id": "AKIAI44QH8DHBEXAMPLE"}

    refused = admin.put(path, {**other, "secret_access_key": MASK})
    changed = admin.put(path, {**other, "secret_access_key": "another"})

    assert (refused.status_code, list(refused.json["details"])) == (400, ["secret_access_key"])
    assert (changed.status_code, changed.json["data"]["session_token"]) == (200, None)
    assert (kept(cast).secret_access_key, kept(cast).session_token) == ("another", None)


def test_null_clears_what_is_optional(admin, account):
    given = {"role_arn": None, "session_token": None, "region": None}

    told = admin.put(f"{URL}/{account['id']}", given).json["data"]

    assert {name: told[name] for name in given} == {**given, "region": "us-east-1"}


def test_other_keys_make_the_last_test_worthless(admin, account):
    path = f"{URL}/{account['id']}"
    admin.post(f"{path}/test")
    renamed = admin.put(path, {"name": "Renamed"}).json["data"]

    changed = admin.put(path, {"external_id": "holdfast-7"}).json["data"]

    assert renamed["last_test_result"] == "AWS_UNREACHABLE"
    assert [changed[name] for name in FINDINGS] == [None] * 4


def test_a_deleted_one_is_gone(admin, account, cast):
    response = admin.delete(f"{URL}/{account['id']}")

    assert response.status_code == 200
    assert admin.get(f"{URL}/{account['id']}").status_code == 404
    assert cast.rows(AwsAccount) == []
