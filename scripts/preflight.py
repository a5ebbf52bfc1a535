"""Checks, before anything starts, that the settings are good and that the port is free."""

import socket
import sys

import config


def main() -> None:
    """Print the port, or end with what is wrong."""
    try:
        settings = config.load()
    except config.ConfigError as exc:
        sys.exit(f"holdfast: {exc}")
    port = settings["PORT"]
    with socket.socket() as probe:
        # A port that still lingers after the last run is as good as free, for gunicorn too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            sys.exit(f"holdfast: port {port} cannot be used ({exc.strerror}); try PORT={port + 1}")
    print(port)


if __name__ == "__main__":
    main()
