"""The system's own processes, preparing, working, scheduling, and its keys."""

import click
from flask.cli import AppGroup

from app.admin import preparing, rotating, scheduling, working
from app.admin.commands import own
from app.admin.commands.refusals import told_plainly

holdfast = AppGroup(
    "holdfast", help="Prepare the system, start its processes, rotate its keys, back itself up."
)


@holdfast.command("prepare")
def prepare() -> None:
    """Migrate the database, and make the first tenant, its admin and its storage.

    Runs alone, before any process starts; a second time it changes nothing.
    """
    with told_plainly():
        for line in preparing.prepare():
            click.echo(line)


@holdfast.command("worker")
def worker() -> None:
    """Run executions from the queue until TERM."""
    working.work()


@holdfast.command("scheduler")
def scheduler() -> None:
    """Sweep: hand over what is waiting, fail what was lost, until TERM."""
    scheduling.schedule()


@holdfast.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt every secret anew with the first key of HOLDFAST_ENCRYPTION_KEY.

    Every process must run with that key in front. The other keys may go once this has passed.
    """
    with told_plainly():
        done = rotating.rotate_keys()
    click.echo(f"Encrypted anew with the first key: {done.rewritten}")
    if done.unreadable:
        raise click.ClickException(f"No key opens: {', '.join(done.unreadable)}")


for command in (own.back_up, own.restore):
    holdfast.add_command(command)
