"""Backups of Holdfast itself, and empty places to bring one back to."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

import config
from app import create_app
from app.auth import cache
from app.core.db import db
from tests.support import postgres
from tests.support.repositories import PASSWORD
from tests.support.watchdog import run_folder


@dataclass
class Site:
    """An installation: its application over its database, and its instance folder."""

    app: Flask
    environ: dict[str, str]
    instance: Path
    repository: Path
    password_file: Path

    def holdfast(self, command: str, *words: str) -> Result:
        where = (f"--repository={self.repository}", f"--password-file={self.password_file}")
        return self.app.test_cli_runner().invoke(args=["holdfast", command, *where, *words])


@pytest.fixture
def repository(tmp_path: Path, empty_repository: Path) -> Path:
    """A repository of this test's own: making one takes restic three seconds."""
    return Path(shutil.copytree(empty_repository, tmp_path / "repository"))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    return path


@pytest.fixture
def site(
    app: Flask, environ: dict[str, str], instance: Path, repository: Path, password_file: Path
) -> Site:
    """What is backed up."""
    return Site(app, environ, instance, repository, password_file)


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory, worker_name: str
) -> Callable[..., str]:
    """The address of a database in which nothing is yet, of the run's kind unless told."""
    made: list[str] = []

    def make(kind: str | None = None) -> str:
        name = f"restored_{worker_name}_{len(made)}"
        made.append(name)
        if (kind or request.config.getoption("--database")) == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        return postgres.shared_server(run_folder(tmp_path_factory)).create_database(name)

    return make


@pytest.fixture
def new_site(
    site: Site, tmp_path: Path, new_database: Callable[..., str]
) -> Iterator[Callable[..., Site]]:
    """A new host with an empty database, which knows the repository."""
    made: list[Flask] = []

    def make(kind: str | None = None, **settings: str) -> Site:
        instance = tmp_path / f"instance-{len(made)}"
        own = {"MIGRATION_DATABASE_URL": "", **postgres.two_roles(new_database(kind))}
        environ = {**site.environ, **own, "INSTANCE_PATH": str(instance), **settings}
        app = create_app(config.load(environ))
        made.append(app)
        return Site(app, environ, instance, site.repository, site.password_file)

    yield make
    cache.forget_all()
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
