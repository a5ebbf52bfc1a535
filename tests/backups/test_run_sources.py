"""What a run reads: its source as it is now, and never Holdfast's own folders."""

from pathlib import Path

import pytest

from app.backups.models import Execution
from app.tenants.models import Tenant


def paths(stage, job):
    return stage.restic(job, "ls", "latest").splitlines()


def test_the_repository_and_the_keys_are_left_out(stage, cast, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept")
    (kept / "file").write_text("kept")
    base = str(cast.instance.resolve().parent)
    stage.change(Tenant, cast.tenant("acme"), source_roots=[base])
    # What other tests left beside the instance folder could be any size.
    job = stage.job(source_path=base, excludes=[f"{base}/[^ik]*"])

    done = stage.run(job)

    found = paths(stage, job)
    assert done.status == "success"
    assert f"{kept}/file" in found
    assert [path for path in found if path.startswith(str(cast.instance.resolve()))] == []


def test_excludes_are_left_out(stage):
    job = stage.job(excludes=["*.tmp", "--help", "cache"])
    for name in ("a.tmp", "--help", "kept.txt"):
        Path(job.source_path, name).write_text(name)

    done = stage.run(job)

    assert (done.status, done.files_total) == ("success", 2)


def test_a_linked_source_stands_for_what_it_points_to(stage, sources, tmp_path):
    real = sources / f"real-{tmp_path.name}"
    real.mkdir()
    (real / "inside.txt").write_text("inside")
    link = sources / f"link-{tmp_path.name}"
    link.symlink_to(real)
    job = stage.job(source_path=str(link))

    done = stage.run(job)

    assert done.status == "success"
    assert f"{real}/inside.txt" in paths(stage, job)


def test_a_source_may_lead_to_a_name_that_is_no_text(stage, sources, tmp_path):
    real = sources / tmp_path.name / b"caf\xe9".decode("utf-8", "surrogateescape")
    real.mkdir(parents=True)
    (real / "file").write_text("x")
    link = sources / f"text-{tmp_path.name}"
    link.symlink_to(real)

    done = stage.run(stage.job(source_path=str(link)))

    assert (done.status, done.files_total) == ("success", 1)
    assert "caf?" in stage.log(done.id)


def test_a_source_that_became_a_link_out_of_the_roots_is_refused(stage, tmp_path):
    job = stage.job()
    Path(job.source_path, "file.txt").unlink()
    Path(job.source_path).rmdir()
    Path(job.source_path).symlink_to(tmp_path)

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "NOT_ALLOWED")
    assert str(tmp_path) not in done.error_message
    assert paths_of_all(stage, job) == []


def paths_of_all(stage, job):
    return stage.operator.get(f"/api/v1/backups/{job.id}/snapshots").json["data"]


@pytest.mark.parametrize("name", ["[a]* -x", "日本\n語"])
def test_a_source_of_any_name_is_read(stage, sources, tmp_path, name):
    folder = sources / tmp_path.name / name
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")

    done = stage.run(stage.job(source_path=str(folder)))

    assert (done.status, done.files_total) == ("success", 1)


def test_another_hosts_run_is_not_taken_here(stage, cast, job):
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, runner="win-01")

    left = stage.work(execution_id)

    assert (left.status, left.attempt) == ("queued", 0)
