"""Backing Holdfast itself up: its database as it is at one moment, and its keys."""

from collections.abc import Iterator

from app.admin import keys
from app.admin.own.place import TAG, Listener, Place
from app.core.http import commands
from app.core.portable import manifest as manifests
from app.core.portable import writing
from app.core.portable.errors import NotPortable
from app.core.portable.manifest import Manifest
from app.core.portable.sealed import count_sealed
from app.core.secrets import cipher
from app.core.tenancy import unscoped
from app.engines.base import BackupRequest
from app.engines.restic_series import Keep


def back_up(
    place: Place, keep: Keep, *, with_keys: bool, read_percent: float | None
) -> Iterator[str]:
    """Make a snapshot, check the repository and drop what need not be kept; tells each step.

    With `read_percent` so much of the repository's data is read back. Raises NotPortable and
    EngineError; a snapshot that was made by then stays.
    """
    listener, engine = Listener(), place.engine
    manifest = _write(place, with_keys=with_keys)
    if engine.ensure_repository(place.repository, listener):
        yield f"Made the repository {place.repository.location}."
    request = BackupRequest(str(place.tables), tags=(TAG,))
    outcome = engine.backup(place.repository, request, listener)
    if outcome.unreadable or outcome.snapshot_id is None:
        raise NotPortable("restic could not read all that was written: this backup is not whole.")
    yield (
        f"Snapshot {outcome.snapshot_id[:8]}: {manifest.rows} rows of {len(manifest.tables)} "
        f"tables, {'with' if with_keys else 'without'} the keys; the repository grew by "
        f"{outcome.bytes_added} bytes."
    )
    _note()
    yield from _check(place, read_percent)
    if not keep.is_all:
        engine.unlock(place.repository, listener, remove_all=False)
        engine.thin_out(place.repository, keep, listener)
        yield "Dropped what need not be kept."
    if manifest.unreadable:
        raise NotPortable(
            f"{manifest.unreadable} of {manifest.sealed} secrets are opened by no key of "
            f"{keys.ENCRYPTION}: they are in the backup, and as lost as here."
        )


def _write(place: Place, *, with_keys: bool) -> Manifest:
    manifest = writing.write_all(place.tables)
    manifest.has_keys = with_keys
    manifest.keys = keys.fingerprints(keys.in_force())
    manifest.sealed, manifest.unreadable = count_sealed(place.tables, manifest, cipher())
    if with_keys:
        keys.keep(place.tables)
    manifests.keep(manifest, place.tables)
    return manifest


def _check(place: Place, read_percent: float | None) -> Iterator[str]:
    found = place.engine.check(place.repository, read_percent, Listener())
    for damage in found.damages:
        yield f"Damaged: {damage.path}: {damage.reason}"
    if found.damages_total:
        raise NotPortable("The repository is damaged: begin a new one, and keep this as it is.")
    read = "its structure" if read_percent is None else f"{read_percent:g} % of its data"
    yield f"Checked the repository: {read}."


def _note() -> None:
    """Tell the audit log: everything that is kept here, secrets too, was taken out."""
    with unscoped() as session:
        commands.tell(session)
