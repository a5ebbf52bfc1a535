"""The command line of the runner."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast_runner import __version__, settings
from holdfast_runner.serving import Runner

DEFAULT_CONFIG = "/etc/holdfast-runner.ini"
USAGE, BUSY = 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until TERM or Ctrl-C; gives the exit code."""
    parser = argparse.ArgumentParser(prog="holdfast-runner", description=__doc__)
    parser.add_argument("--version", action="version", version=f"holdfast-runner {__version__}")
    parser.add_argument("--config", help=f"an ini file; default: {DEFAULT_CONFIG}, if it is there")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    config = given.config or (DEFAULT_CONFIG if os.path.exists(DEFAULT_CONFIG) else None)
    try:
        loaded = settings.load(config, os.environ)
        runner = Runner(loaded)
    except (settings.SettingsError, OSError) as error:
        print(f"holdfast-runner: {error}", file=sys.stderr)
        return USAGE
    with _alone(loaded.state_folder) as is_alone:
        if not is_alone:
            print("holdfast-runner: another runner uses this state_folder", file=sys.stderr)
            return BUSY
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: runner.end())
        runner.serve()
    return 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether this is the only runner over the folder; a second would take the first's for dead."""
    with (folder / "lock").open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows, which has no such locks; a service runs once there.
            yield True
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
