"""The settings: the only reader of the environment, and the one who says what is wrong with it."""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from limits import parse_many
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("development", "testing", "production")
SECRETS = ("SECRET_KEY", "JWT_SECRET_KEY", "HOLDFAST_ENCRYPTION_KEY")
DEMANDED_IN_PRODUCTION = (*SECRETS, "DATABASE_URL")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ConfigError(ValueError):
    """Settings that cannot be used; the message names each one and what it takes, never a value."""


class Settings(dict[str, Any]):
    """The settings under their own names; printing them shows names only, since some are secret."""

    def __repr__(self) -> str:
        return f"<Settings {', '.join(sorted(self))}>"


class Kind(NamedTuple):
    """What a setting takes, in words and as a parser that raises one of REFUSALS."""

    takes: str
    parse: Callable[[str], Any]


# How a parser says no, in its own words or in those of the library that it asks.
REFUSALS = (ValueError, LookupError, OSError, ArgumentError)


def _require(is_good: bool) -> None:
    if not is_good:
        raise ValueError


def _number(of: type[int] | type[float], low: float, high: float) -> Kind:
    def parse(text: str) -> float:
        _require(low <= of(text) <= high)
        return of(text)

    takes = "a whole number" if of is int else "a number of seconds"
    return Kind(f"{takes} from {low} to {high}", parse)


def _checked(takes: str, is_good: Callable[[str], bool]) -> Kind:
    def parse(text: str) -> str:
        _require(is_good(text))
        return text

    return Kind(takes, parse)


def _url(*schemes: str) -> Kind:
    def parse(text: str) -> str:
        parts = urlsplit(text)
        _require(parts.scheme in schemes and bool(parts.hostname or parts.scheme == "unix"))
        return text.rstrip("/")

    return Kind(f"a URL that begins with {' or '.join(f'{name}://' for name in schemes)}", parse)


def _list(separator: str, takes: str, parse_one: Callable[[str], str], fewest: int = 0) -> Kind:
    def parse(text: str) -> tuple[str, ...]:
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        _require(len(parts) >= fewest)
        return tuple(parse_one(part) for part in parts)

    return Kind(f"{takes} separated by `{separator}`", parse)


def _parse_root(text: str) -> str:
    _require(os.path.isabs(text))
    return os.path.normpath(text)


def _parse_origin(text: str) -> str:
    scheme, host = urlsplit(text)[:2]
    origin = f"{scheme}://{host}"
    _require(scheme in ("http", "https") and text.rstrip("/") == origin and "*" not in host)
    return origin


def _parse_key(text: str) -> str:
    _require(len(base64.urlsafe_b64decode(text)) == 32)
    return text


def _parse_database(text: str) -> str:
    """Name the driver, since SQLAlchemy 2.1 reads a bare `postgresql://` as psycopg 3."""
    if text.startswith(("postgres://", "postgresql://")):
        text = f"postgresql+psycopg2://{text.partition('://')[2]}"
    url = make_url(text)
    _require(url.drivername in ("postgresql+psycopg2", "sqlite") and bool(url.database))
    return text


DATABASE = Kind("a URL that begins with postgresql:// or sqlite:///", _parse_database)
FLAG = Kind("true or false", lambda text: FLAGS[text.lower()])
LIMIT = _checked("a rate such as `100 per minute`", lambda text: bool(parse_many(text)))
ROOTS = _list(":", "absolute paths", _parse_root)
SECRET = _checked("at least 32 characters", lambda text: len(text) >= 32)
PASSWORD = _checked("at least 12 characters", lambda text: len(text) >= 12)
LEVEL = _checked(f"one of {', '.join(LOG_LEVELS)}", lambda text: text in LOG_LEVELS)
ORIGINS = _list(",", "origins such as https://a.example", _parse_origin)
NETWORKS = _list(",", "networks such as 10.0.0.0/8", lambda text: str(ip_network(text)))
ZONE = Kind("an IANA time zone such as Europe/Berlin", lambda text: ZoneInfo(text).key)

