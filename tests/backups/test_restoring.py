"""A restore with the real restic gives back what was there, and nothing where it must not."""

from pathlib import Path

import pytest

from app.backups.models import BackupJob
from app.events.models import Event
from app.tenants.models import Tenant

NAMES = (
    "Überprüfung größe.txt",
    "日本語のファイル.txt",
    "Пароль — копия.doc",
    "مرحبا.txt",
    "emoji 🗄️.bin",
    "e\u0301 decomposed",
    "-leading dash",
    "new\nline",
    "tab\tquote'\"$(x)`*?[",
    "a" * 255,
)


@pytest.fixture
def root(cast):
    return cast.instance / "restores" / f"for-{cast.tenant('acme')}"


@pytest.fixture
def saved(stage):
    """A job with one snapshot of files whose names are in any script."""
    job = stage.job()
    folder = Path(job.source_path)
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(bytes(range(256)) * (number + 1))
    (folder / b"not utf-8 \xff".decode("utf-8", "surrogateescape")).write_bytes(b"kept")
    (folder / "empty").mkdir()
    stage.restic(job, "backup", str(folder))
    return job


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None
        for path in Path(folder).rglob("*")
    }


def restore(stage, job, target, by=None, **body):
    caller = by or stage.operator
    response = caller.post(f"/api/v1/backups/{job.id}/restore", {"target": str(target), **body})
    assert response.status_code == 202, response.json
    return stage.work(response.json["data"]["id"])


def test_names_in_any_script_come_back_byte_for_byte(stage, cast, saved, root):
    done = restore(stage, saved, root)

    assert (done.status, done.kind) == ("success", "restore"), stage.log(done.id)
    assert contents(f"{root}{saved.source_path}") == contents(saved.source_path)
    (job,) = cast.rows(BackupJob)
    assert (job.last_run, job.last_result) == (None, None)
    assert cast.rows(Event) == []


def test_one_snapshot_and_some_paths_of_it(stage, saved, root):
    earlier = stage.operator.get(f"/api/v1/backups/{saved.id}/snapshots").json["data"][0]
    Path(saved.source_path, "file.txt").write_text("changed since")
    stage.restic(saved, "backup", saved.source_path)

    include = [f"{saved.source_path}/file.txt"]
    done = restore(stage, saved, root, snapshot=earlier["short_id"], include=include)

    assert done.status == "success"
    assert contents(f"{root}{saved.source_path}") == {Path("file.txt"): b"content\n"}


def test_a_snapshot_that_is_not_there_fails(stage, saved, root):
    done = restore(stage, saved, root, snapshot="deadbeef")

    assert (done.status, done.error_code) == ("failed", "SNAPSHOT_NOT_FOUND")


def test_an_administrator_puts_the_source_back(stage, cast, admin, saved):
    stage.change(Tenant, cast.tenant("acme"), restore_roots=["/"])
    before = contents(saved.source_path)
    Path(saved.source_path, "file.txt").write_text("spoilt")

    done = restore(stage, saved, "/", by=admin, overwrite=True)

    assert done.status == "success"
    assert contents(saved.source_path) == before


def test_a_target_that_became_a_link_out_of_the_roots_is_refused(stage, saved, root, tmp_path):
    response = stage.operator.post(f"/api/v1/backups/{saved.id}/restore", {"target": str(root)})
    root.parent.mkdir(exist_ok=True)
    root.symlink_to(tmp_path)

    done = stage.work(response.json["data"]["id"])

    assert (done.status, done.error_code) == ("failed", "NOT_ALLOWED")
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_an_earlier_restore_left_leads_nothing_out(stage, saved, root, tmp_path):
    way_out = Path(saved.source_path, "way-out")
    way_out.symlink_to(tmp_path)
    stage.restic(saved, "backup", saved.source_path)
    assert restore(stage, saved, root).status == "success"
    way_out.unlink()
    way_out.mkdir()
    (way_out / "planted").write_text("where it must not be")
    stage.restic(saved, "backup", saved.source_path)

    done = restore(stage, saved, root)

    assert (done.status, done.error_code) == ("failed", "NOT_ALLOWED")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_before_the_first_run_fails(stage, job, root):
    done = restore(stage, job, root)

    assert (done.status, done.error_code) == ("failed", "REPOSITORY_NOT_FOUND")
