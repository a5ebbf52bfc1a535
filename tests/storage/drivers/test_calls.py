"""What every call keeps to: its number, its time, its size, and words without secrets."""

import errno
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.storage.drivers import calls
from app.storage.drivers.base import Place
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_BUSY,
    STORAGE_FULL,
    STORAGE_OFFLINE_MEDIUM,
    STORAGE_PROTOCOL,
    STORAGE_READ_ONLY,
    STORAGE_UNREACHABLE,
    DriverError,
)
from tests.support.processes import wait_until
from tests.support.storage_servers import odd
from tests.support.storage_servers.ground import Ground

HEAVY = ("azure.storage", "boto3", "google.cloud", "paramiko", "smbclient")


def test_hung_calls_do_not_pile_up():
    with ThreadPoolExecutor(calls.MOST_CALLS) as pool, odd.dripping() as port:
        place = Place("rest", f"rest:http://127.0.0.1:{port}/x")
        hung = [pool.submit(calls.probe, place, 60) for _ in range(calls.MOST_CALLS)]

        wait_until(
            lambda: calls.probe(place, 0.1).error_code == STORAGE_BUSY,
            what="one call too many is refused",
            seconds=30,
        )

    # The server has hung up, and what waited for it gives its place back.
    assert not any(call.result().accessible for call in hung)
    assert calls.probe(Place("local", "/")).accessible


@pytest.mark.parametrize("ground", ["s3", "rest"], indirect=True)
def test_an_answer_without_end_is_not_taken(ground: Ground):
    with odd.flooding() as port, pytest.raises(DriverError) as caught:
        calls.space(odd.moved(ground.place, port), 60)

    assert caught.value.code == STORAGE_PROTOCOL


def test_a_name_that_resolves_to_nothing_is_told():
    found = calls.probe(Place("rest", "rest:https://storage.invalid/x"))

    assert (found.accessible, found.error_code) == (False, STORAGE_UNREACHABLE)


def test_a_tape_has_nothing_to_connect_to():
    found = calls.probe(Place("tape", "LTO-8, shelf 3"))

    assert (found.accessible, found.error_code) == (False, STORAGE_OFFLINE_MEDIUM)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("network", r"\\127.0.0.1\share"),
        ("sftp", "sftp://user@127.0.0.1/x"),
        ("sftp", "sftp://127.0.0.1/x"),
        ("s3", "s3://bucket"),
        ("azure", "azure://box"),
        ("gcs", "gs://bucket"),
    ],
)
def test_missing_credentials_are_named_and_never_taken_from_this_machine(
    kind: str, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the machine's own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the machine's own")
    with odd.dead_port() as port:
        place = odd.moved(Place(kind, text.replace("127.0.0.1", f"127.0.0.1:{port}")), port)

        found = calls.probe(place)

    assert (found.accessible, found.error_code) == (False, STORAGE_ADDRESS)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, STORAGE_FULL),
        (errno.EDQUOT, STORAGE_FULL),
        (errno.EROFS, STORAGE_READ_ONLY),
        (errno.EIO, STORAGE_UNREACHABLE),
    ],
)
def test_what_a_file_system_refuses_has_a_code_and_no_path(number: int, code: str):
    place = Place("local", "/srv/backups")

    with pytest.raises(DriverError) as caught, calls.of("local").refusals(place):
        raise OSError(number, "no", "/srv/backups/secret name")

    assert caught.value.code == code
    assert "secret name" not in caught.value.message


def test_the_vendors_libraries_are_loaded_at_their_first_use_only():
    code = f"import sys, app.registry; print([n for n in {HEAVY} if n in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
