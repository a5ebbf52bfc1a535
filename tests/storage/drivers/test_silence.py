"""A call ends in its time, whatever the other side does with the connection."""

import time

from app.storage.drivers import calls
from app.storage.drivers.errors import STORAGE_PROTOCOL, STORAGE_TIMEOUT, STORAGE_UNREACHABLE
from tests.support.storage_servers import odd
from tests.support.storage_servers.ground import Ground, probe

SECONDS = 0.5
# The call itself ends in time; a busy machine may need some more to come back to the test.
PATIENCE = 10.0


def test_a_port_on_which_nothing_listens_is_told_as_such(remote_ground: Ground):
    with odd.dead_port() as port:
        found = probe(odd.moved(remote_ground.place, port))

    assert (found.accessible, found.error_code) == (False, STORAGE_UNREACHABLE)


def test_a_server_that_says_nothing_is_given_up(remote_ground: Ground):
    with odd.silent() as port:
        started = time.monotonic()
        found = calls.probe(odd.moved(remote_ground.place, port), SECONDS)

    assert (found.accessible, found.error_code) == (False, STORAGE_TIMEOUT)
    assert time.monotonic() - started < PATIENCE


def test_a_server_that_answers_a_byte_at_a_time_is_given_up(remote_ground: Ground):
    with odd.dripping() as port:
        started = time.monotonic()
        found = calls.probe(odd.moved(remote_ground.place, port), SECONDS)

    assert (found.accessible, found.error_code) == (False, STORAGE_TIMEOUT)
    assert time.monotonic() - started < PATIENCE


def test_a_server_of_another_protocol_is_told_as_such(remote_ground: Ground):
    with odd.babbling() as port:
        found = probe(odd.moved(remote_ground.place, port))

    assert (found.accessible, found.error_code) == (False, STORAGE_PROTOCOL)
