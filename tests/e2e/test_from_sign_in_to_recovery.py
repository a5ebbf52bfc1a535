"""The whole way of a backup: made, proven, failed, noticed, worked on, and well again."""

JOB = "Finance"


def test_a_backup_is_made_proven_lost_noticed_worked_on_and_well_again(
    deployment, admin, new_job, source
):
    job = new_job(JOB)["id"]
    run = f"/api/v1/backups/{job}/run"

    first = admin.await_end(admin.make(run))
    assert (first["status"], first["files_total"]) == ("success", 1)
    assert "snapshot" in admin.call("GET", f"/api/v1/executions/{first['id']}/log").text

    # Proven: every byte is restored and compared; and somebody restores it for themselves.
    admin.make(f"/api/v1/verify/{job}", {"test_type": "restore", "scope": "full"})
    proof = admin.await_that(f"/api/v1/verify/{job}/result", lambda _: True)
    assert (proof["test_result"], proof["passed_files"]) == ("success", 1)
    target = deployment.restores / "finance"
    restore = admin.make(f"/api/v1/backups/{job}/restore", {"target": str(target)})
    assert admin.await_end(restore)["status"] == "success"
    (found,) = target.rglob("notes.txt")
    assert found.read_text() == "what must not be lost\n"

    # The folder goes, and the run fails: an event at once, an alert by itself.
    aside = source.rename(source.with_name("aside"))
    failed = admin.await_end(admin.make(run))
    assert (failed["status"], failed["error_code"]) == ("failed", "SOURCE_NOT_FOUND")
    events = admin.get(f"/api/v1/events?type=backup.failed&backup_id={job}")
    assert len(events) == 1
    alerts = f"/api/v1/alerts?type=backup.failed&backup_id={job}"
    (alert,) = admin.await_that(alerts, lambda rows: [row["status"] for row in rows] == ["open"])
    assert alert["last_event_id"] == events[0]["id"]

    # Somebody works on it.
    task = admin.make(f"/api/v1/events/{events[0]['id']}/create-task", {"priority": "high"})
    assert task["event_id"] == events[0]["id"]
    admin.make(f"/api/v1/tasks/{task['id']}/comments", {"content": "The disk was unplugged."})
    acknowledged = admin.call("POST", f"/api/v1/alerts/{alert['id']}/acknowledge", {})
    assert acknowledged.status == 200, acknowledged.text

    # The folder is back: the next success ends the alert, without anybody's hand.
    aside.rename(source)
    second = admin.await_end(admin.make(run))
    assert second["status"] == "success"
    (ended,) = admin.await_that(
        alerts, lambda rows: [row["status"] for row in rows] == ["resolved"]
    )
    assert ended["id"] == alert["id"]

    comments = admin.get(f"/api/v1/tasks/{task['id']}/comments")
    assert [comment["content"] for comment in comments] == ["The disk was unplugged."]
    runs = admin.get(f"/api/v1/backups/{job}/executions?kind=backup&sort=execution_date")
    assert [row["status"] for row in runs] == ["success", "failed", "success"]
    snapshots = admin.get(f"/api/v1/backups/{job}/snapshots")
    # Older versions of restic tell the beginning of an id.
    made = {run["snapshot_id"][:8] for run in (first, second)}
    assert {row["id"][:8] for row in snapshots} == made
