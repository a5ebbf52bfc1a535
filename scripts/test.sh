#!/bin/sh
# Runs the tests on SQLite, then those that need a database on PostgreSQL; fails when either fails.
set -eu
cd "$(dirname "$0")/.."
. scripts/system-packages.sh

# Debian keeps servers where only root looks for programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin
export PATH

# A server is wanted as a program: Debian starts it as soon as it is installed, and at boot.
silence() {
    if [ -d /run/systemd/system ]; then
        as_root systemctl disable --quiet --now "$@"
    else
        for service in "$@"; do
            [ ! -x "/etc/init.d/$service" ] || as_root "/etc/init.d/$service" stop >/dev/null
        done
    fi
}

# The programs that no wheel brings, each with its package.
for pair in restic:restic curl:curl nginx:nginx systemd-analyze:systemd \
    sshd:openssh-server smbd:samba rclone:rclone; do
    program=${pair%:*} package=${pair#*:}
    command -v "$program" >/dev/null 2>&1 && continue
    if ! install_packages "$package"; then
        say "the tests need $program; type: $(install_line "$package")"
        exit 1
    fi
    case $program in
    nginx) silence nginx || true ;;
    sshd) silence ssh || true ;;
    smbd) silence smbd nmbd || true ;;
    esac
done

# Neither the terminal nor the settings of whoever calls may change what the tests say.
TERM=dumb COLUMNS=100 LC_ALL=C.UTF-8 PY_COLORS=0
export TERM COLUMNS LC_ALL PY_COLORS
# The tests start a hundred processes of ours: only the first one is to compile the modules.
unset PYTHONDONTWRITEBYTECODE
unset FLASK_ENV_NAME DATABASE_URL MIGRATION_DATABASE_URL REDIS_URL SECRET_KEY JWT_SECRET_KEY \
    HOLDFAST_ENCRYPTION_KEY INSTANCE_PATH PORT PUBLIC_URL ADMIN_USERNAME ADMIN_PASSWORD \
    FORCE_COLOR PYTEST_ADDOPTS GUNICORN_CMD_ARGS MAKEFLAGS MAKELEVEL MFLAGS || true

# Most tests wait, for processes, servers and clocks: two at a time keep a core busy.
workers=$((2 * $(getconf _NPROCESSORS_ONLN)))
[ "$workers" -le 8 ] || workers=8

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
failed=0

for database in sqlite postgresql; do
    printf '\n== tests on %s\n' "$database"
    {
        code=0
        .venv/bin/python -m pytest -q -n "$workers" --dist worksteal --database "$database" </dev/null 2>&1 || code=$?
        echo "$code" >"$reports/$database.code"
    } | tee "$reports/$database.log"
    [ "$(cat "$reports/$database.code")" = 0 ] || failed=1
done

printf '\n'
for database in sqlite postgresql; do
    printf '%-10s %s\n' "$database" "$(tail -n 1 "$reports/$database.log")"
done
exit $failed
