#!/bin/sh
# Runs one process of the Procfile and starts it again whenever it ends, until it is told to stop.
# The process is named by HONCHO_PROCESS_NAME, not by an argument: a `pkill -f` that is meant for
# the process must not hit this loop.
set -u
cd "$(dirname "$0")/.."

# honcho gives each process a port of its own; all of them mean the one of the web process.
PORT=${HOLDFAST_PORT:-${PORT:-5000}}
export PORT

# The processes whose end means ours: honcho, and the make that started it.
watched="${HOLDFAST_SUPERVISOR_PID:-$PPID} ${HOLDFAST_MAKE_PID:-}"
name=${HONCHO_PROCESS_NAME%%.*}
python=.venv/bin/python
child=
ending=

start() {
    case $name in
    web)
        # One process, whatever else is set, and an end within the patience below.
        set -- gunicorn --name holdfast-web --config scripts/gunicorn.conf.py \
            --workers 1 --graceful-timeout 5 wsgi:app
        ;;
    worker | scheduler) set -- flask --app wsgi holdfast "$name" ;;
    *)
        echo "no process is called $name" >&2
        exit 64
        ;;
    esac
    "$python" -m "$@" &
    child=$!
}

stop() {
    ending=yes
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}

is_watched_gone() {
    for pid in $watched; do
        kill -0 "$pid" 2>/dev/null || return 0
    done
    return 1
}

# Waits until the child ends; it has seven seconds when it was told to stop.
follow() {
    patience=7
    while :; do
        # The pause comes first, so that a process that dies at once cannot make this loop spin.
        sleep 1 &
        wait $!
        kill -0 "$child" 2>/dev/null || break
        if [ -z "$ending" ] && is_watched_gone; then
            stop
        fi
        if [ -n "$ending" ]; then
            patience=$((patience - 1))
            [ "$patience" -gt 0 ] || kill -KILL "$child" 2>/dev/null
        fi
    done
    wait "$child"
}

trap stop TERM INT HUP
while [ -z "$ending" ]; do
    start
    follow
    code=$?
    [ -n "$ending" ] || echo "$name ended with $code and is started again"
done
