"""Which host a storage may be on: judged by its addresses before anybody connects."""

from app.core.addresses import is_forbidden, is_forbidden_name, literal
from app.core.errors import ValidationFailed
from app.core.lookups import look_up
from app.storage.drivers.errors import STORAGE_UNREACHABLE, DriverError

REFUSED = "This address is not one of a storage: link-local, a cloud's metadata, or this server."


def fit_addresses(host: str, field: str, *, allow_loopback: bool) -> tuple[str, ...]:
    """Every address of a host, each found fit; waits RESOLVE_SECONDS at most.

    Raises ValidationFailed on the field for one that nobody may be sent to, and DriverError for
    a name that is not known.
    """
    if is_forbidden_name(host):
        raise ValidationFailed.on(field, REFUSED)
    address = literal(host)
    found = (address,) if address else look_up(host)
    if any(is_forbidden(one, allow_loopback=allow_loopback) for one in found):
        raise ValidationFailed.on(field, REFUSED)
    if not found:
        raise DriverError(STORAGE_UNREACHABLE, f"The name {host} is not known here.")
    return found
