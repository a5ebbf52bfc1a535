"""The servers and child processes that the other tests stand on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from tests.support import postgres, watchdog
from tests.support import redis as redis_support
from tests.support.processes import free_port, is_listening, running, wait_until

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def postgres_server(tmp_path_factory):
    return postgres.shared_server(watchdog.run_folder(tmp_path_factory))


def test_postgresql_is_version_18_and_gives_a_database_in_utf_8(postgres_server):
    url = postgres_server.create_database("fixtures_a")

    connection = psycopg2.connect(url)

    assert connection.server_version // 10_000 == 18
    assert connection.encoding == "UTF8"
    connection.close()


def test_a_database_made_again_is_empty_though_somebody_is_connected(postgres_server):
    connection = psycopg2.connect(postgres_server.create_database("fixtures_b"))
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leftover (id int)")

    url = postgres_server.create_database("fixtures_b")

    with psycopg2.connect(url) as fresh, fresh.cursor() as cursor:
        cursor.execute("SELECT to_regclass('leftover')")
        assert cursor.fetchone() == (None,)
    fresh.close()
    connection.close()


def test_a_second_caller_of_the_run_gets_the_same_server(postgres_server, tmp_path_factory):
    again = postgres.shared_server(watchdog.run_folder(tmp_path_factory))

    assert again == postgres_server


def test_redis_keeps_the_databases_of_two_workers_apart(tmp_path_factory):
    server = redis_support.shared_server(watchdog.run_folder(tmp_path_factory))
    with redis.Redis.from_url(server.url(62)) as one, redis.Redis.from_url(server.url(63)) as two:
        one.set("key", "value")

        assert one.get("key") == b"value"
        assert two.get("key") is None


def test_redis_comes_back_on_the_same_port():
    with redis_support.running_server() as server:
        assert is_listening(server.port)
    assert not is_listening(server.port)

    with redis_support.running_server(server.port):
        assert is_listening(server.port)


def test_servers_end_and_leave_no_folder_when_their_owner_is_killed(tmp_path):
    script = (
        "import sys, time; from pathlib import Path\n"
        "from tests.support import redis\n"
        "print(redis.shared_server(Path(sys.argv[1])).port, flush=True); time.sleep(60)\n"
    )
    # Outside xdist the process itself is the owner.
    env = {name: text for name, text in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        port = int(owner.stdout.readline())
        # It writes its address into its command line a moment after it listens.
        wait_until(lambda: any(_servers(port)), what="Redis names its port")
        folder = Path(_servers(port)[0].cwd())

        owner.kill()

    wait_until(lambda: not is_listening(port), what="Redis has ended")
    wait_until(lambda: not folder.exists(), what="its folder is gone")


def _servers(port: int) -> list[psutil.Process]:
    address = f"127.0.0.1:{port}"
    running = psutil.process_iter(["cmdline"])
    return [p for p in running if any(address in word for word in p.info["cmdline"] or [])]


def test_a_child_that_ends_before_it_is_ready_fails_with_its_output():
    command = [sys.executable, "-c", "import sys; sys.exit('no such setting')"]

    with pytest.raises(AssertionError, match="ended with 1:\nno such setting"):
        with running(command, port=free_port()):
            pass


def test_a_child_that_is_never_ready_fails_with_its_output():
    command = ["sh", "-c", "echo still thinking; exec sleep 60"]

    with pytest.raises(AssertionError, match="still thinking"):
        with running(command, port=free_port(), seconds=3):
            pass


def test_a_child_and_its_grandchild_that_ignore_term_are_killed():
    command = ["sh", "-c", "trap '' TERM; sleep 60 & echo ready; wait; sleep 60"]

    with running(command) as child:
        wait_until(lambda: "ready" in child.output())
        tree = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
        started = time.monotonic()
        code = child.stop(seconds=0.5)

    assert code == -signal.SIGKILL
    assert len(tree) == 2
    assert not any(process.is_running() for process in tree)
    assert time.monotonic() - started < 30
