"""Holdfast: backups that are run, heard of, and proven; this is the application's factory."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import registry
from app.core import extensions, limiting, logging, queue
from app.core.http import errors, requests, routing


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application over these settings, or over the environment's."""
    app = Flask(__name__, static_folder=None)
    app.config.update(config.load() if settings is None else settings)
    logging.configure(app.config["LOG_LEVEL"])
    routing.harden(app)
    app.before_request(requests.begin)
    api = extensions.bind(app, registry.SCOPES)
    queue.bind(app)
    errors.install(app)
    registry.mount(app, api)
    app.after_request(lambda response: limiting.write_headers(extensions.limiter, response))
    app.after_request(requests.finish)
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
