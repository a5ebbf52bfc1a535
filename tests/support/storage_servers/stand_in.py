"""A small HTTP server that keeps objects in memory, for services that cannot be had here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Shelf:
    """What a stand-in holds: objects by bucket and name."""

    buckets: dict[str, dict[str, bytes]] = field(default_factory=dict)


class StandIn(BaseHTTPRequestHandler):
    """One connection; every request goes to `answer` of a subclass."""

    protocol_version = "HTTP/1.1"
    shelf: ClassVar[Shelf]

    def answer(self, path: str, query: dict[str, str], body: bytes) -> None:
        raise NotImplementedError

    def reply(self, status: int, body: bytes = b"", **headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _take(self) -> None:
        parts = urlsplit(self.path)
        query = {name: found[0] for name, found in parse_qs(parts.query, True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(unquote(parts.path), query, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _take  # noqa: N815


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hung up; what else went wrong, the client's test sees."""


@contextmanager
def serving(kind: type[StandIn], **attributes: Any) -> Iterator[str]:
    """Serve a kind of stand-in with these attributes; gives its URL."""
    handler = type(kind.__name__, (kind,), attributes)
    with _Server(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
