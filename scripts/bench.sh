#!/bin/sh
# Measures Holdfast beside its floor; after a whole run benchmarks/results.json, docs/performance.md
# and its chart are written.
set -eu
cd "$(dirname "$0")/.."
. scripts/system-packages.sh

if ! command -v wrk >/dev/null 2>&1 && ! install_packages wrk; then
    say "the benchmark needs wrk; type: $(install_line wrk)"
    exit 1
fi

# The settings of whoever calls may not change what is measured.
unset FLASK_ENV_NAME DATABASE_URL MIGRATION_DATABASE_URL REDIS_URL SECRET_KEY JWT_SECRET_KEY \
    HOLDFAST_ENCRYPTION_KEY INSTANCE_PATH PORT PUBLIC_URL GUNICORN_CMD_ARGS LOG_LEVEL || true
exec .venv/bin/python -m benchmarks "$@" </dev/null
