"""Backups of Holdfast itself from the command line."""

import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import psycopg2
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from app.admin.commands.refusals import told_plainly
from app.admin.own import backing_up, restoring
from app.admin.own.place import opened
from app.core.portable.errors import NotPortable
from app.engines.base import EngineError
from app.engines.restic_series import Keep

_PLACE = (
    click.option("--repository", help="Default: OWN_BACKUP_REPOSITORY."),
    click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False),
        help="Holds the repository's password. Default: OWN_BACKUP_PASSWORD_FILE.",
    ),
)
_COUNT = click.IntRange(min=0)


def _in_a_repository(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_PLACE):
        command = option(command)
    return with_appcontext(command)


@click.command("backup")
@_in_a_repository
@click.option("--without-keys", is_flag=True, help="Leave out the three keys of the server.")
@click.option(
    "--read-data",
    "read_percent",
    type=click.FloatRange(0, 100, min_open=True),
    help="Read so many percent of the repository's data back.",
)
@click.option("--keep-daily", type=_COUNT, default=0, help="Keep the last of so many days.")
@click.option("--keep-weekly", type=_COUNT, default=0, help="Keep the last of so many weeks.")
@click.option("--keep-monthly", type=_COUNT, default=0, help="Keep the last of so many months.")
def back_up(
    repository: str | None,
    password_file: str | None,
    without_keys: bool,
    read_percent: float | None,
    keep_daily: int,
    keep_weekly: int,
    keep_monthly: int,
) -> None:
    """Back up Holdfast's own database and keys, while it runs.

    Exit code 1 when there is no backup, or when anything about it must be looked at.
    """
    keep = Keep(keep_daily, keep_weekly, keep_monthly)
    with _told(), opened(repository, password_file) as place:
        for line in backing_up.back_up(
            place, keep, with_keys=not without_keys, read_percent=read_percent
        ):
            click.echo(line)


@click.command("restore")
@_in_a_repository
@click.option("--snapshot", default=restoring.LATEST, show_default=True, help="Its id, or latest.")
@click.option("--list", "is_list", is_flag=True, help="Only show what backups there are.")
@click.option(
    "--keys-are-lost", is_flag=True, help="Take the database though no key opens its secrets."
)
def restore(
    repository: str | None,
    password_file: str | None,
    snapshot: str,
    is_list: bool,
    keys_are_lost: bool,
) -> None:
    """Bring Holdfast's database and keys back, into an empty database.

    No process of Holdfast may run meanwhile. All of it is there afterwards, or nothing.
    """
    with _told(), opened(repository, password_file) as place:
        if is_list:
            for each in restoring.list_snapshots(place):
                click.echo(f"{each.short_id}\t{each.time:%Y-%m-%dT%H:%M:%SZ}\t{each.hostname}")
            return
        for line in restoring.restore(place, snapshot, are_keys_lost=keys_are_lost):
            click.echo(line)


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong in one line, without a row's values; TERM leaves nothing behind."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        with told_plainly():
            yield
    except (NotPortable, EngineError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except DBAPIError as error:
        raise click.ClickException(f"The database: {_said(error.orig)}") from error
    except (psycopg2.Error, sqlite3.Error) as error:
        raise click.ClickException(f"The database: {_said(error)}") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'A file'}: {error.strerror}.") from error
    finally:
        signal.signal(signal.SIGTERM, before)


def _said(error: BaseException | None) -> str:
    """What a database says first; below that it shows rows."""
    return str(error).strip().partition("\n")[0]
