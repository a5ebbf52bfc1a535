"""Finding a job, starting its run, and following it to its end."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from holdfast_cli.api import Api
from holdfast_cli.errors import EXIT_OF, Refused, Unfinished
from holdfast_cli.progress import Display

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
CANCEL_SECONDS = 60.0
_PAGE_SIZE = 100


def find_job(api: Api, wanted: str) -> Any:
    """The job with this id, where it is a number, or with exactly this name."""
    if wanted.isascii() and wanted.isdigit():
        return api.get(f"/backups/{int(wanted)}")
    page = 1
    while True:
        query = {"search": wanted, "page": page, "page_size": _PAGE_SIZE}
        found = api.get(f"/backups?{urlencode(query)}")
        for job in found:
            if job["name"] == wanted:
                return job
        if len(found) < _PAGE_SIZE:
            raise Refused(f"There is no job called {wanted!r}.")
        page += 1


def start(api: Api, job_id: int, body: Any, idempotency_key: str, *, attach: bool) -> Any:
    """The run that was queued; with `attach` the one that is in its way, where there is one."""
    try:
        return api.post(f"/backups/{job_id}/run", body, idempotency_key)
    except Refused as refusal:
        open_run = refusal.details.get("execution_id")
        if not attach or refusal.code != "RUN_IN_PROGRESS" or open_run is None:
            raise
        return look(api, int(str(open_run)))


def look(api: Api, execution_id: int) -> Any:
    return api.get(f"/executions/{execution_id}")


def follow(api: Api, execution: Any, display: Display, timeout: float | None) -> Any:
    """The run in its final state; raises Unfinished when it is still open after `timeout`."""
    give_up = None if timeout is None else time.monotonic() + timeout
    pause = FIRST_PAUSE
    while True:
        display.show(execution)
        if execution["status"] in EXIT_OF:
            return execution
        if give_up is not None and time.monotonic() + pause > give_up:
            raise Unfinished(
                f"Execution {execution['id']} is still {execution['status']} after {timeout:g} s."
            )
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.3)
        execution = look(api, execution["id"])


def cancel(api: Api, execution: Any, display: Display) -> Any:
    """Ask the run to stop, and give its end; one that was over already stays as it was."""
    try:
        execution = api.post(f"/executions/{execution['id']}/cancel", {})
    except Refused as refusal:
        if refusal.code != "ALREADY_FINAL":
            raise
        execution = look(api, execution["id"])
    return follow(api, execution, display, CANCEL_SECONDS)


def newest(api: Api, job_id: int) -> Any:
    """The job's newest execution, None before its first."""
    found = api.get(f"/backups/{job_id}/executions?page_size=1")
    return found[0] if found else None
