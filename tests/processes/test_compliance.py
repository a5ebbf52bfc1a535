"""A scheduler keeps compliance in step with what is reported, without anybody asking for it."""

from app.compliance.models import ComplianceState
from tests.support.house import house_process
from tests.support.processes import wait_until


def test_the_scheduler_assesses_what_is_reported(cast, reporter, viewer, house):
    job = cast.create_job(backup_tool="veeam")
    with house_process("scheduler", house) as scheduler:
        reporter.post("/api/backup/status", {"job_id": job.id, "execution_result": "failed"})
        wait_until(
            lambda: [row.outcome for row in cast.rows(ComplianceState)] == ["fffff"],
            seconds=60,
            what="the job is assessed",
            output=scheduler.output,
        )

    assert viewer.get(f"/api/v1/compliance/{job.id}").json["data"]["status"] == "non_compliant"