# Each setting's kind and its default as text; None stays None until somebody sets it.
TABLE: dict[str, tuple[Kind, str | None]] = {
    "SECRET_KEY": (SECRET, None),
    "JWT_SECRET_KEY": (SECRET, None),
    "HOLDFAST_ENCRYPTION_KEY": (_list(",", "Fernet keys", _parse_key, fewest=1), None),
    "DATABASE_URL": (DATABASE, None),
    "MIGRATION_DATABASE_URL": (DATABASE, None),
    "REDIS_URL": (_url("redis", "rediss", "unix"), None),
    "PORT": (_number(int, 1, 65535), "5000"),
    "PUBLIC_URL": (_url("http", "https"), None),
    "DEFAULT_TIMEZONE": (ZONE, "UTC"),
    "ADMIN_USERNAME": (_checked("a user name", bool), "admin"),
    "ADMIN_PASSWORD": (PASSWORD, None),
    "BACKUP_SOURCE_ROOTS": (ROOTS, ""),
    "RESTORE_ROOTS": (ROOTS, ""),
    "STORAGE_ROOTS": (ROOTS, ""),
    "SCRATCH_PATH": (Kind("an absolute path", _parse_root), None),
    "AWS_STS_ENDPOINT": (_url("http", "https"), None),
    "ALLOW_LOOPBACK_STORAGE": (FLAG, "false"),
    "MAX_CONCURRENT_RUNS": (_number(int, 1, 256), "2"),
    "WEB_WORKERS": (_number(int, 1, 256), "2"),
    "WEB_THREADS": (_number(int, 1, 1024), "32"),
    "SWEEP_SECONDS": (_number(float, 0.1, 3600), "15"),
    "LEASE_SECONDS": (_number(float, 1, 3600), "60"),
    "RATE_LIMIT_READS": (LIMIT, "100 per minute"),
    "RATE_LIMIT_WRITES": (LIMIT, "60 per minute"),
    "RATE_LIMIT_LOGIN": (LIMIT, "10 per minute"),
    "RATE_LIMIT_STATUS": (LIMIT, "1200 per minute"),
    "MAX_CONTENT_LENGTH": (_number(int, 1024, 2**40), str(2**20)),
    "CORS_ORIGINS": (ORIGINS, ""),
    "METRICS_ALLOWED_NETWORKS": (NETWORKS, "127.0.0.0/8,::1/128"),
    "TRUSTED_PROXIES": (_number(int, 0, 16), "0"),
    "LOG_LEVEL": (LEVEL, "INFO"),
    "ALLOW_PRIVATE_WEBHOOKS": (FLAG, "false"),
    "NOTIFY_GATHER_SECONDS": (_number(float, 0, 3600), "10"),
    "OWN_BACKUP_REPOSITORY": (_checked("a restic repository", bool), None),
    "OWN_BACKUP_PASSWORD_FILE": (Kind("an absolute path", _parse_root), None),
    "SMTP_URL": (_url("smtp", "smtps"), None),
    "SMTP_FROM": (_checked("an e-mail address", lambda text: "@" in text), None),
}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read, check and complete the settings; without `environ` the process's and `.env` are read.

    An empty value counts as not set. The folder of INSTANCE_PATH is made (0700) when it is missing.
    Raises ConfigError, which names every setting that is wrong or missing in one message.
    """
    if environ is None:
        environ = environment(os.environ, ROOT / ".env")
    given = {name: text for name, text in environ.items() if text.strip()}
    environment_name = given.get("FLASK_ENV_NAME", "development")
    if environment_name not in ENVIRONMENTS:
        raise ConfigError(f"FLASK_ENV_NAME takes one of {', '.join(ENVIRONMENTS)}")
    instance = _make_instance(given.get("INSTANCE_PATH", str(ROOT / "instance")))
    texts = _defaults(environment_name, instance, given) | given
    values = _parse_all(texts, environment_name)
    values["FLASK_ENV_NAME"] = environment_name
    return _completed(values, instance)


def environment(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    """Lay `environ` over what `env_file` says; tests see the real environment alone."""
    if environ.get("FLASK_ENV_NAME") == "testing":
        return dict(environ)
    kept = {name: text for name, text in dotenv_values(env_file).items() if text is not None}
    return kept | dict(environ)


def _make_instance(text: str) -> Path:
    instance = Path(os.path.abspath(text))
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError("INSTANCE_PATH takes a folder that can be made and written to") from exc
    return instance


def _defaults(environment_name: str, instance: Path, given: Mapping[str, str]) -> dict[str, str]:
    if environment_name == "production":
        return {}
    defaults = {"DATABASE_URL": f"sqlite:///{instance}/holdfast.db"}
    if environment_name == "testing":
        # Child processes of a test must agree on the secrets without a file to share them by.
        return defaults | _make_secrets(lambda name: hashlib.sha256(name.encode()).digest())
    if not all(name in given for name in SECRETS):
        defaults |= _kept_secrets(instance / "secrets.json")
    return defaults | {
        "BACKUP_SOURCE_ROOTS": "/",
        "RESTORE_ROOTS": str(instance / "restores"),
        "STORAGE_ROOTS": str(instance / "storage"),
    }


def _make_secrets(source: Callable[[str], bytes]) -> dict[str, str]:
    return {name: base64.urlsafe_b64encode(source(name)).decode() for name in SECRETS}


def _kept_secrets(path: Path) -> dict[str, str]:
    """Read the secrets of development, made by whichever process comes first.

    The file appears whole by a link that fails when another process was quicker, so processes that
    start at once agree. Raises ConfigError when the file cannot be read or written.
    """
    try:
        if not path.exists():
            _publish(path, json.dumps(_make_secrets(lambda _: secrets.token_bytes(32))))
        kept = json.loads(path.read_text())
        return {name: kept[name] for name in SECRETS}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConfigError(
            "INSTANCE_PATH holds a secrets.json that cannot be read or made; "
            f"mend it, or set {', '.join(SECRETS)}"
        ) from exc


def _publish(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError:
        # Another process was quicker: its secrets hold.
        return
    finally:
        draft.unlink()


def _parse_all(texts: Mapping[str, str], environment_name: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, (kind, default) in TABLE.items():
        text = texts.get(name, default)
        try:
            values[name] = None if text is None else kind.parse(text)
        except REFUSALS:
            problems.append(f"{name} takes {kind.takes}")
    if environment_name == "production":
        missing = [name for name in DEMANDED_IN_PRODUCTION if name not in texts]
        problems += [f"{name} is missing (it takes {TABLE[name][0].takes})" for name in missing]
    if problems:
        # The cause stays out of it: its text could quote a secret.
        raise ConfigError("; ".join(problems))
    return values


def _completed(values: dict[str, Any], instance: Path) -> Settings:
    url = values.pop("DATABASE_URL")
    values["PUBLIC_URL"] = values["PUBLIC_URL"] or f"http://127.0.0.1:{values['PORT']}"
    values["SCRATCH_PATH"] = values["SCRATCH_PATH"] or str(instance / "scratch")
    return Settings(
        values,
        INSTANCE_PATH=str(instance),
        HOLDFAST_ENCRYPTION_KEYS=values.pop("HOLDFAST_ENCRYPTION_KEY"),
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(make_url(url), values["WEB_THREADS"]),
        QUEUE_PATH=str(instance / "queue.db"),
        RESTIC_CACHE_PATH=str(instance / "restic-cache"),
    )


def engine_options(url: URL, threads: int) -> dict[str, Any]:
    """Give the engine's options: at most one connection for each thread and four to spare."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30}}
    steady = max(4, threads // 2)
    return {
        "pool_size": steady,
        "max_overflow": max(0, threads + 4 - steady),
        "pool_timeout": 10,
        # What was used last is used next: its server process has all at hand that a post needs.
        "pool_use_lifo": True,
        # The driver begins nothing by itself: see app/core/transactions.py.
        "isolation_level": "AUTOCOMMIT",
        "connect_args": {
            "connect_timeout": 5,
            "application_name": "holdfast",
            "options": "-c timezone=utc",
        },
    }
