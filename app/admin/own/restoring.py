"""Bringing Holdfast itself back, into an empty database."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from app.admin import keys
from app.admin.own.place import Listener, Place
from app.core.http import commands
from app.core.portable import manifest as manifests
from app.core.portable import reading
from app.core.portable.errors import NotPortable
from app.core.portable.manifest import Manifest
from app.core.portable.sealed import count_sealed
from app.core.tenancy import unscoped
from app.engines.base import RestoreRequest, Snapshot

LATEST = "latest"


def list_snapshots(place: Place) -> list[Snapshot]:
    """The backups of Holdfast in the repository, newest first."""
    return place.engine.series(place.repository, Listener())


def restore(place: Place, wanted: str, *, are_keys_lost: bool) -> Iterator[str]:
    """Bring the snapshot back; tells each step, and what is left to do.

    Everything is looked at before the database is touched, and again in it before the commit.
    Raises NotPortable and EngineError; the database is empty then, as it was. Secrets that no key
    opens are taken only where `are_keys_lost`.
    """
    _demand_empty()
    snapshot = _find(place, wanted)
    folder = _fetch(place, snapshot)
    manifest = manifests.find(folder)
    yield (
        f"Snapshot {snapshot.short_id}, made on {snapshot.hostname}: {manifest.rows} rows of "
        f"{len(manifest.tables)} tables as they were at {manifest.made_at}."
    )
    reading.check_files(folder, manifest)
    kept = keys.find(folder) if manifest.has_keys else None
    _demand_readable(folder, manifest, kept, are_keys_lost)
    _migrate(manifest.revision)
    told: list[str] = []
    reading.read_all(folder, manifest, lambda: told.extend(keys.put_back(kept) if kept else ()))
    flask_migrate.upgrade()
    with unscoped() as session:
        commands.tell(session)
    yield "The database holds what was written, table by table, and is of this version."
    yield from told or _missing_keys(manifest)
    yield (
        "What was ended since then is alive again: revoked keys, sign-ins, people who left. Read "
        "docs/disaster-recovery.md before you start the processes."
    )


def _demand_empty() -> None:
    _, has_rows = reading.find_state()
    if has_rows:
        raise NotPortable(
            "The database is not empty, and a restore changes nothing that is there. Name an empty "
            "one, or make this one empty yourself."
        )


def _find(place: Place, wanted: str) -> Snapshot:
    found = [each for each in list_snapshots(place) if wanted == LATEST or _is(each, wanted)]
    if not found:
        raise NotPortable("There is no such backup of Holdfast in the repository.")
    return found[0]


def _is(snapshot: Snapshot, wanted: str) -> bool:
    return len(wanted) >= 4 and snapshot.id.startswith(wanted)


def _fetch(place: Place, snapshot: Snapshot) -> Path:
    target = place.folder / "fetched"
    request = RestoreRequest(snapshot.id, str(target))
    outcome = place.engine.restore(place.repository, request, Listener())
    found = list(target.rglob(manifests.NAME))
    if outcome.had_errors or len(found) != 1:
        raise NotPortable("Not all of this backup could be fetched.")
    return found[0].parent


def _demand_readable(
    folder: Path, manifest: Manifest, kept: keys.Keys | None, are_keys_lost: bool
) -> None:
    """Refuse secrets that would be lost, before a database is filled with them."""
    total, unreadable = count_sealed(folder, manifest, keys.cipher(kept or keys.in_force()))
    if unreadable > manifest.unreadable and not are_keys_lost:
        raise NotPortable(
            f"The backup holds no keys, and {keys.ENCRYPTION} opens all but {unreadable} of its "
            f"{total} secrets: set it to what it was, or say --keys-are-lost."
        )


def _migrate(revision: str) -> None:
    """Bring the empty database to the tables that the backup was made of."""
    configuration = current_app.extensions["migrate"].migrate.get_config()
    try:
        ScriptDirectory.from_config(configuration).get_revision(revision)
    except CommandError as exc:
        message = "A later version of Holdfast made this backup: restore it with that version."
        raise NotPortable(message) from exc
    current, _ = reading.find_state()
    if current not in (None, revision):
        flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade(revision=revision)


def _missing_keys(manifest: Manifest) -> list[str]:
    differing = keys.differing(manifest.keys)
    if not differing:
        return ["The backup holds no keys; those in force are the ones that it was made with."]
    return [f"The backup holds no keys. Not what it was made with: {', '.join(differing)}."]
