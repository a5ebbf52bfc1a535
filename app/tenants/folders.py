"""Folders of this machine that a tenant may use, symbolic links resolved."""

import os
from collections.abc import Iterable

from app.core.errors import ValidationFailed
from app.core.settings import settings
from app.tenants.service import roots_of


def resolve_store(path: str, tenant_id: int, field: str = "connection_string") -> str:
    """The real path of a storage's folder; raises ValidationFailed on the field."""
    roots = roots_of(tenant_id, "storage_roots", settings())
    return resolve(field, path, roots, inside_instance=roots)


def resolve(
    field: str, path: str, roots: Iterable[str], *, inside_instance: Iterable[str] = ()
) -> str:
    """The real path of one that lies under a root; raises ValidationFailed on the field.

    It need not exist. In the instance folder it may lie only under the roots that are named for
    it and lie there themselves, as the development's do.
    """
    if not path.startswith("/") or "\x00" in path:
        raise ValidationFailed.on(field, "Must be an absolute path.")
    found = real(path)
    if not any(is_inside(found, real(root)) for root in roots):
        raise ValidationFailed.on(field, "Must lie under one of the allowed roots.")
    if is_inside(found, instance_folder()) and not _is_set_aside(found, inside_instance):
        raise ValidationFailed.on(field, "Must not lie in Holdfast's own instance folder.")
    return found


def instance_folder() -> str:
    """The folder that holds the keys: never a source, nor anything inside one."""
    return real(settings()["INSTANCE_PATH"])


def is_inside(path: str, folder: str) -> bool:
    """Both real and absolute; a folder is inside itself."""
    return os.path.commonpath([path, folder]) == folder


def real(path: str) -> str:
    """The path with every symbolic link resolved."""
    return os.path.realpath(path)


def _is_set_aside(path: str, roots: Iterable[str]) -> bool:
    own = instance_folder()
    folders = [real(root) for root in roots]
    inner = [folder for folder in folders if is_inside(folder, own) and folder != own]
    return any(is_inside(path, folder) for folder in inner)
