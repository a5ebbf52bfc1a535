"""The background work of runners: telling of those that fell silent, failing what they had."""

from flask import Flask

from app.core import background
from app.runners.service import losing, waiting


def register(app: Flask) -> None:
    """Let schedulers look for silent runners, and this process's claims wait in one place."""
    app.extensions[waiting.BOARD] = waiting.new_board()
    # Before its runs are failed: a runner without any is not missed.
    background.every_round(app, "tell_lost_runners", losing.tell_lost)
    background.every_round(app, "fail_lost_elsewhere", losing.fail_lost)
    background.every_round(app, "tell_runners_back", losing.tell_back)
