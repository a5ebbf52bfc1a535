"""The server's own keys: with a backup of its database, and back where they are read from."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from app.core.crypto import Cipher
from app.core.portable.errors import NotPortable
from app.core.settings import settings

NAME = "keys.json"
RESTORED = "restored-keys.env"
DEVELOPMENT = "secrets.json"
SIGNING, TOKENS, ENCRYPTION = "SECRET_KEY", "JWT_SECRET_KEY", "HOLDFAST_ENCRYPTION_KEY"
Keys = dict[str, str]


def in_force() -> Keys:
    """Those that this process runs with, as their settings take them."""
    keys = settings()["HOLDFAST_ENCRYPTION_KEYS"]
    return {
        SIGNING: settings()["SECRET_KEY"],
        TOKENS: settings()["JWT_SECRET_KEY"],
        ENCRYPTION: ",".join(keys),
    }


def fingerprints(keys: Keys) -> dict[str, list[str]]:
    """By which a key is known again, and from which it cannot be had."""
    return {name: [_fingerprint(key) for key in text.split(",")] for name, text in keys.items()}


def differing(kept: Mapping[str, list[str]]) -> list[str]:
    """The settings whose keys in force lack one that the backup's data was made with."""
    own = fingerprints(in_force())
    return [name for name, prints in kept.items() if not set(prints) <= set(own.get(name, ()))]


def cipher(keys: Keys) -> Cipher:
    return Cipher(keys[ENCRYPTION].split(","))


def keep(folder: Path) -> None:
    """Write those in force into a folder that is to be encrypted."""
    write_private(folder / NAME, json.dumps(in_force()))


def find(folder: Path) -> Keys:
    """Those that `keep` wrote."""
    try:
        kept = json.loads((folder / NAME).read_text())
        return {name: str(kept[name]) for name in (SIGNING, TOKENS, ENCRYPTION)}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise NotPortable("The backup's keys are missing or cannot be read.") from exc


def put_back(keys: Keys) -> list[str]:
    """Put keys that are not in force where they are read from; tells what is left to do.

    Development reads them from a file of the instance folder, whose keys of before are put aside.
    Elsewhere they are settings, which nobody but an administrator changes.
    """
    changed = differing(fingerprints(keys))
    instance = Path(settings()["INSTANCE_PATH"])
    if not changed:
        return ["Its keys are those in force."]
    if _are_read_from(instance / DEVELOPMENT):
        aside = _put_aside(instance / DEVELOPMENT)
        write_private(instance / DEVELOPMENT, json.dumps(keys))
        return [f"Its keys are in {DEVELOPMENT} again; those of before are in {aside}."]
    lines = "".join(f"{name}={text}\n" for name, text in keys.items())
    write_private(instance / RESTORED, lines)
    return [
        f"Set {', '.join(changed)} to what {instance / RESTORED} holds before any process starts,"
        " and remove that file."
    ]


def write_private(path: Path, text: str) -> None:
    """Write a file that appears whole and that nobody else may read."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _are_read_from(path: Path) -> bool:
    """Say that the settings come from this file and not from the environment."""
    if settings()["FLASK_ENV_NAME"] != "development" or not path.exists():
        return False
    kept = json.loads(path.read_text())
    return all(kept.get(name) == text for name, text in in_force().items())


def _put_aside(path: Path) -> str:
    number = 1
    while (aside := path.with_name(f"secrets-before-{number}.json")).exists():
        number += 1
    os.link(path, aside)
    return aside.name


def _fingerprint(key: str) -> str:
    return hashlib.sha256(f"holdfast key {key}".encode()).hexdigest()[:16]
