"""What every fuzz stands on: the document, and a machine that nothing leaves."""

import socket

import pytest

from tests.support.document import Document
from tests.support.fuzzing import load_schema

_HERE = {"127.0.0.1", "::1", "localhost", None}


@pytest.fixture(autouse=True)
def sealed(monkeypatch):
    """Names of other machines are not known here, so that no request that is made up leaves."""
    find = socket.getaddrinfo

    def find_here(host, *args, **options):
        if host not in _HERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return find(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", find_here)


@pytest.fixture(autouse=True)
def mail_is_configured(app, monkeypatch):
    """Some operations succeed only where a mail could be sent; nobody listens there."""
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")


@pytest.fixture(autouse=True)
def nobody_waits(app):
    """Whoever asks to wait for something is answered with what there is."""
    waiters = app.extensions["waiters"]
    waiters.dismiss_when(lambda: True)
    yield
    waiters.dismiss_when(lambda: False)


@pytest.fixture
def document(app):
    return Document.of(app)


@pytest.fixture
def schema(app):
    return load_schema(app)
