"""A restore that is killed while it fills the tables leaves none filled, and another one works."""

import signal
import sqlite3
import sys
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import make_url, text

from tests.support import postgres
from tests.support.filling import contents
from tests.support.house import ROOT
from tests.support.processes import running, wait_until
from tests.support.raw import owners_engine
from tests.support.watchdog import run_folder

# Neither ends before it is killed.
SLOW = {
    "sqlite": (
        "CREATE TRIGGER slow BEFORE INSERT ON users BEGIN WITH RECURSIVE each(n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM each LIMIT 1000000000000)"
        " SELECT count(*) FROM each; END",
        "DROP TRIGGER slow",
    ),
    "postgresql": (
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END';"
        "CREATE TRIGGER slow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION slow()",
        "DROP TRIGGER slow ON users; DROP FUNCTION slow",
    ),
}


def test_a_restore_killed_half_way_leaves_an_empty_database_and_can_be_repeated(
    site, cast, admin, new_site, throw_out
):
    cast.create_job()
    assert site.holdfast("backup").exit_code == 0
    new = new_site()
    assert new.app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    url = make_url(new.environ["MIGRATION_DATABASE_URL"] or new.environ["DATABASE_URL"])
    begin, end = SLOW[url.get_backend_name()]
    execute(new.app, begin)

    words = (f"--repository={site.repository}", f"--password-file={site.password_file}")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", "restore", *words]
    with running(command, env=new.environ, cwd=ROOT) as child:
        wait_until(
            lambda: is_filling(url), seconds=120, what="tables are filled", output=child.output
        )
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(60)
    throw_out(url)
    wait_until(lambda: not is_filling(url), seconds=120, what="nobody fills tables")

    assert {name for name, rows in contents(new.app).items() if rows} == set()
    execute(new.app, end)
    done = new.holdfast("restore")
    assert done.exit_code == 0, done.output
    assert contents(new.app)["users"] == contents(site.app)["users"]


@pytest.fixture
def throw_out(tmp_path_factory):
    """End what PostgreSQL still does for somebody who was killed: asleep, it does not notice."""

    def call(url):
        if url.get_backend_name() == "postgresql":
            postgres.shared_server(run_folder(tmp_path_factory)).throw_out(url.database)

    return call


def execute(app, statement):
    with app.app_context(), owners_engine().begin() as connection:
        connection.execute(text(statement))


def is_filling(url):
    """Somebody is in the transaction that fills the tables."""
    if url.get_backend_name() == "sqlite":
        return has_writer(url.database)
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event = 'PgSleep'"
    with closing(
        psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    ) as raw:
        with raw.cursor() as cursor:
            cursor.execute(asked, (url.database,))
            return cursor.fetchone()[0] > 0


def has_writer(path):
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as raw:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        raw.execute("ROLLBACK")
        return False
