"""flask holdfast backup: what it says, what it leaves, and what it never shows."""

import fcntl
import json
import os
import subprocess
import sys

from app.admin import keys
from app.audit.models import AuditRow
from tests.support.house import ROOT
from tests.support.repositories import PASSWORD, call_restic
from tests.support.rows import keep_event


def snapshots(site, tmp_path):
    return json.loads(call_restic(str(site.repository), tmp_path, "snapshots", "--json"))


def files(site, tmp_path):
    """What lies in the last snapshot, by name."""
    listed = call_restic(str(site.repository), tmp_path, "ls", "--json", "latest").splitlines()
    nodes = [json.loads(line) for line in listed[1:]]
    return {node["name"]: node for node in nodes if node["type"] == "file"}


def test_it_holds_every_table_the_manifest_and_the_keys_and_leaves_nothing_here(site, tmp_path):
    done = site.holdfast("backup")

    assert done.exit_code == 0, done.output
    held = files(site, tmp_path)
    assert {"manifest.json", "keys.json", "users.rows", "audit_log.rows"} <= set(held)
    assert held["keys.json"]["mode"] & 0o777 == 0o600
    assert not (site.instance / "own-backup").exists()


def test_it_is_told_to_the_audit_log(site, cast):
    site.holdfast("backup")

    assert [row.action for row in cast.rows(AuditRow)][-1:] == ["flask.holdfast.backup"]


def test_without_keys_there_are_none_in_it(site, tmp_path):
    done = site.holdfast("backup", "--without-keys")

    assert done.exit_code == 0, done.output
    assert "keys.json" not in files(site, tmp_path)
    dumped = call_restic(str(site.repository), tmp_path, "dump", "latest", "/")
    with site.app.app_context():
        assert [name for name, key in keys.in_force().items() if key in dumped] == []


def test_a_second_backup_adds_little_and_keeping_drops_what_is_not_kept(site, tmp_path):
    call_restic(str(site.repository), tmp_path, "backup", "--tag=others", str(site.password_file))
    site.holdfast("backup")
    site.holdfast("backup")

    done = site.holdfast("backup", "--keep-daily=1")

    assert done.exit_code == 0, done.output
    left = [each.get("tags") for each in snapshots(site, tmp_path)]
    # What others keep in there is theirs.
    assert sorted(left) == [["holdfast-own"], ["others"]]


def test_two_at_once_are_refused(site, tmp_path):
    with (site.instance / "own-backup.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        done = site.holdfast("backup")

    assert done.exit_code == 1
    assert "under way on this host" in done.output
    assert snapshots(site, tmp_path) == []


def test_what_a_killed_one_left_is_removed(site):
    left = site.instance / "own-backup" / "holdfast"
    left.mkdir(parents=True)
    (left / "users.rows").write_text("everybody")

    assert site.holdfast("backup").exit_code == 0
    assert not left.exists()


def test_it_must_be_told_where_to(site):
    done = site.app.test_cli_runner().invoke(args=["holdfast", "backup"])

    assert done.exit_code == 1
    assert "OWN_BACKUP_REPOSITORY" in done.output


def test_an_empty_password_is_refused(site, tmp_path):
    site.password_file.write_text("\n")

    done = site.holdfast("backup")

    assert (done.exit_code, snapshots_or_none(site)) == (1, [])
    assert "is empty" in done.output


def test_a_secret_that_no_key_opens_is_told(site, cast, new_site, environ):
    cast.create_job()
    blind = new_site(
        DATABASE_URL=environ["DATABASE_URL"],
        MIGRATION_DATABASE_URL=environ.get("MIGRATION_DATABASE_URL", ""),
        HOLDFAST_ENCRYPTION_KEY="b" * 43 + "=",
    )

    done = blind.holdfast("backup")

    assert done.exit_code == 1
    assert "1 of 1 secrets are opened by no key" in done.output


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_left(site, cast, tmp_path):
    keep_event(cast, message="x" * 200_000)

    done = run(site, "prlimit", "--fsize=100000", "--")

    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (site.instance / "own-backup").exists()
    assert snapshots(site, tmp_path) == []


def test_settings_name_the_place_and_nothing_secret_is_said(site):
    with site.app.app_context():
        hidden = [PASSWORD, *keys.in_force().values()]

    done = run(
        site,
        OWN_BACKUP_REPOSITORY=str(site.repository),
        OWN_BACKUP_PASSWORD_FILE=str(site.password_file),
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert [secret for secret in hidden if secret in said] == []


def run(site, *before, **environ):
    """The command as cron starts it."""
    command = [*before, sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", "backup"]
    if not environ:
        command += [f"--repository={site.repository}", f"--password-file={site.password_file}"]
    env = {**os.environ, **site.environ, **environ}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


def snapshots_or_none(site):
    return list(site.repository.glob("snapshots/*"))
