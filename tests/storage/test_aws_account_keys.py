"""An S3 provider that uses an AWS account's keys in place of its own."""

import pytest

from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider
from app.storage.service import reaching

ACCOUNTS = "/api/v1/config/aws-accounts"
PROVIDERS = "/api/v1/storage/providers"
KEYS = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "open sesame"}
ROLE = "arn:aws:iam::123456789012:role/backup"


@pytest.fixture
def account(admin):
    body = {"name": "Production", "region": "eu-west-1", **KEYS}
    return admin.post(ACCOUNTS, body).json["data"]


@pytest.fixture
def bucket(account, bucket_body):
    """A bucket of Amazon's, as it is sent."""
    left = {name: value for name, value in bucket_body.items() if name != "endpoint"}
    return {**left, "credentials": None, "aws_account_id": account["id"]}


@pytest.fixture
def place_of(app, cast):
    """How one gets to a provider that is kept."""

    def call(provider_id):
        with app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
            provider = session.get_one(StorageProvider, provider_id)
            return reaching.place_of(reaching.draft_of(provider), provider.tenant_id)

    return call


def test_its_keys_are_the_accounts_as_they_are_then(admin, make, bucket, account, place_of):
    made = make(bucket)

    admin.put(f"{ACCOUNTS}/{account['id']}", {"secret_access_key": "rotated"})

    assert (made["aws_account_id"], made["credentials"]) == (account["id"], None)
    assert place_of(made["id"]).credentials == {
        **KEYS,
        "secret_access_key": "rotated",
        "region": "eu-west-1",
    }


def test_keys_go_nowhere_but_to_amazon(operator, bucket, bucket_body, cast):
    own, elsewhere = bucket_body["credentials"], bucket_body["endpoint"]
    folder = {"provider_type": "local", "connection_string": f"{cast.instance}/storage"}
    wrong = [
        ({"endpoint": elsewhere}, "endpoint"),
        ({"credentials": own}, "credentials"),
        (folder, "aws_account_id"),
        ({"aws_account_id": 999_999_999}, "aws_account_id"),
    ]

    answers = [operator.post(PROVIDERS, {**bucket, **given}) for given, _ in wrong]

    told = [(response.status_code, list(response.json["details"])) for response in answers]
    assert told == [(400, [field]) for _, field in wrong]
    assert [row.aws_account_id for row in cast.rows(StorageProvider)] == [None]


def test_a_provider_changes_from_its_own_keys_and_back(operator, make, bucket, account):
    made = make({**bucket, "credentials": KEYS, "aws_account_id": None})
    path, own = f"{PROVIDERS}/{made['id']}", {"credentials": KEYS, "aws_account_id": None}

    theirs = operator.put(path, {"credentials": None, "aws_account_id": account["id"]})
    back = operator.put(path, own)

    assert (theirs.status_code, theirs.json["data"]["credentials"]) == (200, None)
    assert (back.status_code, back.json["data"]["aws_account_id"]) == (200, None)
    assert back.json["data"]["credentials"] == "********"


def test_an_account_with_a_role_is_for_tests_only(admin, operator, bucket, account, make):
    path = f"{ACCOUNTS}/{account['id']}"
    made = make(bucket)

    refused = admin.put(path, {"role_arn": ROLE})
    operator.delete(f"{PROVIDERS}/{made['id']}")
    passed = admin.put(path, {"role_arn": ROLE})
    unusable = operator.post(PROVIDERS, bucket)

    assert (refused.status_code, passed.status_code) == (409, 200)
    assert (unusable.status_code, list(unusable.json["details"])) == (400, ["aws_account_id"])


def test_an_account_in_use_stays(admin, operator, make, bucket, account, cast):
    path, made = f"{ACCOUNTS}/{account['id']}", make(bucket)

    refused = admin.delete(path)
    operator.delete(f"{PROVIDERS}/{made['id']}")
    passed = admin.delete(path)

    assert (refused.status_code, refused.json["error"]) == (409, "CONFLICT")
    assert refused.json["details"] == {"providers": [{"id": made["id"], "name": made["name"]}]}
    assert passed.status_code == 200
    assert cast.rows(StorageProvider)[-1].aws_account_id is None
