"""The steps for GitHub Actions and GitLab CI: their shell lines, run against a real server."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from app.backups.models import Execution
from tests.support.house import ROOT

CI = ROOT / "clients" / "ci"
ACTION = yaml.safe_load((CI / "github" / "action.yml").read_text())
GITLAB = yaml.safe_load((CI / "gitlab" / "holdfast.gitlab-ci.yml").read_text())
JOB = GITLAB[".holdfast-backup"]


class Shell:
    """A step's lines in a shell of their own, as the pipeline's machine would run them."""

    def __init__(self, lines, folder, environ):
        folder.mkdir(exist_ok=True)
        command = folder / "holdfast"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m holdfast_cli "$@"\n')
        command.chmod(0o755)
        python = folder / "python3"
        if not python.exists():
            python.symlink_to(sys.executable)
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines],
            env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", **environ},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self):
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out + err


@pytest.fixture
def shell(tmp_path, server, cast):
    key = cast.key_caller("operator").key
    started = []

    def start(lines, **environ):
        given = {"HOLDFAST_URL": server, "HOLDFAST_API_KEY": key, **environ}
        started.append(Shell(lines, tmp_path / "machine", given))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def github(shell, tmp_path, job, **inputs):
    """The step as GitHub runs it: inputs by their defaults, the lines untouched."""
    (step,) = ACTION["runs"]["steps"]
    given = {name: str(told.get("default", "")) for name, told in ACTION["inputs"].items()}
    given |= {"job": job.name, **{name.replace("_", "-"): text for name, text in inputs.items()}}
    environ = {
        name: given[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
        if name not in ("HOLDFAST_URL", "HOLDFAST_API_KEY")
    }
    environ |= {
        "GITHUB_ACTION_PATH": str(CI / "github"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
    }
    return shell(step["run"], **environ)


def outputs(tmp_path):
    lines = (tmp_path / "outputs").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("status", "strict", "code"),
    [
        ("success", "false", 0),
        ("failed", "false", 1),
        ("warning", "false", 0),
        ("warning", "true", 3),
    ],
)
def test_the_github_step_ends_as_the_run_does(shell, tmp_path, hand, job, status, strict, code):
    step = github(shell, tmp_path, job, fail_on_warning=strict, type="full")
    row = hand.first()
    hand.change(row.id, status=status)

    ended, said = step.end()

    assert ended == code, said
    assert outputs(tmp_path) == {"execution-id": str(row.id), "status": status}
    assert ("::warning::" in said) == (status == "warning")
    assert row.backup_type == "full"


def test_a_github_step_that_starts_nothing_fails(shell, tmp_path, cast, job):
    job.name = "$(touch broken) Nobody's"

    ended, said = github(shell, tmp_path, job).end()

    assert ended == 2, said
    assert outputs(tmp_path) == {"execution-id": "", "status": "unknown"}
    assert not (tmp_path / "machine" / "broken").exists()
    assert cast.rows(Execution) == []


def test_the_github_example_gives_what_the_action_asks_for():
    example = yaml.safe_load((CI / "github" / "example-workflow.yml").read_text())

    (step,) = [step for step in example["jobs"]["deploy"]["steps"] if "uses" in step]

    required = {name for name, told in ACTION["inputs"].items() if told.get("required")}
    assert required <= set(step["with"]) <= set(ACTION["inputs"])
    assert "/clients/ci/github@" in step["uses"]


@pytest.mark.parametrize(("status", "code"), [("success", 0), ("failed", 1), ("warning", 3)])
def test_the_gitlab_job_ends_as_the_run_does(shell, tmp_path, hand, job, status, code):
    environ = {"HOLDFAST_JOB": job.name, "PYTHONPATH": str(ROOT / "clients" / "cli")}
    environ["HOLDFAST_TIMEOUT"] = GITLAB["variables"]["HOLDFAST_TIMEOUT"]
    step = shell("\n".join(JOB["script"]), **environ)
    row = hand.first()
    hand.change(row.id, status=status)

    ended, said = step.end()

    assert ended == code, said
    kept = json.loads((tmp_path / "machine" / "holdfast.json").read_text())
    assert (kept["id"], kept["status"]) == (row.id, status)


def test_a_warning_does_not_stop_a_gitlab_pipeline():
    assert JOB["allow_failure"]["exit_codes"] == 3
