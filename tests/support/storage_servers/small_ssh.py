"""A small SFTP server by paramiko: it takes a password, knows no `statvfs` and has a shell."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK

from app.storage.drivers.base import Place
from tests.support.storage_servers.listening import answering

USER = "backup"
PASSWORD = "a password of the server's"


class _Server(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_run, args=(channel, command), daemon=True).start()
        return True


def _run(channel: paramiko.Channel, command: bytes) -> None:
    done = subprocess.run(["sh", "-c", command.decode()], capture_output=True)
    channel.sendall(done.stdout)
    channel.send_exit_status(done.returncode)
    channel.close()


class _Files(paramiko.SFTPServerInterface):
    """The machine's own files."""

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(path))
        except OSError as exc:
            return paramiko.SFTPServer.convert_errno(exc.errno or 0)

    lstat = stat

    def list_folder(self, path: str) -> Any:
        try:
            names = os.listdir(path)
        except OSError as exc:
            return paramiko.SFTPServer.convert_errno(exc.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(os.stat(f"{path}/{n}"), n) for n in names]

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        handle = paramiko.SFTPHandle(flags)
        try:
            file = os.fdopen(
                os.open(path, flags, 0o600),
                "rb+" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb",
            )
        except OSError as exc:
            return paramiko.SFTPServer.convert_errno(exc.errno or 0)
        handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
        return handle

    def remove(self, path: str) -> int:
        try:
            os.remove(path)
        except OSError as exc:
            return paramiko.SFTPServer.convert_errno(exc.errno or 0)
        return SFTP_OK


@contextmanager
def small_sshd(folder: Path, host_key: paramiko.PKey) -> Iterator[Place]:
    """Serve with this host key; gives a place over the folder."""
    transports: list[paramiko.Transport] = []

    def answer(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transports.append(transport)
        transport.add_server_key(host_key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
        try:
            transport.start_server(server=_Server())
        except (paramiko.SSHException, EOFError):
            # The client hung up, as it may.
            transport.close()

    with answering(answer) as port:
        url = f"sftp://{USER}@127.0.0.1:{port}{folder}"
        yield Place("sftp", url, {"password": PASSWORD})
        for transport in transports:
            transport.close()
