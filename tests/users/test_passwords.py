"""Hashing, checking and refusing passwords."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import argon2
import bcrypt
import pytest

from app.users.passwords import (
    DUMMY_HASH,
    hash_password,
    needs_rehash,
    password_problem,
    verify_password,
)

GOOD = "vierzehn Störche fliegen"


def test_few_threads_hash_however_many_ask():
    stored = hash_password(GOOD)

    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda _: verify_password(stored, GOOD), range(32)))

    hashing = [one for one in threading.enumerate() if one.name.startswith("hashing")]
    assert answers == [True] * 32
    assert 1 <= len(hashing) <= min(4, os.cpu_count() or 1)


def test_a_hash_is_argon2id_at_the_agreed_cost():
    assert hash_password(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_fits():
    stored = hash_password(GOOD)

    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD.upper())


@pytest.mark.parametrize("stored", [None, "", "!", "plain", "$argon2id$broken", "$2b$broken"])
def test_nothing_fits_a_missing_or_unreadable_hash(stored):
    assert not verify_password(stored, GOOD)


def test_an_unknown_account_costs_what_a_known_one_does():
    known = argon2.extract_parameters(hash_password(GOOD))
    unknown = argon2.extract_parameters(DUMMY_HASH)

    assert unknown == known


def test_an_imported_bcrypt_hash_fits_and_is_due_for_a_new_one():
    stored = bcrypt.hashpw(GOOD.encode(), bcrypt.gensalt(4)).decode()

    assert verify_password(stored, GOOD)
    assert not verify_password(stored, "something else entirely")
    assert needs_rehash(stored)


def test_bcrypt_reads_no_more_than_72_bytes():
    stored = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()

    assert verify_password(stored, "x" * 100)


def test_only_other_costs_need_a_new_hash():
    cheaper = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)

    assert not needs_rehash(hash_password(GOOD))
    assert needs_rehash(cheaper)
    assert needs_rehash("$argon2id$broken")


def test_many_threads_hash_at_once():
    with ThreadPoolExecutor(12) as pool:
        hashes = list(pool.map(hash_password, [GOOD] * 12))

    assert len(set(hashes)) == 12


@pytest.mark.parametrize(
    "password", [GOOD, "x7" * 6, "ä ö ü ß € ☃ 12", "y9" * 128, "summer in Tromsø 2026"]
)
def test_a_good_password_is_taken(password):
    assert password_problem(password, username="ada", email="ada@example.org") is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("x7x7x7x7x7x", "at least 12"),
        ("y9" * 128 + "y", "at most 256"),
        ("Password1234", "most common"),
        ("QWERTYUIOP12", "most common"),
        ("letmeinletmein", "most common"),
        ("123456789012", "most common"),
        ("P@ssw0rd2026!", "most common"),
        ("!!Summer-2026!!", "most common"),
        ("WelcomeWelcome", "most common"),
        ("4dm1n1str4t0r", "most common"),
        (" password1234 ", "most common"),
        ("Ada.Lovelace1815", "user name"),
        ("ADA.lovelace@example.org", "user name"),
        ("ada.lovelace", "user name"),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(password, words):
    problem = password_problem(
        password, username="ada.lovelace1815", email="ada.lovelace@example.org"
    )

    assert problem is not None
    assert words in problem
