"""No room under the database in SQLite, nor under the log: nobody may write, everybody may read."""

import sqlite3
from contextlib import closing
from http.client import HTTPConnection

import psutil
import pytest

from tests.support.deployment import SHIPPED, deployed, direct
from tests.support.full_disk import filled, no_room, small_disk
from tests.support.load import IN_PROGRESS, UNAVAILABLE, Load
from tests.support.processes import wait_until
from tests.support.web import running_web
from tests.support.wholeness import halves_in, marks_in

CALLERS = 4
REFUSALS = 40


@pytest.fixture
def disk(tmp_path):
    """A folder, and whether it is a file system of its own."""
    folder = tmp_path / "disk"
    with small_disk(folder) as is_mounted:
        yield folder, is_mounted


@pytest.fixture
def deployment(disk, tmp_path):
    with deployed(tmp_path, f"sqlite:///{disk[0]}/holdfast.db") as made:
        yield made


def test_a_full_disk_turns_writers_away_until_there_is_room_again(deployment, disk, ledger):
    folder, is_mounted = disk
    viewer = deployment.cast.caller("viewer")
    with running_web(deployment.environ, *SHIPPED) as web:
        with Load(ledger, deployment.posts, [direct(web)] * CALLERS) as load:
            ledger.await_more(60)
            with no_room(psutil.Process(web.child.pid)):
                await_refusals(load, web)
                reads = [read(web, viewer)]
            ledger.await_more(60)
            if is_mounted:
                with filled(folder):
                    await_refusals(load, web)
                    reads.append(read(web, viewer))
                ledger.await_more(60)

    tally = ledger.settle(marks_in(deployment.cast))
    assert (tally.lost, tally.doubled, tally.unknown) == (0, 0, 0)
    assert set(reads) == {200}
    assert halves_in(deployment.cast) == []
    assert load.improper == []
    assert load.refusals.keys() - {IN_PROGRESS} == {UNAVAILABLE}
    assert verdict_on(folder / "holdfast.db") == "ok"


def await_refusals(load, web):
    """Wait until many were turned away; what finds room in the files' present length may land."""
    aim = load.refusals[UNAVAILABLE] + REFUSALS
    wait_until(
        lambda: load.refusals[UNAVAILABLE] >= aim,
        seconds=120,
        output=lambda: f"{load.refusals} {load.improper[:3]} {web.child.output()[-3000:]}",
    )


def read(web, caller):
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=120)) as connection:
        connection.request("GET", "/api/v1/tasks", headers=caller.headers)
        return connection.getresponse().status


def verdict_on(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
