"""What every kind of storage must do alike, each against a server that speaks its protocol."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.storage.drivers import calls
from app.storage.drivers.errors import STORAGE_NOT_FOUND, STORAGE_REFUSED
from tests.support.storage_servers.ground import Ground, probe

VOLUMES = ("local", "mounted", "network", "sftp")
STORES_OF_OBJECTS = ("s3", "rest", "azure", "gcs")
WITH_CREDENTIALS = ("network", "sftp", "s3", "rest", "azure", "gcs")
# A REST server makes whatever path is written to.
WITH_PATHS = ("local", "mounted", "network", "sftp", "s3", "azure", "gcs")


def test_a_place_is_accessible_and_can_be_written_to(ground: Ground):
    found = probe(ground.place)

    assert (found.error_code, found.error_message) == (None, None)
    assert (found.accessible, found.writable) == (True, True)
    assert found.latency_ms is not None


def test_nothing_of_a_probe_stays_behind(ground: Ground):
    before = ground.names()

    probe(ground.place)

    assert ground.names() == before


def test_two_probes_at_once_do_not_meet(ground: Ground):
    before = ground.names()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(probe, [ground.place] * 2))

    assert [one.writable for one in found] == [True, True]
    assert ground.names() == before


def test_a_place_that_may_only_be_read_is_accessible_but_not_writable(ground: Ground):
    found = probe(ground.read_only)

    assert (found.accessible, found.writable) == (True, False)
    assert found.error_code == ground.read_only_code


@pytest.mark.parametrize("ground", WITH_PATHS, indirect=True)
def test_a_place_that_is_not_there_is_told_and_not_made(ground: Ground):
    assert ground.missing is not None

    first, second = probe(ground.missing), probe(ground.missing)

    assert (first.accessible, first.error_code) == (False, STORAGE_NOT_FOUND)
    assert second.error_code == STORAGE_NOT_FOUND


@pytest.mark.parametrize("ground", WITH_CREDENTIALS, indirect=True)
def test_wrong_credentials_are_refused_without_being_repeated(ground: Ground):
    assert ground.refused is not None

    found = probe(ground.refused)

    assert (found.accessible, found.error_code) == (False, STORAGE_REFUSED)
    for secret in ground.refused.credentials.values():
        assert secret not in str(found.error_message)


@pytest.mark.parametrize("ground", VOLUMES, indirect=True)
def test_a_volume_tells_its_space(ground: Ground):
    found = calls.space(ground.place)

    assert found.total_bytes is not None
    assert found.used_bytes is not None
    assert found.free_bytes is not None
    assert 0 < found.free_bytes <= found.total_bytes - found.used_bytes


@pytest.mark.parametrize("ground", VOLUMES, indirect=True)
def test_a_probe_tells_a_volumes_space_too(ground: Ground):
    found = probe(ground.place)

    assert found.total_bytes is not None
    assert found.free_bytes is not None
    assert 0 < found.free_bytes < found.total_bytes


@pytest.mark.parametrize("ground", STORES_OF_OBJECTS, indirect=True)
def test_a_store_of_objects_adds_up_what_lies_under_its_prefix(ground: Ground):
    assert ground.fill is not None
    size = ground.fill()

    found = calls.space(ground.place)

    assert (found.total_bytes, found.used_bytes, found.free_bytes) == (None, size, None)
