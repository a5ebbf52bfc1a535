"""A run that is waited for, through nginx and gunicorn."""

import re
from concurrent.futures import ThreadPoolExecutor

from app.backups.models import Execution
from app.backups.schemas.executions import RunQuery
from tests.support.processes import wait_until
from tests.support.proxy import SHIPPED, running_proxy


def test_nginx_is_more_patient_than_the_longest_wait():
    (rule, seconds) = re.search(
        r"location ~ (\S+/run\$) \{\s+proxy_read_timeout (\d+)s;", SHIPPED.read_text()
    ).groups()

    longest = RunQuery().fields["wait"].validate.max
    assert re.search(rule, "/api/v1/backups/17/run")
    assert int(seconds) > longest


def test_a_term_ends_the_wait_with_the_state_so_far(another_gunicorn, ask_another, cast, job):
    caller = cast.caller("operator")
    path = f"/api/v1/backups/{job.id}/run?wait=300"

    with ThreadPoolExecutor(1) as pool, running_proxy(another_gunicorn.port) as proxy:
        answer = pool.submit(
            ask_another, proxy, "POST", path, b"{}", headers=caller.headers, seconds=120
        )
        wait_until(lambda: len(cast.rows(Execution)) == 1, seconds=60)
        another_gunicorn.child.process.terminate()
        waited = answer.result()

    assert (waited.status, waited.json["data"]["status"]) == (202, "queued")
    assert another_gunicorn.child.process.wait(30) == 0
