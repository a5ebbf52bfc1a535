"""POST /config/aws-accounts/{id}/test, against an STS that looks at keys and rights."""

import itertools
import socket
import threading

import pytest
from botocore.exceptions import ClientError

from app.storage.drivers.identities import Keys, identify
from app.storage.drivers.sts import ASSUME_ROLE, WHO, explain
from app.storage.models import AwsAccount
from tests.support.processes import wait_until
from tests.support.storage_servers.listening import answering
from tests.support.storage_servers.sts import ACCOUNT_ID, sts

URL = "/api/v1/config/aws-accounts"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def amazon():
    with sts() as ground:
        yield ground


@pytest.fixture
def ask(app, admin, monkeypatch):
    """Keep an account with these keys and test it at this STS."""

    def call(endpoint, **fields):
        monkeypatch.setitem(app.config, "AWS_STS_ENDPOINT", endpoint)
        name = f"AWS {next(_numbers)}"
        made = admin.post(URL, {"name": name, **fields}).json["data"]
        response = admin.post(f"{URL}/{made['id']}/test")
        assert response.status_code == 200, response.text
        kept = admin.get(f"{URL}/{made['id']}").json["data"]
        assert kept["version"] == 1
        return response.json["data"], kept

    return call


def test_good_keys_tell_their_account_and_who_they_are(ask, amazon):
    told, kept = ask(amazon.endpoint, **amazon.strong)

    assert (told["is_known"], told["account_id"]) == (True, ACCOUNT_ID)
    assert told["arn"] == f"arn:aws:iam::{ACCOUNT_ID}:user/strong"
    assert (kept["account_id"], kept["arn"]) == (ACCOUNT_ID, told["arn"])
    assert kept["last_test_result"] == "ok"
    assert kept["last_tested_at"] is not None


def test_a_role_is_assumed_and_named(ask, amazon):
    told, _ = ask(amazon.endpoint, **amazon.strong, role_arn=amazon.role_arn)

    assert told["is_known"] is True
    assert told["arn"] == f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/backup/holdfast-test"


def test_an_access_key_that_nobody_knows(ask, amazon):
    told, kept = ask(amazon.endpoint, **{**amazon.strong, "access_key_id": "AKIAIOSFODNN7EXAMPLE"})

    assert (told["error_code"], told["failed_call"]) == ("InvalidClientTokenId", WHO)
    assert "session_token" in told["error_message"]
    assert (kept["last_test_result"], kept["account_id"]) == ("InvalidClientTokenId", None)


def test_a_secret_that_does_not_fit(ask, amazon):
    told, _ = ask(amazon.endpoint, **{**amazon.strong, "secret_access_key": "not the secret"})

    assert told["error_code"] == "SignatureDoesNotMatch"
    assert "does not fit" in told["error_message"]


def test_a_role_that_cannot_be_assumed(ask, amazon):
    told, kept = ask(amazon.endpoint, **amazon.weak, role_arn=amazon.role_arn)

    assert (told["error_code"], told["failed_call"]) == ("AccessDenied", ASSUME_ROLE)
    assert "trust policy" in told["error_message"]
    assert "user/weak is not authorized" in told["error_message"]
    assert (told["account_id"], kept["last_test_result"]) == (None, "AccessDenied")


def test_nothing_listens(ask, amazon, unused_port):
    told, kept = ask(f"http://127.0.0.1:{unused_port}", **amazon.strong)

    assert (told["is_known"], told["error_code"]) == (False, "AWS_UNREACHABLE")
    assert kept["last_test_result"] == "AWS_UNREACHABLE"


@pytest.fixture
def unused_port():
    """A port that is held, and at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_who_answers_no_aws_is_told_apart(ask, amazon):
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html>Sign in"
    with answering(lambda peer: peer.sendall(page)) as port:
        told, _ = ask(f"http://127.0.0.1:{port}", **amazon.strong)

    assert told["error_code"] == "AWS_PROTOCOL"


def test_who_says_nothing_is_given_up_in_time(amazon):
    with answering(lambda _: None) as port:
        found = identify(Keys(amazon.strong), f"http://127.0.0.1:{port}", seconds=0.5)

    assert found.error_code == "AWS_TIMEOUT"


def test_a_change_meanwhile_passes_and_makes_the_answer_worthless(
    app, admin, amazon, cast, monkeypatch
):
    callers = []
    with answering(callers.append) as port:
        monkeypatch.setitem(app.config, "AWS_STS_ENDPOINT", f"http://127.0.0.1:{port}")
        made = admin.post(URL, {"name": "Silent", **amazon.strong}).json["data"]
        other, answers = cast.caller("manager"), []
        asker = threading.Thread(
            target=lambda: answers.append(other.post(f"{URL}/{made['id']}/test"))
        )
        asker.start()
        wait_until(lambda: bool(callers), seconds=60, what="the test has connected")

        response = admin.put(f"{URL}/{made['id']}", {"name": "Renamed"})

        # Who hangs up ends the test, which else would wait for all of its time.
        callers[0].shutdown(socket.SHUT_RDWR)
        asker.join()
    assert response.status_code == 200
    assert answers[0].json["data"]["is_known"] is False
    assert cast.rows(AwsAccount)[0].last_tested_at is None


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        ("ExpiredToken", "", "over its time"),
        ("RequestTimeTooSkewed", "", "clock"),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier", "clock"),
        ("SignatureDoesNotMatch", "Signature not yet current: 2027", "clock"),
        ("SignatureDoesNotMatch", "The request signature we calculated", "does not fit"),
        ("RegionDisabledException", "", "switched"),
        ("AccessDenied", "an explicit deny", "AWS says: an explicit deny"),
        ("SomethingNew", "", "refused GetCallerIdentity"),
    ],
)
def test_each_refusal_says_how_to_mend_it(code, said, words):
    refusal = ClientError({"Error": {"Code": code, "Message": said}}, "GetCallerIdentity")

    found = explain(WHO, refusal)

    assert found.error_code == code
    assert words in found.error_message
