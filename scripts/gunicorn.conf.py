"""How gunicorn serves the application: read by `make run`, by the systemd unit and by the tests."""

import os
import sys
from contextlib import suppress
from typing import Any

# Of what stands in this file gunicorn takes every name that is one of its settings, and `config`
# is one.
from config import ConfigError, load

try:
    _settings = load()
except ConfigError as exc:
    sys.exit(f"holdfast: {exc}")

# Only loopback: nginx stands in front. Another address goes into GUNICORN_CMD_ARGS, which gunicorn
# reads itself: `--bind=10.0.0.5:5000`.
bind = f"127.0.0.1:{_settings['PORT']}"

# Without Redis rate limits are counted in memory, and two processes would count twice.
workers = _settings["WEB_WORKERS"] if _settings["REDIS_URL"] else 1
worker_class = "gthread"
threads = _settings["WEB_THREADS"]

# Each worker makes its own application after the fork: connections of the database and of Redis,
# locks and timers do not survive one. Workers are never replaced after so many requests either:
# that would cut long polls, and posts that come in on a kept connection, for no leak that is known.
preload_app = False
max_requests = 0

# `timeout` is for a worker whose main loop hangs; how long a request takes does not matter to it.
timeout = 120
# What is being answered at a TERM may end: listing snapshots takes up to 30 seconds. The units'
# TimeoutStopSec is longer.
graceful_timeout = 35
# Longer than nginx keeps an idle connection (60 s): a server that ends it first resets the request
# that is on its way.
keepalive = 75

# The most that gunicorn takes: a longer address is refused in its own words, not in our envelope.
# nginx stops before that.
limit_request_line = 8190

# Whom to believe is said once, by TRUSTED_PROXIES in the application. Left to its default, gunicorn
# takes X-Forwarded-Proto and SCRIPT_NAME from everybody on this machine.
forwarded_allow_ips = ""

# The heartbeat file is touched every second, and a disk that is busy with a backup would stop it.
# gunicorn makes its file there under a name of chance, open to nobody else.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108  # nosec B108

# The application writes one line a request itself.
accesslog = None
# It would be a file in the home folder, which the units do not let gunicorn write.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let requests that wait for minutes hear of a TERM, of which gunicorn tells no request."""
    worker.wsgi.extensions["waiters"].dismiss_when(lambda: not worker.alive)


def post_request(_worker: Any, request: Any, environ: dict[str, Any], _response: Any) -> None:
    """Take what is left of a body that the application refused unread.

    gunicorn itself takes 64 KiB and closes: the caller, still sending, would hear of a broken
    connection and never of the 413, and nginx would make a 503 of it. What nginx lets through is
    twice MAX_CONTENT_LENGTH; whoever pauses for five seconds is not waited for.
    """
    channel = environ.get("gunicorn.socket")
    if channel is None or request.body is None:
        return
    left = 2 * _settings["MAX_CONTENT_LENGTH"]
    before = channel.gettimeout()
    channel.settimeout(5)
    with suppress(OSError):
        while left > 0 and (piece := request.body.read(65536)):
            left -= len(piece)
    channel.settimeout(before)
