"""Credentials that may write and not delete leave the probe behind, and the answer says so."""

from app.storage.drivers.errors import STORAGE_PROBE_LEFT
from tests.support.storage_servers import s3
from tests.support.storage_servers.ground import probe


def test_a_probe_that_may_not_be_removed_is_named(s3_ground: s3.S3Ground):
    found = probe(s3_ground.writer)

    [left] = s3.keys_of(s3.client_of(s3_ground.place), s3.BUCKET, "once/")
    assert (found.accessible, found.writable) == (True, True)
    assert found.error_code == STORAGE_PROBE_LEFT
    assert left.removeprefix("once/") in str(found.error_message)
