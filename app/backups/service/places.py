"""Which folders a tenant may read from, restore to and store in, symbolic links resolved."""

import os
from collections.abc import Iterable

from app.core.errors import ValidationFailed
from app.core.settings import settings
from app.tenants.service import roots_of


def resolve_source(path: str, tenant_id: int) -> str:
    """The real path of a source; raises ValidationFailed on `source_path`.

    It need not exist: that is looked at when it runs. Links are resolved then once more.
    """
    return _resolve("source_path", path, roots_of(tenant_id, "source_roots", settings()))


def resolve_target(path: str, tenant_id: int) -> str:
    """The real path of a restore's target; raises ValidationFailed on `target`."""
    roots = roots_of(tenant_id, "restore_roots", settings())
    return _resolve("target", path, roots, inside_instance=roots)


def resolve_store(path: str, tenant_id: int) -> str:
    """The real path of a local provider; raises ValidationFailed on `storage_id`."""
    roots = roots_of(tenant_id, "storage_roots", settings())
    return _resolve("storage_id", path, roots, inside_instance=roots)


def restore_roots(tenant_id: int) -> tuple[str, ...]:
    """The real folders under which a tenant may restore."""
    return tuple(map(real, roots_of(tenant_id, "restore_roots", settings())))


def find_way_out(folder: str, allowed: Iterable[str]) -> str | None:
    """A symbolic link below a folder that leads out of all the allowed ones.

    Reads the whole folder. Paths are real; None when every link stays inside.
    """
    folders = tuple(allowed)
    for path, inner, files in os.walk(folder):
        for found in (os.path.join(path, name) for name in (*inner, *files)):
            if os.path.islink(found) and not any(is_inside(real(found), f) for f in folders):
                return found
    return None


def instance_folder() -> str:
    """The folder that holds the keys: never a source, nor anything inside one."""
    return os.path.realpath(settings()["INSTANCE_PATH"])


def is_inside(path: str, folder: str) -> bool:
    """Both real and absolute; a folder is inside itself."""
    return os.path.commonpath([path, folder]) == folder


def _resolve(
    field: str, path: str, roots: Iterable[str], *, inside_instance: Iterable[str] = ()
) -> str:
    if not path.startswith("/") or "\x00" in path:
        raise ValidationFailed.on(field, "Must be an absolute path.")
    real = os.path.realpath(path)
    if not any(is_inside(real, os.path.realpath(root)) for root in roots):
        raise ValidationFailed.on(field, "Must lie under one of the allowed roots.")
    if is_inside(real, instance_folder()) and not _is_set_aside(real, inside_instance):
        raise ValidationFailed.on(field, "Must not lie in Holdfast's own instance folder.")
    return real


def _is_set_aside(real: str, roots: Iterable[str]) -> bool:
    """Under a root that itself lies in the instance folder, as the development's do."""
    folders = [os.path.realpath(root) for root in roots]
    own = instance_folder()
    inner = [folder for folder in folders if is_inside(folder, own) and folder != own]
    return any(is_inside(real, folder) for folder in inner)


def real(path: str) -> str:
    """The path with every symbolic link resolved."""
    return os.path.realpath(path)


def is_folder(path: str) -> bool:
    return os.path.isdir(path)
