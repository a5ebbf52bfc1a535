"""The machine's own sshd with a configuration, a host key and a user's key of its own."""

import getpass
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.storage.drivers.base import Place
from tests.support.storage_servers.ground import FOLDER, Ground, at, with_credentials
from tests.support.storage_servers.listening import program, spawning

_CONFIG = """
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM {pam}
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PidFile none
Subsystem sftp internal-sftp
"""


@contextmanager
def sshd(folder: Path, arguments: str = "") -> Iterator[Place]:
    """A server whose users see the whole machine, by SFTP and by a shell."""
    for name in ("host_key", "user_key"):
        command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        subprocess.run(command, check=True)
    (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
    config = folder / "sshd_config"
    text = _CONFIG.format(folder=folder, pam="yes" if _is_locked() else "no")
    config.write_text(text.replace("internal-sftp", f"internal-sftp {arguments}"))
    if os.geteuid() == 0:
        # sshd wants this empty folder, which Debian makes when it starts its own.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with spawning((program("sshd"), "-i", "-e", "-f", str(config)), folder / "log") as port:
        key = (folder / "user_key").read_text()
        yield Place("sftp", f"sftp://{getpass.getuser()}@127.0.0.1:{port}/", {"private_key": key})


def ground_over(server: Place, read_only: Place, folder: Path) -> Ground:
    """A folder on the server that may be written to, and one that may not."""
    store = folder / FOLDER
    store.mkdir(parents=True)
    other_key = (folder / "host_key").read_text()

    def authorize(public_key: str) -> None:
        with (folder / "authorized_keys").open("a") as lines:
            lines.write(f"{public_key}\n")

    return Ground(
        place=at(server, url_of(server, store)),
        missing=at(server, url_of(server, folder / "nowhere")),
        read_only=at(read_only, url_of(read_only, store)),
        refused=with_credentials(at(server, url_of(server, store)), private_key=other_key),
        names=lambda: set(os.listdir(store)),
        authorize=authorize,
    )


def url_of(server: Place, folder: Path) -> str:
    return server.connection_string.rstrip("/") + quote(str(folder))


def _is_locked() -> bool:
    """Whether the user's password is locked, with which sshd lets in nobody unless PAM decides."""
    try:
        lines = Path("/etc/shadow").read_text().splitlines()
    except OSError:
        return False
    return any(line.startswith(f"{getpass.getuser()}:!") for line in lines)
