"""Tenants from the command line."""

import click
from flask.cli import AppGroup

from app.admin import service
from app.admin.commands.refusals import told_plainly
from app.core.tenancy import unscoped
from app.tenants import service as tenancies

tenants = AppGroup("tenants", help="Make, list, suspend and resume tenants.")


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
    folders = {kind: list(given) for kind, given in roots.items() if given}
    zone = {"timezone": timezone} if timezone else {}
    with told_plainly():
        fields = service.read_tenant({"slug": slug, "name": name or slug, **zone, **folders})
        with unscoped():
            tenant = service.create_tenant(fields)
    click.echo(f"Made tenant {tenant.slug} (id {tenant.id}).")


@tenants.command("list")
def list_tenants() -> None:
    """Show every tenant: its id, short name, name, and whether it is suspended."""
    with unscoped(read_only=True):
        for tenant in tenancies.every_tenant():
            state = "suspended" if tenant.is_suspended else "active"
            click.echo(f"{tenant.id}\t{tenant.slug}\t{state}\t{tenant.name}")


@tenants.command("suspend")
@click.argument("slug")
def suspend_tenant(slug: str) -> None:
    """Let nobody of a tenant in; its status posts still land. Within 5 seconds everywhere."""
    with told_plainly(), unscoped():
        tenancies.suspend_tenant(tenancies.get_tenant(slug).id)
    click.echo(f"Tenant {slug} is suspended.")


@tenants.command("resume")
@click.argument("slug")
def resume_tenant(slug: str) -> None:
    """Let a suspended tenant in again."""
    with told_plainly(), unscoped():
        tenancies.resume_tenant(tenancies.get_tenant(slug).id)
    click.echo(f"Tenant {slug} is active.")
