"""How passwords are kept, checked and refused."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 256

# OWASP's password storage cheat sheet: Argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# The hash of a forgotten random text at the same cost: checking against it takes as long as
# checking a real one, so an answer's time does not tell whether the account exists.
DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$iNm/Am3hHyCbQjIrgxq+ag$eEffLZiKLPfX7zEouPnIJ3td7LrbGHVj3UBFgFcTtIs"
)

# Each hash takes 19 MiB, which the C library then keeps for the thread that asked: a worker whose
# 32 threads had all signed somebody in held 400 MiB rather than 90, for good. So few threads hash,
# no more at once than there are cores.
_hashing = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="hashing")

_BCRYPT = re.compile(r"\$2[abxy]\$")
_BCRYPT_BYTES = 72
_COMMON_FILE = Path(__file__).with_name("common_passwords.txt")
_WORDS_FILE = Path(__file__).with_name("common_words.txt")
_LEET = [str.maketrans("013457@$!", f"o{one}eastasi") for one in "il"]
# Whatever is no letter, at either end.
_DRESS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def hash_password(password: str) -> str:
    """An Argon2id hash; about 25 ms of one core, and waits while every core is at work."""
    return _hashing.submit(_hasher.hash, _encoded(password)).result()


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits the stored hash (Argon2 or bcrypt).

    None or an unreadable hash never fits, and takes as long as a real one.
    """
    if stored is not None and _BCRYPT.match(stored):
        return _fits_bcrypt(stored, password)
    if stored is None or not stored.startswith("$argon2"):
        _fits_argon2(DUMMY_HASH, password)
        return False
    return _fits_argon2(stored, password)


def needs_rehash(stored: str) -> bool:
    """Whether a hash that was just verified should be made anew: bcrypt, or another cost."""
    if not stored.startswith("$argon2id$"):
        return True
    try:
        return _hasher.check_needs_rehash(stored)
    except InvalidHashError:
        return True


def password_problem(
    password: str, *, username: str | None = None, email: str | None = None
) -> str | None:
    """Why this password is refused, as a sentence for its owner; None when it is fine."""
    if len(password) < MIN_LENGTH:
        return f"A password has at least {MIN_LENGTH} characters"
    if len(password) > MAX_LENGTH:
        return f"A password has at most {MAX_LENGTH} characters"
    if password.strip().lower() in _common_passwords() or _is_dressed_up(password):
        return "This password is among the most common ones"
    if password.strip().casefold() in _names(username, email):
        return "A password must not be the user name or the e-mail address"
    return None


def _is_dressed_up(password: str) -> bool:
    """A common word, once or twice, in other letters or with digits and signs around it.

    That is what people make of `password` when twelve characters are asked for, and what those
    who guess try first: `P@ssw0rd2026!`, `Summer-2026!!`.
    """
    lowered = password.strip().lower()
    forms = {lowered, _DRESS.sub("", lowered)}
    forms |= {form.translate(table) for form in forms for table in _LEET}
    return not _common_words().isdisjoint(map(_once, forms | {_DRESS.sub("", f) for f in forms}))


def _once(word: str) -> str:
    half = word[: len(word) // 2]
    return half if half * 2 == word else word


def _fits_argon2(stored: str, password: str) -> bool:
    try:
        return _hashing.submit(_hasher.verify, stored, _encoded(password)).result()
    except (VerificationError, InvalidHashError):
        return False


def _fits_bcrypt(stored: str, password: str) -> bool:
    # Bcrypt never read beyond 72 bytes; its newer versions refuse them instead.
    given = _encoded(password)[:_BCRYPT_BYTES]
    try:
        return _hashing.submit(bcrypt.checkpw, given, stored.encode()).result()
    except ValueError:
        return False


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _names(username: str | None, email: str | None) -> set[str]:
    local_part = email.partition("@")[0] if email else None
    return {name.strip().casefold() for name in (username, email, local_part) if name}


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    return _lines(_COMMON_FILE)


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    return _lines(_WORDS_FILE)


def _lines(file: Path) -> frozenset[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))
