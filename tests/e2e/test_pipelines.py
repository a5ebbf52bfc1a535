"""Pipelines: `holdfast run`, and plain curl, each ends as the run does, and starts it once."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.house import ROOT


@pytest.fixture
def environ(deployment, key):
    """What a pipeline's variables hold."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "clients" / "cli"),
        "HOLDFAST_URL": deployment.proxy.url,
        "HOLDFAST_API_KEY": key("operator"),
        "HOLDFAST_CA_FILE": str(deployment.proxy.certificate),
    }


def step(environ, *words):
    """A step of a pipeline: its exit code and what it printed."""
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def holdfast(environ, *words):
    return step(environ, sys.executable, "-m", "holdfast_cli", "run", "--json", *words)


def test_the_command_waits_and_ends_as_the_run_does_and_a_repeated_step_starts_nothing(
    admin, new_job, source, environ
):
    job = new_job("Before deploy")
    words = ("--idempotency-key=pipeline 4711", "--log", "--", job["name"])

    code, out, said = holdfast(environ, *words)
    again, out_again, _ = holdfast(environ, *words)
    source.rename(source.with_name("unplugged"))
    failed, out_failed, told = holdfast(environ, "--", job["name"])

    assert (code, again, failed) == (0, 0, 1), said + told
    first, repeated, last = (json.loads(text) for text in (out, out_again, out_failed))
    assert repeated["id"] == first["id"]
    assert "snapshot" in said
    assert last["error_code"] == "SOURCE_NOT_FOUND"
    rows = admin.get(f"/api/v1/backups/{job['id']}/executions?sort=execution_date")
    assert [(row["id"], row["trigger"], row["status"]) for row in rows] == [
        (first["id"], "api", "success"),
        (last["id"], "api", "failed"),
    ]


def test_curl_waits_for_the_end_and_the_same_key_gives_the_same_answer(admin, new_job, environ):
    job = new_job("By curl")
    # As clients/ci/README.md has it.
    curl = (
        *("curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "330"),
        *("--cacert", environ["HOLDFAST_CA_FILE"], "--write-out", "\n%{http_code}"),
        *("-X", "POST", f"{environ['HOLDFAST_URL']}/api/v1/backups/{job['id']}/run?wait=300"),
        *("-H", f"X-API-Key: {environ['HOLDFAST_API_KEY']}", "-H", "Idempotency-Key: 4712"),
    )

    code, out, said = step(environ, *curl)
    again, out_again, _ = step(environ, *curl)

    assert (code, again) == (0, 0), out + said
    body, status = out.rsplit("\n", 1)
    ended = json.loads(body)["data"]
    assert (status, ended["status"]) == ("200", "success")
    assert json.loads(out_again.rsplit("\n", 1)[0])["data"]["id"] == ended["id"]
    assert len(admin.get(f"/api/v1/backups/{job['id']}/executions")) == 1
