"""Jobs on S3, SFTP and REST storages: backed up, listed and restored by restic itself."""

from collections.abc import Iterator

import pytest

from app.backups.models import BackupJob
from tests.support.storage_servers import rest, s3, ssh

PROVIDERS = "/api/v1/storage/providers"


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict]:
    with s3.moto() as endpoint:
        yield s3.ground_over(endpoint).place


@pytest.fixture(scope="module")
def sftp_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sshd")
    with ssh.sshd(folder) as server:
        yield ssh.ground_over(server, server, folder).place


@pytest.fixture(scope="module")
def rest_server(tmp_path_factory, empty_repository):
    folder = tmp_path_factory.mktemp("rest")
    with rest.rclone(folder, str(folder)) as server:
        yield rest.ground_over(server, server, folder, empty_repository).place


@pytest.fixture
def provider(stage, app, monkeypatch):
    """A provider over a place, tested once as people are told to."""
    monkeypatch.setitem(app.config, "ALLOW_LOOPBACK_STORAGE", True)

    def make(place):
        body = {
            "name": place.provider_type,
            "provider_type": place.provider_type,
            "location_type": "offsite",
            "connection_string": place.connection_string,
            "credentials": dict(place.credentials),
            "endpoint": place.endpoint,
        }
        made = stage.operator.post(PROVIDERS, body)
        assert made.status_code == 201, made.text
        tested = stage.operator.post(f"/api/v1/storage/{made.json['data']['id']}/test")
        assert tested.json["data"]["writable"], tested.text
        return made.json["data"]["id"]

    return make


@pytest.mark.parametrize("kind", ["bucket", "sftp_folder", "rest_server"])
def test_backs_up_lists_and_restores(stage, provider, kind, request, cast, tmp_path):
    place = request.getfixturevalue(kind)
    storage_id = provider(place)
    job = stage.cast.create_job(storage_id=storage_id)

    done = stage.run(job)

    assert (done.status, done.error_code, done.error_message) == ("success", None, None)
    assert done.storage_id == storage_id
    listed = stage.operator.get(f"/api/v1/backups/{job.id}/snapshots").json["data"]
    assert [row["id"].startswith(done.snapshot_id) for row in listed] == [True]
    space = stage.operator.get(f"/api/v1/storage/{storage_id}/space").json["data"]
    assert (space["used_bytes"] > 0, space["backup_count"]) == (True, 1)
    target = cast.instance / "restores" / kind
    body = {"target": str(target)}
    restored = stage.work(
        stage.operator.post(f"/api/v1/backups/{job.id}/restore", body).json["data"]["id"]
    )
    assert restored.status == "success"
    assert (target / job.source_path[1:] / "file.txt").read_text() == "content\n"
    location = stage.row(BackupJob, job.id).repository_location
    secrets = [value for name, value in place.credentials.items() if name != "username"]
    told = [location, stage.log(done.id), stage.log(restored.id)]
    assert not any(secret in text for secret in secrets for text in told)
