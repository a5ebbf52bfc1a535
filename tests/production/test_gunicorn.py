"""The settings that gunicorn is started with."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import psutil
import psycopg2
import pytest

from tests.support.house import ROOT
from tests.support.processes import wait_until


def test_it_runs_as_many_processes_as_it_is_told_when_redis_counts(gunicorn):
    # Each says so itself, some time after it was started.
    wait_until(lambda: gunicorn.child.output().count("Booting worker") == 2)

    assert len(psutil.Process(gunicorn.child.pid).children()) == 2


@pytest.mark.parametrize(("redis", "workers"), [("redis://127.0.0.1:1/0", 3), ("", 1)])
def test_it_runs_one_process_when_limits_are_counted_in_memory(environ, redis, workers):
    settings = print_settings({**environ, "REDIS_URL": redis, "WEB_WORKERS": "3"})

    assert settings["workers"] == str(workers)
    assert settings["threads"] == "8"


def test_a_missing_secret_is_named_and_nothing_starts(environ):
    done = start({**environ, "SECRET_KEY": ""})

    assert done.returncode == 1
    assert done.stderr == "holdfast: SECRET_KEY is missing (it takes at least 32 characters)\n"


def test_a_caller_on_this_machine_cannot_move_the_address(gunicorn):
    """By default gunicorn takes SCRIPT_NAME from loopback, and would cut the path by it."""
    assert ask(gunicorn.port, "/api/v1/health/live", {"SCRIPT_NAME": "/api"}) == 200


def test_a_client_that_pauses_between_two_calls_keeps_its_connection(gunicorn):
    """`make run` serves by the same file; gunicorn itself would hang up after two seconds."""
    with closing(HTTPConnection("127.0.0.1", gunicorn.port, timeout=120)) as connection:
        connection.connect()
        connection.auto_open = 0
        statuses = [status_of_live(connection)]
        time.sleep(4)
        statuses.append(status_of_live(connection))

    assert statuses == [200, 200]


def status_of_live(connection):
    connection.request("GET", "/api/v1/health/live")
    response = connection.getresponse()
    response.read()
    return response.status


def test_a_caller_who_is_still_sending_when_refused_hears_the_refusal(gunicorn):
    """By default gunicorn takes 64 KiB of such a body and cuts the connection."""
    piece, pieces = b" " * 256 * 1024, 6
    head = (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(piece) * pieces}\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=120) as channel:
        channel.sendall(head.encode())
        for _ in range(pieces):
            channel.sendall(piece)
            # The refusal is on its way by now.
            time.sleep(0.3)
        status = read_answer(channel)
        channel.sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        next_status = read_answer(channel)

    assert (status, next_status) == (413, 200)


def read_answer(channel):
    """The status of an answer, which is taken from the channel to its last byte."""
    with closing(HTTPResponse(channel)) as answer:
        answer.begin()
        answer.read()
        return answer.status


def test_an_answer_on_its_way_arrives_before_the_process_ends(
    another_gunicorn, environ, cast, locked_jobs
):
    caller = cast.caller("viewer")
    with ThreadPoolExecutor(1) as pool:
        with locked_jobs():
            answer = pool.submit(ask, another_gunicorn.port, "/api/v1/backups", caller.headers)
            wait_until(lambda: is_waiting(environ["DATABASE_URL"]), what="the request waits")
            another_gunicorn.child.process.terminate()
            # Long enough for a process that ends at once to have done so.
            time.sleep(2)
        status = answer.result()

    assert status == 200
    assert another_gunicorn.child.process.wait(60) == 0


def is_waiting(url):
    statement = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE NOT granted AND datname = current_database()"
    )
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] > 0


def ask(port, path, headers):
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def print_settings(environ):
    lines = start(environ, "--print-config").stdout.splitlines()
    return {name.strip(): value.strip() for name, _, value in (x.partition("=") for x in lines)}


def start(environ, *options):
    command = [sys.executable, "-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", *options]
    return subprocess.run(
        [*command, "wsgi:app"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=300,
    )
