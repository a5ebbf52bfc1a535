"""Getting to a job's repository: its provider judged anew, its host looked up and knocked at."""

import contextlib
import dataclasses
import os
import socket
from collections.abc import Iterator

from app.backups.models import BackupJob
from app.backups.service.backends import repository_on
from app.core.tenancy import as_tenant
from app.engines.base import (
    STORAGE_UNAVAILABLE,
    STORAGE_UNSUPPORTED,
    EngineError,
    Repository,
)
from app.storage import service as storage
from app.storage.drivers import calls
from app.storage.drivers.base import Place, Probe
from app.storage.drivers.connections import parse
from app.storage.drivers.errors import STORAGE_UNREACHABLE, DriverError
from app.storage.rules.drafts import Draft
from app.storage.service import reaching
from app.storage.values import SFTP

KNOCK_SECONDS = 5.0
LOOK_SECONDS = 8.0
_FIELD = "storage_id"
# A server that nobody reaches is said to be away, whatever the driver calls it.
_CODES = {STORAGE_UNREACHABLE: STORAGE_UNAVAILABLE}


def open_repository(job: BackupJob) -> Repository:
    """Where the job's data lies, and all that restic needs to get there.

    May wait some seconds for a name and a server, so call it outside a transaction; it has one
    of its own. Before a job's first run the place is tried, since restic would make a bucket or
    a folder that is not there. Raises EngineError for a provider that this server cannot use or
    that is not there, ValidationFailed on `storage_id` for one that nobody may be sent to.
    """
    draft, place = _find(job)
    password = job.repository_password or ""
    if reaching.lies_in_folder(draft):
        if not os.path.isdir(place.connection_string):
            # Making it would hide a disk that is not mounted, and fill the one beneath.
            raise EngineError(STORAGE_UNAVAILABLE, "The storage's folder is not there.")
        folder = place.connection_string.rstrip("/")
        return Repository(f"{folder}/{job.tenant_id}/{job.id}", password)
    with _engine_errors():
        place = _knocked(reaching.with_addresses(place, draft, _FIELD))
        repository = repository_on(place, _names(job), password)
        if job.repository_location != repository.location:
            _demand(calls.probe(place))
        elif place.provider_type == SFTP:
            # Of what ssh says restic passes on a part, and that not always.
            _demand(calls.probe(place, LOOK_SECONDS, writes=False), writes=False)
    return repository


def describe_repository(job: BackupJob) -> Repository:
    """The same for another host, which asks nobody: its own network leads there, its own ssh
    keys do. Raises EngineError for what cannot be handed over."""
    draft, place = _find(job)
    with _engine_errors():
        return repository_on(place, _names(job), job.repository_password or "", elsewhere=True)


def _find(job: BackupJob) -> tuple[Draft, Place]:
    with as_tenant(job.tenant_id, read_only=True):
        provider = storage.find_provider(job.storage_id) if job.storage_id else None
        if provider is None:
            raise EngineError(STORAGE_UNSUPPORTED, "The job has no storage.")
        draft = reaching.draft_of(provider)
        return draft, reaching.place_of(draft, job.tenant_id, _FIELD)


def _names(job: BackupJob) -> tuple[str, str]:
    return str(job.tenant_id), str(job.id)


@contextlib.contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except DriverError as error:
        raise EngineError(_CODES.get(error.code, error.code), error.message) from error


def _knocked(place: Place) -> Place:
    """With the address that takes a connection as the only one: restic would try for minutes."""
    port = parse(place.provider_type, place.connection_string, place.endpoint).port
    if not place.addresses or port is None:
        return place
    reason = ""
    for address in place.addresses:
        try:
            socket.create_connection((address, port), KNOCK_SECONDS).close()
        except OSError as exc:
            reason = exc.strerror or str(exc)
        else:
            return dataclasses.replace(place, addresses=(address,))
    message = f"The storage does not take a connection on port {port}: {reason}."
    raise EngineError(STORAGE_UNAVAILABLE, message)


def _demand(probe: Probe, *, writes: bool = True) -> None:
    if not (probe.writable if writes else probe.accessible):
        code = probe.error_code or STORAGE_UNAVAILABLE
        message = probe.error_message or "The storage cannot be used."
        raise EngineError(_CODES.get(code, code), message)
