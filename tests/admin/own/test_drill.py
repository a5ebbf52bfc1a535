"""The drill: a database with rows in every table comes back as it was, and goes on from there."""

import hashlib

from app.auth import cache
from app.backups.models import BackupJob
from app.core.tenancy import unscoped
from app.events.models import Event
from app.storage.models import StorageProvider
from tests.support.cast import PASSWORD, Caller
from tests.support.filling import ODD_TEXT, contents, fill


def test_it_comes_back_table_by_table_and_lives_on(site, cast, admin, new_site):
    fill(cast, admin)
    job = cast.create_job()
    gone = cast.create_job().id
    with site.app.app_context(), unscoped() as session:
        session.delete(session.get_one(BackupJob, gone))
    before = hashes(site.app)
    assert site.app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0

    kept = site.holdfast("backup")
    new = new_site()
    restored = new.holdfast("restore")

    assert kept.exit_code == 0, kept.output
    assert restored.exit_code == 0, restored.output
    after = hashes(new.app)
    told = after.pop("audit_log"), before.pop("audit_log")
    assert after == before
    # The restore itself is told, and the backup was told after it was made.
    assert told[0][0] == told[1][0] + 1
    assert all(count for count, _ in before.values())

    assert new.app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    cache.forget_all()
    back = Caller(new.app.test_client(), admin.headers)
    login = {"username": admin.username, "password": PASSWORD}
    assert back.post("/api/v1/auth/login", login).status_code == 200
    assert back.get(f"/api/v1/backups/{job.id}").json["data"]["name"] == job.name
    with new.app.app_context(), unscoped(read_only=True) as session:
        assert session.get_one(BackupJob, job.id).repository_password == job.repository_password
        assert session.query(Event).filter_by(title=ODD_TEXT).count() == 1
        assert session.query(StorageProvider).count() > 0
    # The id of a row that is gone is not given to another.
    assert gone < new_job(back, job.source_path)


def hashes(app):
    """How many rows each table has, and a hash over them."""
    return {
        name: (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
        for name, rows in contents(app).items()
    }


def new_job(caller, folder):
    kinds = {"backup_type": "full", "schedule_type": "manual"}
    made = caller.post("/api/v1/backups", {"name": "New", "source_path": folder, **kinds})
    assert made.status_code == 201, made.text
    return made.json["data"]["id"]
