"""The preparing step: the database, the first tenant, its administrator, its storage."""

import os

import flask_migrate

from app.admin import service
from app.core import row_security
from app.core.db import db
from app.core.settings import settings
from app.core.tenancy import unscoped
from app.engines.restic import Restic
from app.storage import service as storage
from app.tenants import service as tenants
from app.users import service as users

FIRST_TENANT = "default"
NO_ROW_SECURITY = (
    "Row-level security is not in force: DATABASE_URL's role owns the tables or is a superuser."
    " Give the application a role of its own, see docs/deployment.md."
)


def prepare() -> list[str]:
    """Bring everything to where processes may start; gives the lines to show.

    Every part looks first whether it is there, so that a second start changes nothing.
    """
    flask_migrate.upgrade()
    _make_folders()
    return [*_row_security(), *_first_tenant(), *_first_admin(), *_first_storage(), *_engine()]


def _make_folders() -> None:
    for kind in ("RESTORE_ROOTS", "STORAGE_ROOTS"):
        for folder in settings()[kind]:
            os.makedirs(folder, mode=0o700, exist_ok=True)


def _row_security() -> list[str]:
    if db.engine.dialect.name != "postgresql":
        return []
    with unscoped(read_only=True):
        is_in_force = row_security.is_in_force()
    return [] if is_in_force else [NO_ROW_SECURITY]


def _first_tenant() -> list[str]:
    with unscoped():
        if tenants.find_tenant(FIRST_TENANT) is not None:
            return []
        tenants.create_tenant(FIRST_TENANT, "Default", timezone=settings()["DEFAULT_TIMEZONE"])
    return [f"Made the first tenant: {FIRST_TENANT}"]


def _first_admin() -> list[str]:
    username, password = settings()["ADMIN_USERNAME"], settings()["ADMIN_PASSWORD"]
    with unscoped(read_only=True):
        if users.has_any():
            return []
    made = service.create_admin(username, password, FIRST_TENANT, is_platform_admin=True)
    told = f"Made the first administrator: {username}"
    if password is not None:
        return [told]
    return [told, f"Its password, shown this once: {made}"]


def _first_storage() -> list[str]:
    roots = settings()["STORAGE_ROOTS"]
    if not roots:
        return ["No STORAGE_ROOTS is set: there is no default storage provider."]
    with unscoped():
        tenant = tenants.get_tenant(FIRST_TENANT)
        storage.ensure_default(tenant.id, roots[0])
    return []


def _engine() -> list[str]:
    version = Restic(settings()["RESTIC_CACHE_PATH"]).version()
    if version is None:
        return ["restic is missing: backups on this server will fail with ENGINE_MISSING."]
    return [f"Backup engine: restic {version}"]
