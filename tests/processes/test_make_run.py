"""make run: from a tree to a working system, which mends itself and ends without a trace."""

import json
import os
import shutil
import signal
import subprocess
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.support.house import ROOT, SLOW_BYTES, is_gone
from tests.support.processes import free_port, running, wait_until

PASSWORD = "a password for the first admin"
BACK_SECONDS = 5
NAMES = {
    "web": ["gunicorn", "holdfast-web"],
    "worker": ["holdfast", "worker"],
    "scheduler": ["holdfast", "scheduler"],
}
# Besides what is no part of the tree, what other tests may be writing at this moment.
NOT_COPIED = (".venv", ".git", "instance", ".env", "__pycache__", ".*_cache", "node_modules")
NOT_COPIED += (".hypothesis", ".coverage*", "*.egg-info", "*.tmp")


def test_starts_mends_itself_and_ends_with_restic_at_the_first_interrupt(tree, throttle):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v1"
    env = {**blank_settings(), "PORT": str(port), "PATH": throttle.path}
    env |= {"ADMIN_PASSWORD": PASSWORD, "STORAGE_ROOTS": str(tree.parent / "storage")}

    with running(["make", "run"], env=env, cwd=tree, port=port, seconds=300) as child:
        await_health(url, child)
        for name, words in NAMES.items():
            assert seconds_until_back(tree, words, child) < BACK_SECONDS, name
        await_health(url, child)
        run_slow_backup(url, tree, throttle)
        restic = await_restic(tree, child)
        os.killpg(child.pid, signal.SIGINT)
        child.process.wait(60)
        wait_until(lambda: processes_in(tree) == [], output=child.output)

        assert is_gone(restic)
        assert PASSWORD not in child.output()


def test_ends_when_make_itself_is_killed(tree):
    port = free_port()
    env = {**blank_settings(), "PORT": str(port), "ADMIN_PASSWORD": PASSWORD}

    with running(["make", "run"], env=env, cwd=tree, port=port, seconds=300) as child:
        child.process.kill()
        child.process.wait()

        wait_until(lambda: processes_in(tree) == [], output=child.output)


def test_says_by_name_which_setting_is_wrong_before_anything_starts(tree):
    env = {**os.environ, **blank_settings(), "ADMIN_PASSWORD": "elevenchars"}

    done = subprocess.run(["make", "run"], cwd=tree, env=env, capture_output=True, text=True)

    assert done.returncode != 0
    assert "holdfast: ADMIN_PASSWORD takes at least 12 characters" in done.stderr
    assert not (tree / "instance" / "holdfast.db").exists()


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree that takes its programs from the environment that is installed."""
    target = tmp_path / "tree"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    venv = target / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to((ROOT / ".venv" / name).resolve())
    locked = (target / "requirements.txt").read_bytes()
    stamp = subprocess.run(["cksum"], input=locked, capture_output=True, check=True).stdout
    (venv / "installed-run").write_bytes(stamp)
    yield target
    for process in processes_in(target):
        process.kill()


def blank_settings():
    """Settings of whoever runs the tests count as not set when they are empty."""
    names = ("FLASK_ENV_NAME", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SECRET_KEY")
    return dict.fromkeys((*names, "HOLDFAST_ENCRYPTION_KEY", "INSTANCE_PATH"), "")


def processes_in(tree):
    """Every living process that works in the tree, whoever its parent is."""
    return [process for process in psutil.process_iter() if works_in(process, tree)]


def works_in(process, tree):
    try:
        return process.cwd() == str(tree) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def find_all(tree, words):
    """The processes with these words in their command lines, the oldest first."""
    found = [p for p in processes_in(tree) if set(words) <= set(command_of(p))]
    return sorted(found, key=lambda process: process.create_time())


def await_process(tree, words, child, but=()):
    """Wait for a process with these words that is none of those known before."""
    found = []

    def look():
        found[:] = [process for process in find_all(tree, words) if process not in but]
        return bool(found)

    wait_until(look, seconds=120, what=f"{words} are there", output=child.output)
    return found[0]


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def seconds_until_back(tree, words, child):
    old = await_process(tree, words, child)
    # gunicorn's own worker has the same words, and outlives it for a moment.
    before = find_all(tree, words)
    killed_at = time.time()
    old.kill()
    return await_process(tree, words, child, but=before).create_time() - killed_at


def await_health(url, child):
    def is_well():
        try:
            return ask(f"{url}/health")["status"] == "ok"
        except (URLError, OSError):
            return False

    wait_until(is_well, seconds=120, output=child.output)


def run_slow_backup(url, tree, throttle):
    source = tree.parent / "source"
    source.mkdir()
    with open("/dev/urandom", "rb") as random:
        (source / "random.bin").write_bytes(random.read(SLOW_BYTES))
    throttle.slow_down()
    token = ask(f"{url}/auth/login", {"username": "admin", "password": PASSWORD})["access_token"]
    fields = {"name": "Slow", "source_path": str(source)}
    fields |= {"backup_type": "full", "schedule_type": "manual"}
    job = ask(f"{url}/backups", fields, token)
    ask(f"{url}/backups/{job['id']}/run", {}, token)


def await_restic(tree, child):
    return await_process(tree, ["backup", "--json"], child)


def ask(url, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with urlopen(Request(url, data=data, headers=headers), timeout=120) as answer:
        return json.load(answer)["data"]
