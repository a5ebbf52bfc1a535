"""How a refusal reads on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.core.errors import DomainError


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn a refusal into one line and exit code 1."""
    try:
        yield
    except DomainError as refusal:
        details = "; ".join(
            f"{name}: {', '.join(map(str, what)) if isinstance(what, list) else what}"
            for name, what in refusal.details.items()
        )
        raise click.ClickException(f"{refusal.message} {details}".strip()) from refusal
