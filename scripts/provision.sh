#!/bin/sh
# Makes .venv and installs what is locked: `provision.sh run` for the system, `dev` for the tests too.
set -eu
cd "$(dirname "$0")/.."
. scripts/system-packages.sh

files=requirements.txt
[ "$1" = run ] || files="requirements.txt requirements-dev.txt"

find_python() {
    for candidate in python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is missing; type: $(install_line python3)"
    return 1
}

# Debian ships python3 without ensurepip, and a venv without pip is of no use.
need_venv_module() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    install_packages "$1-venv" && "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    say "the module venv is missing; type: $(install_line "$1-venv")"
    return 1
}

make_venv() {
    python=$(find_python)
    need_venv_module "$python"
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
}

.venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv

# The stamp tells which locked files .venv holds; one of the tests covers that of the system alone.
stamp=".venv/installed-$1"
state=$(cat $files | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$state" ]; then
    say "installing $files"
    rm -f .venv/installed-*
    set --
    for file in $files; do set -- "$@" -r "$file"; done
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes "$@" </dev/null
    printf '%s\n' "$state" >"$stamp"
    cksum <requirements.txt >.venv/installed-run
fi
