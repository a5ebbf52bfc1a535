"""Running and ending child processes of any kind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from app.engines.base import EngineError, Stopped
from app.engines.processes import LINE_BYTES, Deadline, is_alive, run, stop_orphan
from tests.support.processes import wait_until

ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.fixture
def start():
    """Start processes that lead a group of their own, as those of a run do."""
    started = []

    def call(*argv):
        child = subprocess.Popen(argv, start_new_session=True, stdout=subprocess.PIPE)
        started.append(child)
        if argv[0] == "sh":
            child.stdout.readline()
        return child, psutil.Process(child.pid).create_time()

    yield call
    for child in started:
        child.kill()
        child.wait()
        child.stdout.close()


def run_python(watch, code, on_line=lambda stream, line: None):
    return run([sys.executable, "-c", code], ENVIRONMENT, watch, on_line)


def test_both_streams_and_the_exit_code_are_told(watch):
    heard = []
    code = "import os; os.write(1, b'caf\\xe9\\n'); os.write(2, b'no newline'); os._exit(7)"

    exit_code = run_python(watch, code, lambda stream, line: heard.append((stream, line)))

    assert exit_code == 7
    assert sorted(heard) == [("stderr", "no newline"), ("stdout", "caf\ufffd\n")]


def test_the_child_sees_only_the_environment_given(watch, monkeypatch):
    monkeypatch.setenv("HOLDFAST_ENCRYPTION_KEY", "never to be seen")
    heard = []

    run(["env"], {**ENVIRONMENT, "A": "1"}, watch, lambda _, line: heard.append(line.strip()))

    assert sorted(heard) == sorted(["A=1", f"PATH={os.environ['PATH']}"])


def test_a_very_long_line_is_cut_and_the_next_one_is_whole(watch):
    heard = []

    run_python(watch, "print('x' * 5_000_000); print('end')", lambda _, line: heard.append(line))

    assert [len(line) for line in heard] == [LINE_BYTES, 4]
    assert heard[1] == "end\n"


def test_a_flood_of_output_does_not_stay_in_memory(watch):
    before = psutil.Process().memory_info().rss

    run_python(watch, "for _ in range(12_000): print('x' * 16_000)")

    assert psutil.Process().memory_info().rss - before < 60_000_000


def test_a_silent_child_is_stopped_in_time():
    started_at = time.monotonic()

    with pytest.raises(Stopped):
        run_python(Deadline(0.5), "import time; time.sleep(60)")

    # Long before its own end, however busy the machine is.
    assert time.monotonic() - started_at < 30


def test_a_child_that_ignores_the_interrupt_is_killed(watch):
    code = (
        "import signal, time; signal.signal(2, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    ready = []
    watch.stop_when = lambda notebook: bool(ready)

    with pytest.raises(Stopped):
        run_python(watch, code, lambda stream, line: ready.append(line))

    assert not is_alive(*watch.processes[0])


def test_a_grandchild_that_keeps_the_streams_open_does_not_hold_the_run(watch):
    code = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"
    heard = []

    exit_code = run_python(watch, code, lambda stream, line: heard.append(int(line)))

    assert exit_code == 0
    # A killed process takes a moment.
    wait_until(lambda: is_over(heard[0]))


def is_over(pid):
    """Gone, or dead and waiting for whoever reaps it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_program_that_does_not_exist_is_missing(watch):
    with pytest.raises(EngineError) as refusal:
        run(["no-such-restic"], ENVIRONMENT, watch, lambda stream, line: None)

    assert refusal.value.code == "ENGINE_MISSING"
    assert watch.processes == []


def test_an_orphan_and_its_group_end(start):
    orphan, created_at = start("sh", "-c", "sleep 60 & echo; wait")
    children = psutil.Process(orphan.pid).children()

    assert stop_orphan(orphan.pid, created_at, wait_seconds=1) is True

    assert len(children) == 1
    assert not is_alive(orphan.pid, created_at)
    assert psutil.wait_procs(children, timeout=60)[1] == []


def test_an_orphan_that_ignores_the_interrupt_is_killed(start):
    orphan, created_at = start("sh", "-c", "trap '' INT; echo; while :; do sleep 1; done")

    assert stop_orphan(orphan.pid, created_at, wait_seconds=0.5) is True

    assert orphan.wait() == -signal.SIGKILL


def test_a_process_that_took_over_the_number_is_left_alone(start):
    other, created_at = start("sleep", "60")

    assert stop_orphan(other.pid, created_at - 3600) is False

    assert is_alive(other.pid, created_at)
    assert not is_alive(other.pid, created_at - 3600)


def test_the_caller_is_never_an_orphan():
    me = psutil.Process()

    assert stop_orphan(me.pid, me.create_time()) is False


@pytest.mark.parametrize("pid", [0, -1, 2**31 - 2, 2**80])
def test_a_number_without_a_process_is_not_alive(pid):
    assert is_alive(pid, time.time()) is False
    assert stop_orphan(pid, time.time()) is False
