"""A completion that comes twice, otherwise, or when the run is over."""

from datetime import timedelta
from threading import Barrier, Thread

from app.backups.models import Execution
from app.backups.service import endings
from app.core import clock
from app.core.tenancy import as_tenant

DONE = {"status": "success", "snapshot_id": "4f1c2d3e", "log": ["bye"]}


def url(execution_id):
    return f"/api/v1/executions/{execution_id}/complete"


def log_of(operator, execution_id):
    return operator.get(f"/api/v1/executions/{execution_id}/log").text


def lose(cast, execution_id):
    now = clock.utcnow() + timedelta(hours=1)
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        assert endings.fail_lost(session.get_one(Execution, execution_id), now)


def test_the_same_again_is_answered_as_the_first(runner, claimed, operator, cast):
    execution_id = claimed()

    answers = [runner.post(url(execution_id), DONE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json["data"] == answers[1].json["data"]
    assert cast.events().count("backup.succeeded") == 1
    assert log_of(operator, execution_id).count("bye") == 1


def test_another_one_is_409_and_stands_in_the_log(runner, claimed, operator, execution):
    execution_id = claimed()
    runner.post(url(execution_id), DONE)

    response = runner.post(url(execution_id), {"status": "failed", "error_code": "OTHERWISE"})

    assert (response.status_code, response.json["error"]) == (409, "ALREADY_FINAL")
    assert execution(execution_id).status == "success"
    assert "error_code=OTHERWISE" in log_of(operator, execution_id)


def test_one_that_comes_after_the_run_was_lost_is_409_and_stands_in_the_log_once(
    runner, claimed, operator, execution, cast
):
    execution_id = claimed()
    lose(cast, execution_id)

    answers = [runner.post(url(execution_id), DONE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json["details"] == {"status": "failed"}
    assert execution(execution_id).error_code == "RUNNER_LOST"
    log = log_of(operator, execution_id)
    assert (log.count("snapshot_id=4f1c2d3e"), log.count("bye")) == (1, 1)


def test_two_at_once_end_the_run_once(app, cast, claimed):
    execution_id = claimed()
    start, answers = Barrier(2), []

    def send():
        caller = cast.runner()
        client = app.test_client()
        start.wait(30)
        answer = client.post(url(execution_id), json=DONE, headers=caller.headers)
        answers.append(answer.status_code)

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200, 200]
    assert cast.events().count("backup.succeeded") == 1
