"""nginx as it is shipped, on ports of its own and with a certificate of its own."""

import datetime
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.processes import free_port, running

SHIPPED = Path(__file__).resolve().parents[2] / "nginx" / "holdfast.conf"
NAME = "backup.example.com"
# The http block of Debian's own nginx.conf, old TLS included, but for the folders that need root.
_MAIN = """
{user}
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {folder}/access.log;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/holdfast.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its ports on 127.0.0.1, and the certificate that proves it."""

    plain_port: int
    port: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def trust(self) -> ssl.SSLContext:
        """A client's settings that believe this proxy's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def running_proxy(upstream_port: int) -> Iterator[Proxy]:
    """Run nginx before whatever listens, or does not, on `upstream_port`."""
    with tempfile.TemporaryDirectory(prefix="holdfast-nginx-") as name:
        folder = Path(name)
        proxy = Proxy(free_port(), free_port(), folder / "tls.crt")
        write_settings(folder, proxy, upstream_port)
        with running([*command(folder), "-g", "daemon off;"], port=proxy.port):
            yield proxy


def command(folder: Path) -> list[str]:
    """nginx over what `write_settings` left in this folder."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise AssertionError("nginx is not installed")
    # Until it has read its settings it would complain to a log that only root may write.
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def write_settings(folder: Path, proxy: Proxy, upstream_port: int) -> None:
    """Write the shipped file, with nothing but its ports and its certificate replaced."""
    key = folder / "tls.key"
    make_certificate(proxy.certificate, key)
    text = SHIPPED.read_text()
    for shipped, ours in {
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        # No IPv6 where the tests run, perhaps, and no second port to find.
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "/etc/nginx/tls/holdfast.crt": str(proxy.certificate),
        "/etc/nginx/tls/holdfast.key": str(key),
        "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
    }.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, ours)
    (folder / "holdfast.conf").write_text(text)
    # Root's workers would otherwise be nobody, who cannot enter a private folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a certificate for NAME and localhost that its own key signed."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
