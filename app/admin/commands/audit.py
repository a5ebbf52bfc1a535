"""The audit log from the command line."""

import click
from flask.cli import AppGroup

from app.admin import auditing
from app.admin.commands.refusals import told_plainly

audit = AppGroup("audit", help="Verify the audit log.")
SHOWN = 20


@audit.command("verify")
@click.option("--tenant", help="Only this tenant's chain, by its slug.")
@click.option("--noted", help="PLACE:HASH of an end that was noted before, to compare with.")
def verify(tenant: str | None, noted: str | None) -> None:
    """Find rows that were changed, taken out, put in, moved or cut off; exit code 1 for any.

    Tells each chain's end: note it elsewhere now and then. Whoever can write to the database
    could seal a chain anew, but not so that it fits an end that was noted.
    """
    with told_plainly():
        reports = auditing.verify(tenant, noted)
    for name, report in reports:
        click.echo(f"{name}: {report.sealed} rows sealed, {report.unsealed} not yet")
        for problem in report.problems[:SHOWN]:
            click.echo(f"  {problem}")
        if len(report.problems) > SHOWN:
            click.echo(f"  and {len(report.problems) - SHOWN} more")
        if not report.problems:
            click.echo(f"  whole up to {report.sealed}:{report.last_hash}")
    broken = [name for name, report in reports if report.problems]
    if broken:
        raise click.ClickException(f"Not as it was sealed: {', '.join(broken)}")
