"""Threads that may use the database: each with an application context of its own."""

import threading
from collections.abc import Callable

from flask import current_app


def start_thread(target: Callable[[], None], name: str, *, daemon: bool = True) -> threading.Thread:
    """Run `target` beside the caller, inside the caller's application.

    One that is no daemon is waited for when the process ends.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            target()

    thread = threading.Thread(target=run, name=name, daemon=daemon)
    thread.start()
    return thread
