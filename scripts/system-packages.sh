# Sourced by the other scripts: how a system package gets here, or which line the reader must type.

say() { printf '%s\n' "holdfast: $*" >&2; }

# Runs a command as root, without ever asking for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@"
    else
        return 1
    fi
}

install_line() {
    if command -v apt-get >/dev/null 2>&1; then
        if [ "$(id -u)" -eq 0 ]; then
            printf 'apt-get update && apt-get install -y %s' "$*"
        else
            printf 'sudo apt-get update && sudo apt-get install -y %s' "$*"
        fi
    elif command -v brew >/dev/null 2>&1; then
        printf 'brew install %s' "$*"
    else
        printf 'install with your package manager: %s' "$*"
    fi
}

# Installs packages; fails when the rights, the network or the package manager are missing.
install_packages() {
    if command -v apt-get >/dev/null 2>&1; then
        as_root true 2>/dev/null || return 1
        say "installing $* with apt"
        # A stale index is no reason to stop: the install itself says whether it can be had.
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null >&2 || true
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -q install -y --no-install-recommends "$@" </dev/null >&2
    elif command -v brew >/dev/null 2>&1; then
        say "installing $* with brew"
        brew install "$@" </dev/null >&2
    else
        return 1
    fi
}
