"""How a run is shown while it goes on: a bar for a person, lines for a log."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

BAR_WIDTH = 24
LINE_SECONDS = 30.0
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(count: float | None) -> str:
    """A number of bytes as people read it."""
    value = float(count or 0)
    unit = 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


class Display:
    """Shows each look at a run: redrawn in place on a terminal, a line now and then elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._status = ""
        self._shown_at = float("-inf")
        self._width = 0

    def show(self, execution: dict[str, Any]) -> None:
        if self._is_terminal:
            self._redraw(f"{_bar(execution)} {_words(execution)}")
        elif self._is_news(execution["status"]):
            print(_words(execution), file=self._stream, flush=True)

    def end(self) -> None:
        """Leave the terminal's line to whoever writes next."""
        if self._width:
            self._redraw("")
            self._stream.write("\r")
            self._stream.flush()
            self._width = 0

    def _redraw(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)

    def _is_news(self, status: str) -> bool:
        now = time.monotonic()
        if status == self._status and now - self._shown_at < LINE_SECONDS:
            return False
        self._status, self._shown_at = status, now
        return True


def _bar(execution: dict[str, Any]) -> str:
    done = round(BAR_WIDTH * _fraction(execution))
    return f"[{'#' * done}{'-' * (BAR_WIDTH - done)}]"


def _fraction(execution: dict[str, Any]) -> float:
    if execution["status"] in ("success", "warning"):
        return 1.0
    return min(1.0, max(0.0, execution.get("progress") or 0.0))


def _words(execution: dict[str, Any]) -> str:
    words = f"{execution['status']} {100 * _fraction(execution):.0f} %"
    if execution["status"] == "running" and execution.get("bytes_total"):
        words += f", {size(execution.get('bytes_done'))} of {size(execution['bytes_total'])}"
    return words
