"""A storage that fails a run: each way has its code, a final state, and nothing made anew."""

import dataclasses

import pytest

from app.backups.models import BackupJob
from app.backups.service import opening
from app.core.tenancy import as_tenant
from app.storage.drivers import calls
from app.storage.service import changes
from tests.support.processes import wait_until
from tests.support.storage_servers import odd, rest, s3, ssh


@pytest.fixture(scope="module")
def bucket():
    with s3.moto() as endpoint:
        yield s3.ground_over(endpoint)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sshd")
    with ssh.sshd(folder) as server:
        yield pinned(ssh.ground_over(server, server, folder))


def pinned(ground):
    """The same places with the key that the server shows."""
    key = calls.probe(ground.place).host_key
    names = ("place", "refused", "missing")
    places = {name: dataclasses.replace(getattr(ground, name), host_key=key) for name in names}
    return dataclasses.replace(ground, **places)


@pytest.fixture(scope="module")
def rest_ground(tmp_path_factory, empty_repository):
    folder = tmp_path_factory.mktemp("rest")
    with rest.rclone(folder, str(folder)) as server:
        yield rest.ground_over(server, server, folder, empty_repository)


@pytest.fixture
def job_on(stage, app, monkeypatch):
    """A job on a place; with `is_old`, one that has a repository there, whatever lies there."""
    monkeypatch.setitem(app.config, "ALLOW_LOOPBACK_STORAGE", True)

    def make(place, is_old=True):
        fields = {
            "name": "Faulty",
            "provider_type": place.provider_type,
            "location_type": "offsite",
            "connection_string": place.connection_string,
            "credentials": dict(place.credentials) or None,
            "endpoint": place.endpoint,
            "host_key": place.host_key,
        }
        with app.app_context(), as_tenant(stage.cast.tenant("acme")):
            provider = changes.create_provider(fields)
        job = stage.cast.create_job(storage_id=provider.id)
        if is_old:
            with app.app_context():
                location = opening.describe_repository(job).location
            stage.change(BackupJob, job.id, repository_location=location)
        return job

    return make


def test_a_port_on_which_nothing_listens(stage, job_on, rest_ground):
    with odd.dead_port() as port:
        done = stage.run(job_on(odd.moved(rest_ground.place, port)))

    assert (done.status, done.error_code) == ("failed", "STORAGE_UNAVAILABLE")


def test_a_server_that_hangs_is_left_by_a_cancel(stage, job_on, rest_ground):
    with odd.silent() as port:
        execution_id = stage.queue(job_on(odd.moved(rest_ground.place, port)))
        worker = stage.in_background(lambda: stage.work(execution_id))
        wait_until(lambda: stage.execution(execution_id).engine_pid is not None, seconds=60)
        stage.operator.post(f"/api/v1/executions/{execution_id}/cancel")
        worker.join()

    assert stage.execution(execution_id).status == "cancelled"


def test_an_sftp_server_that_hangs_is_given_up(stage, job_on, sftp, monkeypatch):
    monkeypatch.setattr(opening, "LOOK_SECONDS", 2.0)
    with odd.silent() as port:
        done = stage.run(job_on(odd.moved(sftp.place, port)))

    assert (done.status, done.error_code) == ("failed", "STORAGE_TIMEOUT")


@pytest.mark.parametrize("kind", ["bucket", "sftp", "rest_ground"])
def test_wrong_credentials(stage, job_on, kind, request):
    ground = request.getfixturevalue(kind)
    place = ground.refused

    done = stage.run(job_on(place))

    assert (done.status, done.error_code) == ("failed", "STORAGE_REFUSED"), done.error_message
    secrets = [value for name, value in place.credentials.items() if name != "username"]
    assert not any(secret in (done.error_message or "") for secret in secrets)


@pytest.mark.parametrize("kind", ["bucket", "sftp", "rest_ground"])
def test_a_repository_that_is_gone_is_not_made_anew(stage, job_on, kind, request):
    ground = request.getfixturevalue(kind)
    place = ground.place
    before = ground.names()

    done = stage.run(job_on(place))

    assert (done.status, done.error_code) == ("failed", "REPOSITORY_NOT_FOUND"), done.error_message
    assert ground.names() == before


@pytest.mark.parametrize("kind", ["bucket", "sftp"])
def test_a_place_that_is_not_there_is_not_made_by_the_first_run(stage, job_on, kind, request):
    ground = request.getfixturevalue(kind)
    place = ground.missing

    done = stage.run(job_on(place, is_old=False))

    assert (done.status, done.error_code) == ("failed", "STORAGE_NOT_FOUND"), done.error_message
    assert stage.row(BackupJob, done.job_id).repository_location is None


def test_an_sftp_server_with_another_key(stage, job_on, sftp):
    other = sftp.place.host_key[:-8] + "AAAAAAAA"

    done = stage.run(job_on(dataclasses.replace(sftp.place, host_key=other)))

    assert (done.status, done.error_code) == ("failed", "STORAGE_HOST_KEY_CHANGED"), (
        done.error_message
    )


def test_an_sftp_server_that_nobody_has_tested(stage, job_on, sftp):
    done = stage.run(job_on(dataclasses.replace(sftp.place, host_key=None), is_old=False))

    assert (done.status, done.error_code) == ("failed", "STORAGE_HOST_KEY_UNKNOWN")


def test_a_password_that_does_not_open_the_repository(stage):
    job = stage.job()
    stage.change(BackupJob, job.id, repository_password="another password")

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "WRONG_PASSWORD")


def test_a_storage_that_leads_where_nobody_may_be_sent_is_refused_at_the_run(
    stage, job_on, rest_ground, app, monkeypatch
):
    job = job_on(rest_ground.place)
    monkeypatch.setitem(app.config, "ALLOW_LOOPBACK_STORAGE", False)

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "NOT_ALLOWED")
