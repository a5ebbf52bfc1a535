"""The systemd units: read by systemd itself, hardened, and in step with what they start."""

import os
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser

import pytest

from app.admin.working import SHUTDOWN_SECONDS
from tests.support.house import ROOT

UNITS = ROOT / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
PROGRAM = "/opt/holdfast/.venv/bin/python"
# Ten times what `systemd-analyze security` says; without any hardening it is 96.
MOST_EXPOSED = {"holdfast-worker.service": 30}
HARDENED = {
    "User": "holdfast",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelModules": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "SystemCallFilter": "@system-service",
    "InaccessiblePaths": "-/etc/holdfast",
    "StateDirectory": "holdfast",
    "KillMode": "mixed",
    "EnvironmentFile": "/etc/holdfast/holdfast.env",
}


def test_there_is_a_unit_for_each_process_and_for_the_step_before_them():
    names = ("prepare", "scheduler", "web", "worker")

    assert [f"holdfast-{name}.service" for name in names] == SERVICES


def test_systemd_finds_nothing_to_complain_of(units):
    paths = [f"./{path.name}" for path in (*units.glob("*.service"), *units.glob("*.target"))]

    done = analyze(units, "verify", "--man=no", *paths)

    # What it says of the units of this machine is not ours to mend.
    assert "holdfast" not in done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("name", SERVICES)
def test_a_process_that_is_broken_into_can_do_little(units, name):
    threshold = MOST_EXPOSED.get(name, 20)

    done = analyze(units, "security", "--offline=true", f"--threshold={threshold}", f"./{name}")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_hardening_holds_for_every_service_and_none_weakens_it(name):
    service = service_of(name)

    assert {key: service[key] for key in HARDENED} == HARDENED


def test_only_the_worker_holds_a_capability_and_that_one_only_reads():
    bounds = {name: service_of(name)["CapabilityBoundingSet"] for name in SERVICES}

    assert bounds.pop("holdfast-worker.service") == "CAP_DAC_READ_SEARCH"
    assert service_of("holdfast-worker.service")["ProtectHome"] == "read-only"
    assert set(bounds.values()) == {""}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_unit_starts_is_there(name, environ):
    line = service_of(name)["ExecStart"]
    program, *words = shlex.split(line)
    question = "--check-config" if "gunicorn" in words else "--help"

    env = {**os.environ, **environ}
    done = subprocess.run(
        [sys.executable, *words, question], cwd=ROOT, env=env, capture_output=True, timeout=300
    )

    assert program == PROGRAM
    assert done.returncode == 0, done.stderr.decode()


def test_nobody_is_killed_before_its_own_patience_ends(environ):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "scripts/gunicorn.conf.py"]
        + ["--print-config", "wsgi:app"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=300,
    )
    graceful = next(x for x in done.stdout.splitlines() if x.startswith("graceful_timeout"))
    patience = int(graceful.partition("=")[2])

    assert int(service_of("holdfast-web.service")["TimeoutStopSec"]) > patience
    assert int(service_of("holdfast-worker.service")["TimeoutStopSec"]) > SHUTDOWN_SECONDS


@pytest.fixture
def units(tmp_path):
    """The units as shipped, but for the program, which is where the tests run."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.glob("*.service"):
        path.write_text(path.read_text().replace(PROGRAM, sys.executable))
    return folder


def service_of(name):
    """What holds for a service: the unit, and after it the drop-in of all."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read([UNITS / name])
    own = dict(parser["Service"])
    own.pop("EnvironmentFile", None)
    parser.read([UNITS / "holdfast-.service.d" / "hardening.conf"])
    return {**own, **parser["Service"]}


def analyze(folder, *words):
    # The colon at the end adds the folders of this machine, where the targets lie.
    env = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C.UTF-8"}
    command = ["systemd-analyze", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
