"""POST /tenants/{id}/suspend and …/resume: who comes in, and that nobody is locked out for good."""

import pytest

from app.audit.models import AuditRow
from app.backups.models import Execution
from app.tenants.models import Tenant


@pytest.fixture
def globex(cast):
    return f"/api/v1/tenants/{cast.tenant('globex')}"


def is_suspended(cast):
    return cast.rows(Tenant)[1].is_suspended


def test_its_callers_are_refused_at_once_and_let_in_again_at_once(chief, outsider, globex, cast):
    outsider.get("/api/v1/backups")

    chief.post(f"{globex}/suspend")
    refused = outsider.get("/api/v1/backups")
    chief.post(f"{globex}/resume")
    welcome = outsider.get("/api/v1/backups")

    assert (refused.status_code, refused.json["error"]) == (403, "TENANT_SUSPENDED")
    assert (welcome.status_code, is_suspended(cast)) == (200, False)


def test_nobody_signs_in_to_it(chief, globex, cast, log_in):
    user = cast.user("viewer", "globex")
    chief.post(f"{globex}/suspend")

    response = log_in(user.username)

    assert (response.status_code, response.json["error"]) == (403, "TENANT_SUSPENDED")


def test_its_status_posts_still_land_and_nothing_else_of_its_keys(chief, globex, cast):
    job = cast.create_job(tenant="globex")
    script, reader = cast.key_caller("reporter", "globex"), cast.key_caller("viewer", "globex")
    chief.post(f"{globex}/suspend")

    posted = script.post("/api/backup/status", {"job_id": job.id, "execution_result": "success"})
    read = reader.get("/api/v1/backups")

    assert (posted.status_code, read.json["error"]) == (201, "TENANT_SUSPENDED")
    assert [row.status for row in cast.rows(Execution)] == ["success"]


def test_twice_is_as_good_as_once(chief, globex, cast):
    answers = [chief.post(f"{globex}/suspend") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json["data"]["version"] for answer in answers] == [2, 2]


def test_nobody_suspends_the_tenant_they_are_in(chief, cast):
    response = chief.post(f"/api/v1/tenants/{cast.tenant('acme')}/suspend")

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert not cast.rows(Tenant)[0].is_suspended


def test_the_audit_log_tells_who_did_it(chief, globex, cast):
    chief.post(f"{globex}/suspend")

    row = cast.rows(AuditRow)[-1]
    assert (row.action, row.actor_name) == ("tenants.suspend_tenant", chief.username)
    assert row.changes[0]["fields"] == {"is_suspended": [False, True]}


def test_the_command_line_does_both_and_tells_the_state(app, cast):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["tenants", *arguments])

    run("suspend", "globex")
    suspended = is_suspended(cast), run("list").output
    run("resume", "globex")

    assert suspended[0]
    assert [line.split("\t")[1:] for line in suspended[1].splitlines()] == [
        ["acme", "active", "Acme"],
        ["globex", "suspended", "Globex"],
    ]
    assert not is_suspended(cast)


@pytest.mark.parametrize("command", ["suspend", "resume"])
def test_a_tenant_that_is_not_there_is_one_line_and_exit_1(app, cast, command):
    result = app.test_cli_runner().invoke(args=["tenants", command, "nobody"])

    assert (result.exit_code, result.output) == (1, "Error: There is no tenant nobody.\n")
