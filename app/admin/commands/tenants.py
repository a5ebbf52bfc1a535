"""Tenants from the command line."""

import click
from flask.cli import AppGroup

from app.admin import service
from app.admin.commands.refusals import told_plainly

tenants = AppGroup("tenants", help="Make tenants.")


@tenants.command("create")
@click.argument("slug")
@click.option("--name", help="Default: the slug.")
@click.option("--timezone", help="IANA name; default: DEFAULT_TIMEZONE.")
@click.option("--source-root", "source_roots", multiple=True, help="A folder it may back up.")
@click.option("--restore-root", "restore_roots", multiple=True, help="A folder it may restore to.")
@click.option("--storage-root", "storage_roots", multiple=True, help="A folder it may store in.")
def create_tenant(
    slug: str, name: str | None, timezone: str | None, **roots: tuple[str, ...]
) -> None:
    """Make a tenant. Without roots of its own it may use no folder of this server."""
    with told_plainly():
        tenant = service.create_tenant(slug, name or slug, timezone, roots)
    click.echo(f"Made tenant {tenant.slug} (id {tenant.id}).")
