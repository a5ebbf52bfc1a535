"""flask holdfast restore: only into an empty database, and the keys back to their place."""

import json
import os
import stat
import subprocess
import sys

from sqlalchemy import select

import config
from app.audit.models import AuditRow
from app.backups.models import BackupJob
from app.core.db import db
from app.core.tenancy import unscoped
from tests.support.filling import contents
from tests.support.house import ROOT

ANOTHER = "b" * 43 + "="


def restored(site, *words):
    done = site.holdfast("restore", *words)
    assert done.exit_code == 0, done.output
    return [line for line in done.output.splitlines() if not line.startswith("{")]


def names(app):
    with app.app_context(), unscoped(read_only=True) as session:
        return list(session.scalars(select(BackupJob.name)))


def test_a_database_with_rows_is_left_as_it_is(site, cast):
    cast.create_job()
    site.holdfast("backup")
    before = contents(site.app)

    done = site.holdfast("restore")

    assert done.exit_code == 1
    assert "The database is not empty" in done.output
    assert contents(site.app) == before


def test_backups_are_listed_and_an_older_one_is_brought_back(site, cast, new_site):
    first = cast.create_job(name="First").name
    site.holdfast("backup")
    cast.create_job(name="Second")
    site.holdfast("backup")

    listed = site.holdfast("restore", "--list")
    rows = [line.split("\t") for line in listed.output.splitlines() if "\t" in line]
    new = new_site()
    restored(new, f"--snapshot={rows[-1][0]}")

    assert len(rows) == 2
    assert names(new.app) == [first]


def test_a_migrated_database_without_rows_is_empty_whatever_its_version(site, cast, new_site):
    cast.create_job(name="First")
    site.holdfast("backup")
    new = new_site()
    older = new.app.test_cli_runner().invoke(args=["db", "upgrade", "246c79a8c28d"])
    assert older.exit_code == 0

    restored(new)

    assert names(new.app) == ["First"]


def test_keys_of_the_environment_are_put_beside_for_an_administrator_to_set(site, cast, new_site):
    job = cast.create_job()
    site.holdfast("backup")
    new = new_site(HOLDFAST_ENCRYPTION_KEY=ANOTHER, SECRET_KEY="s" * 32)

    told = restored(new)

    path = new.instance / "restored-keys.env"
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert any("Set SECRET_KEY, HOLDFAST_ENCRYPTION_KEY" in line for line in told)
    assert [key for key in kept.values() if key in "".join(told)] == []
    again = config.load({**new.environ, **kept})
    assert again["SECRET_KEY"] == site.app.config["SECRET_KEY"]
    assert again["HOLDFAST_ENCRYPTION_KEYS"] == site.app.config["HOLDFAST_ENCRYPTION_KEYS"]
    assert names(new.app) == [job.name]


def test_with_its_keys_in_force_nothing_is_left_to_set_and_the_restore_is_told(site, new_site):
    site.holdfast("backup")
    new = new_site()

    told = restored(new)

    assert "Its keys are those in force." in told
    assert not (new.instance / "restored-keys.env").exists()
    with new.app.app_context(), unscoped(read_only=True):
        last = db.session.query(AuditRow).order_by(AuditRow.id.desc()).first()
    assert last.action == "flask.holdfast.restore"


def test_development_gets_its_keys_back_where_it_reads_them(tmp_path, site, new_database):
    """Another process of development would make keys of its own: it has made some already."""
    environ = {
        **os.environ,
        "FLASK_ENV_NAME": "development",
        "FLASK_SKIP_DOTENV": "1",
        "ADMIN_PASSWORD": "the first of all passwords",
    }

    def flask(instance, *words):
        url = f"sqlite:///{instance}/holdfast.db"
        env = {**environ, "INSTANCE_PATH": str(instance), "DATABASE_URL": url}
        env.pop("MIGRATION_DATABASE_URL", None)
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", *words]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    old, new = tmp_path / "old", tmp_path / "new"
    place = (f"--repository={site.repository}", f"--password-file={site.password_file}")
    flask(old, "prepare")
    flask(old, "backup", *place)
    flask(new, "restore", *place)

    kept = json.loads((old / "secrets.json").read_text())
    assert json.loads((new / "secrets.json").read_text()) == kept
    assert json.loads((new / "secrets-before-1.json").read_text()) != kept
    modes = {stat.S_IMODE(path.stat().st_mode) for path in new.glob("secrets*")}
    assert modes == {0o600}


def test_a_database_whose_keys_are_lost_is_taken_when_that_is_said(site, cast, new_site):
    job = cast.create_job()
    site.holdfast("backup", "--without-keys")
    new = new_site(HOLDFAST_ENCRYPTION_KEY=ANOTHER)

    told = restored(new, "--keys-are-lost")

    assert any("Not what it was made with: HOLDFAST_ENCRYPTION_KEY" in line for line in told)
    assert names(new.app) == [job.name]
