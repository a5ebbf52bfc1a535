"""The Flask extensions of this application, made once and bound by the factory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from flask_cors import CORS
from flask_jwt_extended import JWTManager
from flask_migrate import Migrate

from app.core import limiting, limits
from app.core.crypto import Cipher
from app.core.db import db
from app.core.http.api import Api, describe_api
from app.core.waiting import Waiters

EXPOSED_HEADERS = (
    "ETag",
    "Location",
    "X-Request-ID",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

jwt = JWTManager()
migrate = Migrate(render_as_batch=True, compare_type=True)
limiter = limiting.OperationLimiter(key_func=limiting.key, strategy="fixed-window")


class OrjsonProvider(JSONProvider):
    """JSON answers by orjson."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


def bind(app: Flask, scopes: Iterable[str]) -> Api:
    """Bind every extension to this application; gives its API document."""
    app.json = OrjsonProvider(app)
    app.extensions["cipher"] = Cipher(app.config["HOLDFAST_ENCRYPTION_KEYS"])
    app.extensions["waiters"] = Waiters(max(1, app.config["WEB_THREADS"] // 2))
    app.config["RATELIMIT_STORAGE_URI"] = limits.storage_uri(app.config["REDIS_URL"])
    describe_api(app, scopes)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    app.config["JWT_COOKIE_CSRF_PROTECT"] = False
    # Whoever else signs with the same key does not sign for this application.
    app.config["JWT_ENCODE_AUDIENCE"] = app.config["JWT_DECODE_AUDIENCE"] = "holdfast"
    jwt.init_app(app)
    limiter.init_app(app)
    if app.config["CORS_ORIGINS"]:
        CORS(
            app,
            resources={r"/api/v1/.*": {"origins": list(app.config["CORS_ORIGINS"])}},
            expose_headers=list(EXPOSED_HEADERS),
            max_age=600,
        )
    return Api(app)
