"""Clients of Amazon's services, by boto3."""

import threading
from typing import Any

import boto3
from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from app.storage.drivers import web
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_ADDRESS, DriverError

# One for all clients: each session would read the description of a service anew, which takes
# longer than most tests of a storage. Making clients of one is not safe for threads.
_SESSION = boto3.session.Session()
_making = threading.Lock()
DEFAULT_REGION = "us-east-1"


def client_of(service: str, place: Place, attempt: Attempt, **options: Any) -> Any:
    """A client that tries once, within the attempt, and takes nothing from this machine's own
    AWS settings. Raises DriverError for a region or an endpoint that is none."""
    given = place.credentials
    try:
        with _making:
            client: Any = _SESSION.client(
                service,
                endpoint_url=place.endpoint,
                region_name=given.get("region") or DEFAULT_REGION,
                aws_access_key_id=given["access_key_id"],
                aws_secret_access_key=given["secret_access_key"],
                aws_session_token=given.get("session_token") or None,
                config=_config(attempt, options),
            )
    except (BotoCoreError, ValueError) as exc:
        words = "The region or the endpoint is not one."
        raise DriverError(STORAGE_ADDRESS, words) from exc
    session = client._endpoint.http_session
    session._manager.pool_classes_by_scheme = web.pools(
        place, attempt, http=AWSHTTPConnectionPool, https=AWSHTTPSConnectionPool
    )
    session._manager.connection_pool_kw["ssl_context"] = web.tls_context()
    return client


def _config(attempt: Attempt, options: dict[str, Any]) -> Config:
    seconds = attempt.left()
    return Config(
        connect_timeout=seconds,
        read_timeout=seconds,
        retries={"total_max_attempts": 1},
        proxies={},
        ignore_configured_endpoint_urls=True,
        **options,
    )
