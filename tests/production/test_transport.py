"""TLS, and what plain HTTP gets instead of an answer."""

import socket
import ssl
import subprocess
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.support.processes import free_port
from tests.support.proxy import Proxy, command, write_settings


def test_nginx_takes_the_shipped_file(tmp_path):
    write_settings(tmp_path, Proxy(free_port(), free_port(), tmp_path / "tls.crt"), free_port())

    tried = subprocess.run([*command(tmp_path), "-t"], capture_output=True, text=True)

    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_leads_to_tls_and_serves_nothing(proxy, method):
    """307 keeps the method, and Windows PowerShell 5.1 follows it; it does not follow 308."""
    connection = HTTPConnection("localhost", proxy.plain_port, timeout=120)
    with closing(connection):
        connection.request(method, "/api/backup/status?late=1&name=a%20b", b"{}")
        answer = connection.getresponse()
        body = answer.read()

    assert answer.status == 307
    assert answer.headers["Location"] == "https://localhost/api/backup/status?late=1&name=a%20b"
    assert b"success" not in body


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(proxy, version):
    trust = proxy.trust()
    trust.minimum_version = trust.maximum_version = version

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=120) as plain:
        with trust.wrap_socket(plain, server_hostname="localhost") as channel:
            spoken = channel.version()

    assert spoken == version.name.replace("_", ".")


def test_tls_1_1_is_refused_by_the_server(proxy):
    trust = proxy.trust()
    # Without this the client itself would not try.
    trust.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        trust.minimum_version = trust.maximum_version = ssl.TLSVersion.TLSv1_1

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=120) as plain:
        with pytest.raises(ssl.SSLError) as refused:
            trust.wrap_socket(plain, server_hostname="localhost")

    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/health", 200), ("/api/v1/backups", 401), ("/nowhere", 404)]
)
def test_browsers_are_told_to_stay_with_tls_by_errors_too(ask, path, status):
    answer = ask("GET", path)

    assert answer.status == status
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
