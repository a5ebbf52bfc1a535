"""The load of a soak: who asks for what, how often, and what came back."""

import itertools
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from benchmarks.seeds import Tenant

CALLERS, MORNING_CALLERS = 8, 64
PATIENCE_SECONDS = 60
# Of every fifty requests so many.
MIX = {
    "status_post": 20,
    "job_get": 9,
    "job_list": 7,
    "execution_pages": 5,
    "event_feed": 5,
    "dashboard": 3,
    "sign_in": 1,
}
_FIRST_DATE = datetime(2024, 1, 1, tzinfo=UTC)
_EVERY = timedelta(minutes=15)


@dataclass(frozen=True)
class People:
    """Who calls, and about what: scripts over a tenant's jobs, an administrator, its own runs."""

    url: str
    tenant: Tenant
    username: str
    password: str
    own_jobs: tuple[int, ...]


@dataclass
class Heard:
    """What came back, by kind of request; `posted` and `runs` hold the ids that were promised."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    posted: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)


class Callers:
    """Threads with a connection each, that take the next request when it is due.

    A slow answer holds its own thread only: the next request goes out in time by another one.
    """

    def __init__(self, people: People, rate: float) -> None:
        kinds = [kind for kind, times in MIX.items() for _ in range(times)]
        self._mix = random.Random(1).sample(kinds, len(kinds))  # noqa: S311  # nosec B311 # of no secret
        self._people = people
        self._rate = rate
        self._slots = itertools.count()
        self._posts = itertools.count()
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._began = time.monotonic()
        self.heard = Heard()

    @contextmanager
    def calling(self, run_every: float) -> Iterator[None]:
        """Call for the length of the block; every `run_every` seconds a backup is asked for.

        It begins as a day does: everybody signs in at once, and each process comes to hold what
        it will ever need for that. It would else do so whenever chance lets two people meet.
        """
        with ThreadPoolExecutor(MORNING_CALLERS) as threads:
            list(threads.map(lambda _: self._sign_in(), range(MORNING_CALLERS)))
        with ThreadPoolExecutor(CALLERS + 1) as threads:
            all_of_them = [threads.submit(self._call) for _ in range(CALLERS)]
            all_of_them.append(threads.submit(self._run, run_every))
            try:
                yield
            finally:
                self._over.set()
        for one in all_of_them:
            one.result()

    def _sign_in(self) -> None:
        Caller(self._people, self.heard).sign_in("morning_sign_in")

    def _call(self) -> None:
        caller = Caller(self._people, self.heard)
        while not self._over.is_set():
            with self._turn:
                slot = next(self._slots)
            if self._over.wait(max(0.0, self._began + slot / self._rate - time.monotonic())):
                return
            kind = self._mix[slot % len(self._mix)]
            if kind == "status_post":
                caller.post_status(next(self._posts))
            else:
                getattr(caller, kind)()

    def _run(self, every: float) -> None:
        caller = Caller(self._people, self.heard)
        for job_id in itertools.cycle(self._people.own_jobs):
            if self._over.wait(every):
                return
            caller.sign_in()
            caller.run(job_id)


class Caller:
    """One connection, with the token and the places in the lists that it has come to."""

    def __init__(self, people: People, heard: Heard) -> None:
        self._people = people
        self._heard = heard
        self._session = requests.Session()
        self._bearer = {"Authorization": f"Bearer {people.tenant.token}"}
        self._chance = random.Random(1)  # noqa: S311  # nosec B311 # of no secret
        self._executions = self._events = ""

    def post_status(self, number: int) -> None:
        """Report a run that nobody else reports: each job's dates are 15 minutes apart."""
        turn, place = divmod(number, self._people.tenant.jobs)
        body = {
            "job_id": self._people.tenant.first_job + place,
            "execution_result": "failed" if number % 50 == 0 else "success",
            "execution_date": (_FIRST_DATE + turn * _EVERY).isoformat(),
            "backup_size_bytes": 2**30,
            "duration_seconds": 300.5,
        }
        headers = {"Authorization": f"Bearer {self._people.tenant.key}"}
        answer = self._ask("status_post", "POST", "/api/backup/status", 201, body, headers)
        if answer:
            self._heard.posted.append(answer["execution_id"])

    def job_get(self) -> None:
        self._ask("job_get", "GET", f"/api/v1/backups/{self._any_job()}")

    def job_list(self) -> None:
        page = self._chance.randint(1, 3)
        self._ask("job_list", "GET", f"/api/v1/backups?page={page}&search=job")

    def execution_pages(self) -> None:
        """The next page of a job's runs, and after the last one the first."""
        path = f"/api/v1/backups/{self._people.tenant.first_job}/executions?cursor="
        answer = self._ask("execution_pages", "GET", path + self._executions)
        self._executions = (answer and answer["meta"]["next_cursor"]) or ""

    def event_feed(self) -> None:
        """What happened since the last time."""
        path = f"/api/v1/events?sort=id&page_size=100&cursor={self._events}"
        answer = self._ask("event_feed", "GET", path)
        self._events = (answer and answer["meta"]["next_cursor"]) or self._events

    def dashboard(self) -> None:
        self._ask("dashboard", "GET", "/api/v1/dashboard/overview?time_period=last_30d")

    def sign_in(self, kind: str = "sign_in") -> None:
        body = {"username": self._people.username, "password": self._people.password}
        answer = self._ask(kind, "POST", "/api/v1/auth/login", 200, body, {})
        if answer:
            self._bearer = {"Authorization": f"Bearer {answer['data']['access_token']}"}

    def run(self, job_id: int) -> None:
        answer = self._ask("run", "POST", f"/api/v1/backups/{job_id}/run", 202, {})
        if answer:
            self._heard.runs.append(answer["data"]["execution_id"])

    def _any_job(self) -> int:
        return self._people.tenant.first_job + self._chance.randrange(self._people.tenant.jobs)

    def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        wanted: int = 200,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        began = time.monotonic()
        try:
            answer = self._session.request(
                method,
                self._people.url + path,
                json=body,
                headers=self._bearer if headers is None else headers,
                timeout=PATIENCE_SECONDS,
            )
        except requests.RequestException as exc:
            self._heard.refused.append(f"{kind}: {exc}")
            return None
        self._heard.milliseconds[kind].append(1000 * (time.monotonic() - began))
        if answer.status_code == wanted:
            return answer.json()
        self._heard.refused.append(f"{kind}: {answer.status_code} {answer.text[:300]}")
        return None
