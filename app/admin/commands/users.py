"""Users from the command line."""

import click
from flask.cli import AppGroup

from app.admin import service
from app.admin.commands.refusals import told_plainly

users = AppGroup(
    "users", help="Make administrators, invite and deactivate people, reset passwords."
)


@users.command("create-admin")
@click.option("--username", default="admin", show_default=True)
@click.option("--email")
@click.option("--full-name")
@click.option("--tenant", default="default", show_default=True, help="The tenant's slug.")
@click.option("--password", envvar="ADMIN_PASSWORD", help="Default: a random one, shown once.")
@click.option("--platform-admin", is_flag=True, help="May manage every tenant.")
def create_admin(
    username: str,
    email: str | None,
    full_name: str | None,
    tenant: str,
    password: str | None,
    platform_admin: bool,
) -> None:
    """Make an administrator of a tenant."""
    with told_plainly():
        made = service.create_admin(
            username,
            password,
            tenant,
            email=email,
            full_name=full_name,
            is_platform_admin=platform_admin,
        )
    click.echo(f"Made administrator {username} of tenant {tenant}.")
    if password is None:
        click.echo(f"Password, shown this once: {made}")


@users.command("reset-password")
@click.argument("username")
@click.option("--password", envvar="NEW_PASSWORD", help="Default: a random one, shown once.")
def reset_password(username: str, password: str | None) -> None:
    """Give a user a new password, unlock the account and end all its sign-ins."""
    with told_plainly():
        made = service.reset_password(username, password)
    click.echo(f"Password of {username} was reset; all sign-ins have ended.")
    if password is None:
        click.echo(f"Password, shown this once: {made}")


@users.command("invite")
@click.argument("email")
@click.option("--role", required=True, help="Such as operator or viewer.")
@click.option("--tenant", default="default", show_default=True, help="The tenant's slug.")
def invite(email: str, role: str, tenant: str) -> None:
    """Invite an e-mail address into a tenant, for seven days."""
    with told_plainly():
        delivery = service.invite(email, role, tenant)
    click.echo(f"Invited {email} into tenant {tenant} as {role}. {delivery.notice}")
    if delivery.link is not None:
        click.echo(delivery.link)


@users.command("deactivate")
@click.argument("username")
def deactivate(username: str) -> None:
    """End an account at once, in every tenant: sign-ins and keys stop within 5 seconds."""
    with told_plainly():
        service.deactivate(username)
    click.echo(f"{username} was deactivated; an administrator can let them in again.")
