"""Encryption with rotating keys, and keyed hashes."""

import pytest
from cryptography.fernet import Fernet

from app.core.crypto import (
    Cipher,
    DecryptionFailed,
    constant_time_equal,
    token_hash,
)


def generate_key():
    return Fernet.generate_key().decode()


def test_a_text_comes_back_as_it_was():
    cipher = Cipher([generate_key()])

    token = cipher.encrypt("pässword")

    assert "pässword" not in token
    assert cipher.decrypt(token) == "pässword"


def test_the_first_key_writes_and_every_key_reads():
    old, new = generate_key(), generate_key()
    written_before = Cipher([old]).encrypt("secret")
    cipher = Cipher([new, old])

    written_now = cipher.encrypt("secret")

    assert cipher.decrypt(written_before) == "secret"
    assert Cipher([new]).decrypt(written_now) == "secret"


def test_rotating_moves_a_token_to_the_first_key():
    old, new = generate_key(), generate_key()
    token = Cipher([old]).encrypt("secret")

    rotated = Cipher([new, old]).rotate(token)

    assert Cipher([new]).decrypt(rotated) == "secret"


def test_rotating_leaves_a_token_of_the_first_key_as_it_is():
    old, new = generate_key(), generate_key()
    token = Cipher([new]).encrypt("secret")

    assert Cipher([new, old]).rotate(token) == token


@pytest.mark.parametrize("token", ["", "not a token", "gAAAAAB", "\u2603"])
def test_a_foreign_token_is_refused(token):
    cipher = Cipher([generate_key()])

    with pytest.raises(DecryptionFailed):
        cipher.decrypt(token)


def test_a_token_of_a_retired_key_is_refused():
    token = Cipher([generate_key()]).encrypt("secret")

    with pytest.raises(DecryptionFailed):
        Cipher([generate_key()]).decrypt(token)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["\u00e4" * 44], ["=" * 44]])
def test_a_bad_key_is_refused_by_the_name_of_its_setting(keys):
    with pytest.raises(ValueError, match="HOLDFAST_ENCRYPTION_KEY") as refusal:
        Cipher(keys)

    assert all(not key or key not in str(refusal.value) for key in keys)


def test_spaces_around_keys_are_ignored():
    first, second = generate_key(), generate_key()

    cipher = Cipher(f"{first} , {second}".split(","))

    assert cipher.decrypt(Cipher([second]).encrypt("x")) == "x"


def test_a_token_hash_depends_on_secret_and_pepper():
    hashed = token_hash("secret", "pepper")

    # RFC 2104 with SHA-256, checked against `openssl dgst -sha256 -hmac pepper`.
    assert hashed == "804e6d854739162fdea0d455b3aafe67f40d2919406186a27be601596ac6d306"
    assert token_hash("secret", "other") != hashed
    assert token_hash("secret2", "pepper") != hashed


def test_constant_time_comparison_takes_any_text():
    assert constant_time_equal("sch\u00f6n", "sch\u00f6n")
    assert not constant_time_equal("sch\u00f6n", "schon")
