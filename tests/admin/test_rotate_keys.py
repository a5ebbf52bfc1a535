"""flask holdfast rotate-keys: every secret moves to the first key, and the old one may go."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

import config
from app import create_app
from app.backups.models import BackupJob
from app.core.db import db
from app.core.tenancy import unscoped
from app.storage.models import StorageProvider
from tests.support.cast import Caller

NEW = Fernet.generate_key().decode()
KEYS = "/api/v1/auth/api-keys"
BODY = {"name": "nightly", "role": "reporter"}
AGAIN = {"Idempotency-Key": "again"}


@pytest.fixture
def with_keys(environ):
    """The application over the same database, with these keys."""
    made = []

    def make(*keys):
        app = create_app(config.load({**environ, "HOLDFAST_ENCRYPTION_KEY": ",".join(keys)}))
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def rotate(app, with_keys):
    """Rotate from the application's own key to NEW."""
    both = with_keys(NEW, *app.config["HOLDFAST_ENCRYPTION_KEYS"])
    return lambda: both.test_cli_runner().invoke(args=["holdfast", "rotate-keys"])


def secrets(app, model, column):
    with app.app_context(), unscoped(read_only=True) as session:
        return [getattr(row, column) for row in session.query(model).order_by(model.id)]


def versions(app):
    with app.app_context(), unscoped(read_only=True) as session:
        return session.query(BackupJob.id, BackupJob.version).order_by(BackupJob.id).all()


def test_the_new_key_alone_opens_everything_afterwards(app, cast, admin, with_keys, rotate):
    cast.create_job()
    cast.create_job("globex")
    with app.app_context(), unscoped() as session:
        session.query(StorageProvider).one().credentials = '{"password": "p"}'
    passwords = secrets(app, BackupJob, "repository_password")
    answer = admin.post(KEYS, BODY, headers=AGAIN).json

    result = rotate()

    alone = with_keys(NEW)
    assert (result.exit_code, result.output.strip()[-2:]) == (0, " 4")
    assert secrets(alone, BackupJob, "repository_password") == passwords
    assert secrets(alone, StorageProvider, "credentials") == ['{"password": "p"}']
    assert Caller(alone.test_client(), admin.headers).post(KEYS, BODY, headers=AGAIN).json == answer


def test_a_second_time_it_changes_nothing(app, cast, rotate):
    cast.create_job()
    before = versions(app)
    rotate()

    result = rotate()

    assert (result.exit_code, result.output.strip()[-2:]) == (0, " 0")
    assert versions(app) == before


def test_what_no_key_opens_is_told_and_left_and_the_rest_is_rotated(app, cast, with_keys, rotate):
    lost, kept = cast.create_job(), cast.create_job()
    with app.app_context(), unscoped() as session:
        change = "UPDATE backup_jobs SET repository_password = 'no token' WHERE id = :id"
        session.execute(text(change), {"id": lost.id})

    result = rotate()

    assert result.exit_code == 1
    assert f"backup_jobs.repository_password of id {lost.id}" in result.output
    with with_keys(NEW).app_context(), unscoped(read_only=True) as session:
        assert session.get_one(BackupJob, kept.id).repository_password == kept.repository_password


def test_more_than_one_batch_is_rotated(app, cast, with_keys, rotate):
    job = cast.create_job()
    with app.app_context(), unscoped() as session:
        names = [column.name for column in BackupJob.__table__.columns if column.name != "id"]
        listed = ", ".join(names)
        copied = ", ".join("'Copy ' || :n" if name == "name" else name for name in names)
        copy = f"INSERT INTO backup_jobs ({listed}) SELECT {copied} FROM backup_jobs WHERE id = :id"  # noqa: S608
        session.connection().execute(text(copy), [{"n": str(n), "id": job.id} for n in range(600)])

    rotate()

    opened = secrets(with_keys(NEW), BackupJob, "repository_password")
    assert opened == [job.repository_password] * 601
