"""What each kind of backup reads, keeps and tells."""

import os
from dataclasses import replace

import pytest

from app.engines.base import BackupRequest, EngineError, Repository, Stopped
from app.engines.restic import Restic


def test_first_backup_reads_everything(back_up):
    outcome = back_up(mode="full")

    assert (outcome.files_total, outcome.files_changed) == (3, 3)
    assert outcome.bytes_total == 3 * 4096
    assert outcome.bytes_added >= 3 * 4096
    assert outcome.unreadable is False


def test_incremental_reads_what_changed(back_up, source):
    back_up()
    (source / "file-0.bin").write_bytes(os.urandom(4096))

    outcome = back_up(mode="incremental")

    assert (outcome.files_total, outcome.files_changed) == (3, 1)
    assert 4096 <= outcome.bytes_added < 3 * 4096


def test_full_reads_again_what_did_not_change(back_up):
    back_up()

    outcome = back_up(mode="full")

    assert outcome.files_changed == 3
    assert outcome.bytes_added < 4096


def test_differential_compares_with_its_parent(back_up, source):
    parent = back_up()
    (source / "file-0.bin").write_bytes(os.urandom(4096))
    back_up()

    outcome = back_up(mode="differential", parent_snapshot=parent.snapshot_id)

    assert outcome.files_changed == 1


def test_differential_without_its_parent_is_refused(back_up):
    with pytest.raises(EngineError) as refusal:
        back_up(mode="differential", parent_snapshot="deadbeef")

    assert refusal.value.code == "SNAPSHOT_NOT_FOUND"


def test_excluded_files_are_left_out(back_up):
    outcome = back_up(excludes=("file-0.bin", "*-1.bin"))

    assert outcome.files_total == 1


def test_tags_are_kept(back_up, engine, repo):
    back_up(tags=("job-7", "nightly"))

    assert set(engine.snapshots(repo)[0].tags) == {"job-7", "nightly"}


def test_progress_reaches_the_watch(engine, repo, watch, slow_source):
    watch.stop_when = lambda notebook: any(p.bytes_done for p in notebook.heard)

    with pytest.raises(Stopped):
        engine.backup(repo, BackupRequest(str(slow_source)), watch)

    last = watch.heard[-1]
    assert 0 < last.fraction < 1
    assert 0 < last.bytes_done < last.bytes_total == slow_source.stat().st_size


def test_no_argument_holds_a_secret(repo, watch, source, tmp_path):
    # What a process list shows is gone in an instant; this restic writes its arguments down.
    record, restic = tmp_path / "arguments", tmp_path / "restic"
    restic.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{record}\nexec restic "$@"\n')
    restic.chmod(0o755)
    engine = Restic(cache_dir=str(tmp_path / "cache"), binary=str(restic))
    secret = replace(repo, environment={"AWS_SECRET_ACCESS_KEY": "open sesame"})

    engine.ensure_repository(secret, watch)
    engine.backup(secret, BackupRequest(str(source)), watch)

    arguments = record.read_text()
    assert str(source) in arguments.splitlines()
    assert repo.password not in arguments
    assert "open sesame" not in arguments + repr(secret) + "".join(watch.lines)


def test_the_wrong_password_is_refused(back_up, engine, repo, watch, source):
    back_up()

    with pytest.raises(EngineError) as refusal:
        engine.backup(replace(repo, password="battery staple"), BackupRequest(str(source)), watch)

    assert refusal.value.code == "WRONG_PASSWORD"


def test_a_missing_repository_is_told(engine, watch, source, tmp_path):
    nowhere = Repository(str(tmp_path / "nowhere"), "correct horse")

    with pytest.raises(EngineError) as refusal:
        engine.backup(nowhere, BackupRequest(str(source)), watch)

    assert refusal.value.code == "REPOSITORY_NOT_FOUND"
