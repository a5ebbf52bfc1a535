"""Samba's smbd with a configuration, folders and a user's password of its own."""

import getpass
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.storage.drivers.base import Place
from tests.support.storage_servers.ground import FOLDER, Ground, at, with_credentials
from tests.support.storage_servers.listening import program, spawning

PASSWORD = "a password of the share"
_CONFIG = """
[global]
    server role = standalone server
    interfaces = 127.0.0.1/8
    bind interfaces only = yes
    private dir = {folder}
    lock directory = {folder}
    state directory = {folder}
    cache directory = {folder}
    pid directory = {folder}
    ncalrpc dir = {folder}/ncalrpc
    passdb backend = tdbsam:{folder}/passdb.tdb
    log file = {folder}/log
    log level = 0
    load printers = no
    disable spoolss = yes
    dns proxy = no
    rpc_server:default = disabled
[backups]
    path = {share}
    read only = no
[kept]
    path = {share}
    read only = yes
"""


@contextmanager
def smbd(folder: Path, share: Path) -> Iterator[Place]:
    r"""A server with the share `backups`, and the same folder as `kept`, which is read-only."""
    config = folder / "smb.conf"
    config.write_text(_CONFIG.format(folder=folder, share=share))
    user = getpass.getuser()
    subprocess.run(
        ("pdbedit", "-s", str(config), "-a", "-t", "-u", user),
        input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    command = (program("smbd"), "-s", str(config), "-l", str(folder), "-F", "--no-process-group")
    with spawning(command, folder / "output") as port:
        credentials = {"username": user, "password": PASSWORD}
        yield Place("network", f"\\\\127.0.0.1:{port}\\backups", credentials)


def ground_over(server: Place, share: Path) -> Ground:
    store = share / FOLDER
    store.mkdir(parents=True)
    root = server.connection_string.removesuffix("\\backups")
    inner = FOLDER.replace("/", "\\")
    place = at(server, f"{root}\\backups\\{inner}")
    return Ground(
        place=place,
        missing=at(server, f"{root}\\backups\\nowhere"),
        read_only=at(server, f"{root}\\kept\\{inner}"),
        refused=with_credentials(place, password="not the password"),
        names=lambda: set(os.listdir(store)),
    )
