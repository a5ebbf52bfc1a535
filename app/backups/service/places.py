"""Which folders a tenant may read from, restore to and store in, symbolic links resolved."""

import os
from collections.abc import Iterable

from app.core.settings import settings
from app.tenants import folders
from app.tenants.folders import instance_folder, is_inside, real
from app.tenants.service import roots_of

__all__ = ["instance_folder", "is_inside", "real"]


def resolve_source(path: str, tenant_id: int) -> str:
    """The real path of a source; raises ValidationFailed on `source_path`.

    It need not exist: that is looked at when it runs. Links are resolved then once more.
    """
    return folders.resolve("source_path", path, roots_of(tenant_id, "source_roots", settings()))


def resolve_target(path: str, tenant_id: int) -> str:
    """The real path of a restore's target; raises ValidationFailed on `target`."""
    roots = roots_of(tenant_id, "restore_roots", settings())
    return folders.resolve("target", path, roots, inside_instance=roots)


def resolve_store(path: str, tenant_id: int) -> str:
    """The real path of a provider's folder; raises ValidationFailed on `storage_id`."""
    return folders.resolve_store(path, tenant_id, "storage_id")


def restore_roots(tenant_id: int) -> tuple[str, ...]:
    """The real folders under which a tenant may restore."""
    return tuple(map(real, roots_of(tenant_id, "restore_roots", settings())))


def find_way_out(folder: str, allowed: Iterable[str]) -> str | None:
    """A symbolic link below a folder that leads out of all the allowed ones.

    Reads the whole folder. Paths are real; None when every link stays inside.
    """
    inside = tuple(allowed)
    for path, inner, files in os.walk(folder):
        for found in (os.path.join(path, name) for name in (*inner, *files)):
            if os.path.islink(found) and not any(is_inside(real(found), f) for f in inside):
                return found
    return None


def is_folder(path: str) -> bool:
    return os.path.isdir(path)
