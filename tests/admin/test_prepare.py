"""flask holdfast prepare: everything is there afterwards, and a second time nothing changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from app import create_app
from app.core.db import Base, db
from app.core.tenancy import unscoped
from app.storage.models import StorageProvider
from app.tenants.models import Tenant
from app.users.models import Membership, User
from tests.support.raw import owners_engine

ROOT = Path(__file__).resolve().parents[2]
GIVEN = "the first of all passwords"


def test_makes_the_first_tenant_its_admin_and_its_storage(app, log_in, rows):
    result = app.test_cli_runner().invoke(args=["holdfast", "prepare"])

    assert result.exit_code == 0, result.output
    assert [tenant.slug for tenant in rows(Tenant)] == ["default"]
    assert [(user.username, user.is_platform_admin) for user in rows(User)] == [("admin", True)]
    assert [member.role for member in rows(Membership)] == ["admin"]
    assert [(place.provider_type, place.is_default) for place in rows(StorageProvider)] == [
        ("local", True)
    ]
    assert GIVEN not in result.output
    assert log_in("admin", GIVEN).status_code == 200


def test_a_second_time_changes_nothing_and_shows_no_password(app):
    runner = app.test_cli_runner()
    runner.invoke(args=["holdfast", "prepare"])
    before = dump(app)

    result = runner.invoke(args=["holdfast", "prepare"])

    assert result.exit_code == 0
    assert dump(app) == before
    (told,) = [line for line in result.output.splitlines() if not line.startswith("{")]
    assert told.startswith("Backup engine: restic")


def test_a_random_password_is_shown_once_and_works(app, environ, log_in):
    without = {name: value for name, value in environ.items() if name != "ADMIN_PASSWORD"}
    runner = create_app(config.load(without)).test_cli_runner()

    first = runner.invoke(args=["holdfast", "prepare"]).output
    second = runner.invoke(args=["holdfast", "prepare"]).output

    (line,) = [line for line in first.splitlines() if "shown this once" in line]
    assert "shown this once" not in second
    assert log_in("admin", line.rpartition(": ")[2]).status_code == 200


def test_another_first_admin_is_made_by_name(app, environ, rows):
    runner = create_app(config.load({**environ, "ADMIN_USERNAME": "grace"})).test_cli_runner()

    result = runner.invoke(args=["holdfast", "prepare"])

    assert "grace" in result.output
    assert [user.username for user in rows(User)] == ["grace"]


@pytest.mark.parametrize(
    "command", [["flask", "--app", "wsgi", "holdfast", "prepare"], ["scripts.preflight"]]
)
def test_a_password_too_short_is_refused_by_the_settings_name(app, environ, rows, command):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environ, "ADMIN_PASSWORD": "elevenchars"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "ADMIN_PASSWORD takes at least 12 characters" in done.stderr
    assert "elevenchars" not in done.stdout + done.stderr
    assert rows(User) == []


def test_a_common_password_is_refused_and_a_better_one_goes_on_from_there(app, environ, rows):
    weak = create_app(config.load({**environ, "ADMIN_PASSWORD": "password1234"}))

    refused = weak.test_cli_runner().invoke(args=["holdfast", "prepare"])
    done = app.test_cli_runner().invoke(args=["holdfast", "prepare"])

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert "password: " in refused.output
    assert len(rows(User)) == 1


@pytest.fixture
def rows(app):
    """Every row of a model."""

    def read(model):
        with app.app_context(), unscoped(read_only=True):
            return list(db.session.query(model))

    return read


def dump(app):
    with app.app_context(), owners_engine().connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }
