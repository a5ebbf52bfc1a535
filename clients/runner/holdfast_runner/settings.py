"""What this host allows and where its server is: from an ini file, and over it the environment."""

from __future__ import annotations

import configparser
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SECTION, TOOLS = "runner", "tools"
PREFIX = "HOLDFAST_RUNNER_"
NAMES = (
    *("url", "key", "key_file", "ca_file", "restic", "source_roots", "restore_roots"),
    *("repository_roots", "state_folder", "max_runs", "claim_wait_seconds"),
    "heartbeat_seconds",
)
MAX_WAIT_SECONDS = 25
# The server's lease is twelve times as long as the rarest; a cancel is heard of by the next one.
HEARTBEAT_SECONDS, RAREST_HEARTBEAT = 10, 15
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SettingsError(Exception):
    """A setting is missing or cannot be meant."""


@dataclass(frozen=True)
class Settings:
    """The host's own word: nothing outside these roots is read or written for any server."""

    url: str
    key: str = field(repr=False)
    state_folder: Path
    ca_file: str | None = None
    restic: str = "restic"
    source_roots: tuple[str, ...] = ()
    restore_roots: tuple[str, ...] = ()
    repository_roots: tuple[str, ...] = ()
    max_runs: int = 2
    claim_wait_seconds: int = MAX_WAIT_SECONDS
    heartbeat_seconds: int = HEARTBEAT_SECONDS
    tools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(path: str | None, environ: Mapping[str, str]) -> Settings:
    """Raises SettingsError, which names the setting."""
    parser = configparser.ConfigParser(interpolation=None)
    if path is not None:
        try:
            with open(path, encoding="utf-8") as file:
                parser.read_file(file)
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: {error}") from error
    given = dict(parser[SECTION]) if parser.has_section(SECTION) else {}
    unknown = sorted(set(given) - set(NAMES))
    if unknown:
        raise SettingsError(f"unknown settings: {', '.join(unknown)}")
    for name in NAMES:
        if environ.get(PREFIX + name.upper()):
            given[name] = environ[PREFIX + name.upper()]
    tools = dict(parser[TOOLS]) if parser.has_section(TOOLS) else {}
    return Settings(
        url=_url(given.get("url", "")),
        key=_key(given),
        state_folder=Path(given.get("state_folder") or _state_folder(environ)),
        ca_file=given.get("ca_file") or None,
        restic=given.get("restic") or "restic",
        source_roots=_roots(given, "source_roots"),
        restore_roots=_roots(given, "restore_roots"),
        repository_roots=_roots(given, "repository_roots"),
        max_runs=_number(given, "max_runs", 2, 1, 64),
        claim_wait_seconds=_number(
            given, "claim_wait_seconds", MAX_WAIT_SECONDS, 0, MAX_WAIT_SECONDS
        ),
        heartbeat_seconds=_number(
            given, "heartbeat_seconds", HEARTBEAT_SECONDS, 1, RAREST_HEARTBEAT
        ),
        tools={name: tuple(shlex.split(command)) for name, command in tools.items()},
    )


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("url must be an http(s) address")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        print("holdfast-runner: keys travel unencrypted; use https", file=sys.stderr)
    base = text.rstrip("/")
    return base if base.endswith("/api/v1") else f"{base}/api/v1"


def _key(given: Mapping[str, str]) -> str:
    key = given.get("key", "")
    if not key and given.get("key_file"):
        try:
            key = Path(given["key_file"]).read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"key_file: {error}") from error
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("key (or key_file) must hold the runner's key, such as hf_1_…")
    return key


def _state_folder(environ: Mapping[str, str]) -> str:
    """systemd's, when it made one; else one that this user may write."""
    if environ.get("STATE_DIRECTORY"):
        return environ["STATE_DIRECTORY"].split(os.pathsep)[0]
    if os.name == "nt":
        return os.path.join(environ.get("PROGRAMDATA", r"C:\ProgramData"), "Holdfast", "runner")
    if os.geteuid() == 0:
        return "/var/lib/holdfast-runner"
    return os.path.expanduser("~/.local/state/holdfast-runner")


def _roots(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    roots = tuple(filter(None, (part.strip() for part in given.get(name, "").split(os.pathsep))))
    for root in roots:
        if not os.path.isabs(root):
            raise SettingsError(f"{name}: {root} is not an absolute path")
    return roots


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    try:
        number = int(given.get(name) or default)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number") from error
    if not least <= number <= most:
        raise SettingsError(f"{name} must be {least} to {most}")
    return number
