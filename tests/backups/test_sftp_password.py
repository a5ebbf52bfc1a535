"""restic signs in to an SFTP server by a password, which ssh is told without an argument."""

import dataclasses

import paramiko
import pytest

from app.backups.service.backends import repository_on
from app.engines.base import EngineError
from app.engines.restic import Restic
from app.storage.drivers import calls
from tests.support.storage_servers.ground import with_credentials
from tests.support.storage_servers.small_ssh import small_sshd


@pytest.fixture
def place(tmp_path):
    with small_sshd(tmp_path, paramiko.RSAKey.generate(2048)) as server:
        yield dataclasses.replace(server, host_key=calls.probe(server).host_key)


def ask(place, tmp_path):
    """Why restic cannot list what is not there."""
    repository = repository_on(place, ("1", "2"), "correct horse")
    assert place.credentials["password"] not in str(repository.options)
    with pytest.raises(EngineError) as refusal:
        Restic(str(tmp_path / "cache")).snapshots(repository, timeout_seconds=30)
    return refusal.value.code


def test_the_right_password_leads_to_the_repository(place, tmp_path):
    assert ask(place, tmp_path) == "REPOSITORY_NOT_FOUND"


def test_another_one_does_not(place, tmp_path):
    wrong = with_credentials(place, password="another")

    # What ssh says reaches restic's output only now and then.
    assert ask(wrong, tmp_path) != "REPOSITORY_NOT_FOUND"
