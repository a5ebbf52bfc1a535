"""What a sign-in costs beside its password's check, which is dear on purpose."""

import json
from collections.abc import Iterator

from flask import Flask

from benchmarks.filling import settle
from benchmarks.load import Target
from benchmarks.rounds import Case, Steady, in_turn
from benchmarks.seeds import FEW_JOBS, add_people, add_tenant
from benchmarks.servers import PASSWORD, Stage

JSON = ("Content-Type", "application/json")
PEOPLE = 16


def sign_in(app: Flask, stage: Stage) -> Iterator[Case]:
    """User name and password for two tokens, against the same Argon2 check and one INSERT."""
    tenant = add_tenant(app, "people", FEW_JOBS)
    names = add_people(app, tenant, PEOPLE, PASSWORD)
    settle(app)
    bodies = tuple(json.dumps({"username": name, "password": PASSWORD}) for name in names)
    login, least = f"{stage.holdfast}/api/v1/auth/login", f"{stage.floor}/sign-ins"
    rounds = in_turn(
        *(Steady(Target(url, "bodies", headers=(JSON,), words=bodies)) for url in (login, least))
    )
    yield rounds.throughput("sign_in", target=0.5)
