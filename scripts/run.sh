#!/bin/sh
# Prepares the system alone, then starts web, worker and scheduler and stays until they are ended.
set -eu
cd "$(dirname "$0")/.."
. scripts/system-packages.sh

PORT=$(.venv/bin/python -m scripts.preflight)
HOLDFAST_PORT=$PORT
# honcho keeps this process id through exec; the loops end when it is gone.
HOLDFAST_SUPERVISOR_PID=$$
PYTHONUNBUFFERED=1
export PORT HOLDFAST_PORT HOLDFAST_SUPERVISOR_PID PYTHONUNBUFFERED

if ! command -v restic >/dev/null 2>&1 && ! install_packages restic; then
    say "restic is missing, so no backup can run here; type: $(install_line restic)"
fi

.venv/bin/python -m flask --app wsgi holdfast prepare

say "http://127.0.0.1:$PORT (Ctrl-C ends it)"
# The application reads .env by rules of its own, which honcho must not overrule.
exec .venv/bin/python -m honcho -e /dev/null start
