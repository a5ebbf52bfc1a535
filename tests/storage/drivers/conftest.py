"""One storage of every kind, its server started by the first test that wants it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.support.storage_servers import azure, folders, gcs, rest, s3, smb, ssh
from tests.support.storage_servers.ground import KEPT_DAYS, Ground
from tests.support.storage_servers.stand_in import serving

REMOTE = ("network", "sftp", "s3", "rest", "azure", "gcs")
KINDS = ("local", "mounted", *REMOTE)


@pytest.fixture(scope="session")
def kept_until() -> datetime:
    """How long the stand-ins keep what is under retention."""
    return datetime.now(UTC) + timedelta(days=KEPT_DAYS)


@pytest.fixture(scope="session")
def local_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return folders.ground_over("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def mounted_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return folders.ground_over("network", tmp_path_factory.mktemp("mounted"))


@pytest.fixture(scope="session")
def network_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    share = tmp_path_factory.mktemp("share")
    with smb.smbd(tmp_path_factory.mktemp("smbd"), share) as server:
        yield smb.ground_over(server, share)


@pytest.fixture(scope="session")
def sftp_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder, other = (tmp_path_factory.mktemp("sshd") for _ in range(2))
    with ssh.sshd(folder) as server, ssh.sshd(other, "-R") as read_only:
        yield ssh.ground_over(server, read_only, folder)


@pytest.fixture(scope="session")
def s3_ground() -> Iterator[s3.S3Ground]:
    with s3.moto() as endpoint:
        yield s3.ground_over(endpoint)


@pytest.fixture(scope="session")
def rest_ground(
    tmp_path_factory: pytest.TempPathFactory, empty_repository: Path
) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("rest")
    union = f":union,upstreams='{folder}:ro {folder}:ro':"
    with rest.rclone(folder, str(folder)) as server, rest.rclone(folder, union) as read_only:
        yield rest.ground_over(server, read_only, folder, empty_repository)


@pytest.fixture(scope="session")
def azure_ground(kept_until: datetime) -> Iterator[Ground]:
    shelf = azure.new_shelf()
    until = format_datetime(kept_until, usegmt=True)
    with serving(azure.AzureStandIn, shelf=shelf, kept_until=until) as url:
        yield azure.ground_over(url, shelf)


@pytest.fixture(scope="session")
def gcs_ground(kept_until: datetime) -> Iterator[Ground]:
    shelf, key = gcs.new_shelf(), gcs.new_key()
    until, public_key = f"{kept_until:%Y-%m-%dT%H:%M:%SZ}", gcs.public_text(key)
    with serving(gcs.GcsStandIn, shelf=shelf, kept_until=until, public_key=public_key) as url:
        yield gcs.ground_over(url, shelf, key)


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> Ground:
    """Each kind of storage in turn."""
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found


@pytest.fixture(params=REMOTE)
def remote_ground(request: pytest.FixtureRequest) -> Ground:
    """Each kind that is reached over the network."""
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found
