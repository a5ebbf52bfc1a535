"""How a refusal reads on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.core.errors import DomainError
from app.core.http.commands import told_as


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn a refusal into one line and exit code 1; what was changed is told to the audit log."""
    try:
        with told_as(_name()):
            yield
    except DomainError as refusal:
        details = "; ".join(
            f"{name}: {', '.join(map(str, what)) if isinstance(what, list) else what}"
            for name, what in refusal.details.items()
        )
        raise click.ClickException(f"{refusal.message} {details}".strip()) from refusal


def _name() -> str:
    """The command without whatever started it: `flask users create-admin`."""
    words: list[str] = []
    context = click.get_current_context(silent=True)
    while context is not None and context.parent is not None:
        words.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(["flask", *words])
