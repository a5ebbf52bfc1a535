#!/bin/sh
# An hour of everyday load over every process; fails when memory grows or a promise is broken.
set -eu
cd "$(dirname "$0")/.."
. scripts/system-packages.sh

if ! command -v restic >/dev/null 2>&1 && ! install_packages restic; then
    say "the soak needs restic; type: $(install_line restic)"
    exit 1
fi

# The settings of whoever calls may not change what is measured.
unset FLASK_ENV_NAME DATABASE_URL MIGRATION_DATABASE_URL REDIS_URL SECRET_KEY JWT_SECRET_KEY \
    HOLDFAST_ENCRYPTION_KEY INSTANCE_PATH PORT PUBLIC_URL GUNICORN_CMD_ARGS LOG_LEVEL || true
exec .venv/bin/python -m benchmarks.soak </dev/null
