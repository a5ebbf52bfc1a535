"""A repository's key under a password that is cheap to try, so that restic opens it quickly."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

# scrypt's N; restic takes what a tenth of a second allows, at each of its starts.
_CHEAP = 1024
_BLOCK = 16


def cheapen(repository: Path, password: str) -> None:
    """Wrap the one key of the repository anew: same key, same password, less work.

    As restic's design document says: scrypt gives 32 bytes for AES-256-CTR and 32 for
    Poly1305-AES, which sign the encrypted master key; the file is named by its own hash.
    """
    (file,) = (repository / "keys").iterdir()
    key = json.loads(file.read_text())
    data = base64.b64decode(key["data"])
    nonce, body, tag = data[:_BLOCK], data[_BLOCK:-_BLOCK], data[-_BLOCK:]
    cipher, signer = _derive(password, key)
    assert _sign(signer, nonce, body) == tag, "restic writes its keys in another way"
    master = _crypt(cipher, nonce, body)
    key.update(N=_CHEAP, p=1)
    cipher, signer = _derive(password, key)
    body = _crypt(cipher, nonce, master)
    key["data"] = base64.b64encode(nonce + body + _sign(signer, nonce, body)).decode()
    text = json.dumps(key).encode()
    file.unlink()
    file.with_name(hashlib.sha256(text).hexdigest()).write_bytes(text)


def _derive(password: str, key: dict[str, Any]) -> tuple[bytes, bytes]:
    cost: dict[str, Any] = {"n": key["N"], "r": key["r"], "p": key["p"], "maxmem": 2**30}
    salt = base64.b64decode(key["salt"])
    derived = hashlib.scrypt(password.encode(), salt=salt, dklen=64, **cost)
    return derived[:32], derived[32:]


def _crypt(key: bytes, nonce: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CTR(nonce)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _sign(key: bytes, nonce: bytes, data: bytes) -> bytes:
    # Of Poly1305-AES (k, r) the second part of the one-time key is the nonce under k.
    encryptor = Cipher(algorithms.AES(key[:_BLOCK]), modes.ECB()).encryptor()  # noqa: S305
    pad = encryptor.update(nonce) + encryptor.finalize()
    return Poly1305.generate_tag(key[_BLOCK:] + pad, data)
