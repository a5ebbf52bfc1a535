"""Whether the audit log is as it was sealed: each tenant's chain by its slug."""

import re

from sqlalchemy import select

from app.audit.service import verifying
from app.audit.service.verifying import Report
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.tenancy import unscoped
from app.tenants import service as tenants
from app.tenants.models import Tenant

OF_NO_TENANT = "(no tenant)"
_NOTED = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def verify(slug: str | None, noted: str | None) -> list[tuple[str, Report]]:
    """The report of each chain, or of one tenant's, under its name.

    Raises NotFound, and ValidationFailed for a noted end that is none.
    """
    if noted is not None and slug is None:
        raise ValidationFailed.on("noted", "Takes a tenant.")
    end = None if noted is None else _read(noted)
    names = _names()
    if slug is not None:
        with unscoped(read_only=True):
            numbers = [tenants.get_tenant(slug).id]
    else:
        numbers = verifying.list_chains()
    return [(names.get(n, OF_NO_TENANT), verifying.verify(n, end)) for n in numbers]


def _names() -> dict[int, str]:
    with unscoped(read_only=True):
        return {row[0]: row[1] for row in db.session.execute(select(Tenant.id, Tenant.slug))}


def _read(noted: str) -> tuple[int, str]:
    match = _NOTED.fullmatch(noted.strip())
    if match is None:
        raise ValidationFailed.on("noted", "Takes PLACE:HASH, as this command tells them.")
    return int(match[1]), match[2]
