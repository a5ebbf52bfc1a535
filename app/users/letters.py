"""The mails that people get about their accounts: plain text, and the same as HTML."""

from datetime import datetime
from html import escape

from app.core.mail import Mail

_UTC = "%Y-%m-%d %H:%M UTC"
_HOUSE = "Holdfast"


def invite_link(token: str, public_url: str) -> str:
    """Where a portal's page takes an invite; what stands behind # reaches no server's log."""
    return f"{public_url.rstrip('/')}/invite#{token}"


def invite(
    to: str, tenant: str, role: str, token: str, public_url: str, expires_at: datetime
) -> Mail:
    """The way into a tenant, by a link or by the API."""
    call = f"POST {public_url.rstrip('/')}/api/v1/invites/{token}/accept"
    return _letter(
        to,
        f"You are invited to {tenant} on {_HOUSE}",
        [
            f"You are invited to {tenant} on {_HOUSE}, as {role}.",
            f"The invite holds until {expires_at:{_UTC}} and can be used once.",
        ],
        invite_link(token, public_url),
        [
            f"Or by the API: {call} with a JSON body of password and full_name; if this address"
            " has an account already, with that account's password alone.",
            "If you expected no invite, ignore this mail.",
        ],
    )


def reset(
    to: str, name: str, tenant: str, token: str, public_url: str, expires_at: datetime
) -> Mail:
    """The way to a new password, by a link or by the API."""
    base = public_url.rstrip("/")
    return _letter(
        to,
        f"A new password for {_HOUSE}",
        [
            f"{name}, an administrator of {tenant} asked for a new password of yours.",
            f"This link holds until {expires_at:{_UTC}} and can be used once. It ends your"
            " sign-ins and unlocks the account.",
        ],
        f"{base}/reset-password#{token}",
        [
            f"Or by the API: POST {base}/api/v1/auth/reset-password with a JSON body of token"
            f" ({token}) and new_password.",
            "If you asked for nothing, tell your administrator; your password stays as it is.",
        ],
    )


def _letter(to: str, subject: str, before: list[str], link: str, after: list[str]) -> Mail:
    text = "\n\n".join([*before, link, *after]) + "\n"
    shown = escape(link)
    parts = [
        *map(_paragraph, before),
        f'<p><a href="{shown}">{shown}</a></p>',
        *map(_paragraph, after),
    ]
    return Mail(to, subject, text, f"<!doctype html><html><body>{''.join(parts)}</body></html>")


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"
