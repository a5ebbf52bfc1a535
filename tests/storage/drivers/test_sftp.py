"""What is SFTP's alone: host keys, ways to sign in, and servers that know little."""

import dataclasses
import io
from pathlib import Path

import paramiko
import pytest

from app.storage.drivers import calls
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_HOST_KEY_CHANGED,
    STORAGE_REFUSED,
)
from tests.support.storage_servers.ground import FOLDER, Ground, probe, with_credentials
from tests.support.storage_servers.small_ssh import small_sshd


def text_of(key: paramiko.PKey) -> str:
    file = io.StringIO()
    key.write_private_key(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def rsa_key() -> paramiko.RSAKey:
    return paramiko.RSAKey.generate(2048)


def test_the_servers_host_key_is_told(sftp_ground: Ground, tmp_path: Path):
    found = probe(sftp_ground.place)

    assert found.host_key is not None
    assert found.host_key.startswith("ssh-ed25519 AAAA")


def test_a_known_host_key_lets_it_in(sftp_ground: Ground):
    known = probe(sftp_ground.place).host_key

    found = probe(dataclasses.replace(sftp_ground.place, host_key=known))

    assert (found.error_code, found.writable) == (None, True)


def test_another_key_of_the_same_kind_is_refused_before_anything_is_told_to_the_server(
    sftp_ground: Ground,
):
    other = probe(sftp_ground.read_only).host_key

    found = probe(dataclasses.replace(sftp_ground.place, host_key=other))

    assert (found.accessible, found.error_code) == (False, STORAGE_HOST_KEY_CHANGED)


def test_a_key_of_another_kind_is_refused_too(sftp_ground: Ground, rsa_key: paramiko.RSAKey):
    known = f"ssh-rsa {rsa_key.get_base64()}"

    found = probe(dataclasses.replace(sftp_ground.place, host_key=known))

    assert (found.accessible, found.error_code) == (False, STORAGE_HOST_KEY_CHANGED)


def test_an_rsa_host_key_is_known_again(tmp_path: Path, rsa_key: paramiko.RSAKey):
    known = f"ssh-rsa {rsa_key.get_base64()}"
    with small_sshd(tmp_path, rsa_key) as place:
        found = probe(dataclasses.replace(place, host_key=known))

    assert (found.error_code, found.host_key) == (None, known)


def test_a_password_lets_in(tmp_path: Path, rsa_key: paramiko.RSAKey):
    with small_sshd(tmp_path, rsa_key) as place:
        right = probe(place)
        wrong = probe(with_credentials(place, password="another"))

    assert (right.error_code, right.writable) == (None, True)
    assert (wrong.accessible, wrong.error_code) == (False, STORAGE_REFUSED)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_refused_leaves_the_password_to_be_tried(
    tmp_path: Path, rsa_key: paramiko.RSAKey
):
    with small_sshd(tmp_path, rsa_key) as place:
        found = probe(with_credentials(place, private_key=text_of(rsa_key)))

    assert (found.error_code, found.writable) == (None, True)


def test_df_is_asked_where_the_server_knows_no_statvfs(tmp_path: Path, rsa_key: paramiko.RSAKey):
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    with small_sshd(folder, rsa_key) as place:
        found = calls.space(place)

    assert found.total_bytes is not None
    assert found.free_bytes is not None
    assert 0 < found.free_bytes < found.total_bytes


@pytest.mark.parametrize("kind", [paramiko.RSAKey, paramiko.ECDSAKey])
def test_every_kind_of_private_key_signs_in(sftp_ground: Ground, kind: type):
    key = kind.generate(2048) if kind is paramiko.RSAKey else kind.generate()
    sftp_ground.authorize(f"{key.get_name()} {key.get_base64()}")

    found = probe(with_credentials(sftp_ground.place, private_key=text_of(key).strip()))

    assert (found.error_code, found.writable) == (None, True)


@pytest.mark.parametrize("text", ["no key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_what_is_no_private_key_is_told(sftp_ground: Ground, text: str):
    found = probe(with_credentials(sftp_ground.place, private_key=text))

    assert (found.accessible, found.error_code) == (False, STORAGE_ADDRESS)
