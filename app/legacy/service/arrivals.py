"""A call of a legacy endpoint, as it came in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Arrival:
    """Who called what, from where and when; `raw` is the body as its bytes came.

    `caller` is the actor's stable name, `key:5` for an API key.
    """

    tenant_id: int
    endpoint: str
    caller: str
    caller_name: str
    address: str
    arrived_at: datetime
    raw: bytes = b""
    content_type: str | None = None
