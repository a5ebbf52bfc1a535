"""Hears what one restic process says, and hands on what a person should know."""

import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from app.engines import restic_output as printed
from app.engines.base import EngineError, Watch
from app.engines.output import StreamName

_PROGRESS_SECONDS = 0.45
_KEPT_LINES = 20

# Messages with very long file names come cut, so that they are no JSON any more.
_CUT_STATUS = '{"message_type":"status"'
_CUT_ERROR = '{"message_type":"error"'
_IGNORED = "ignoring error for "


class Transcript:
    """What one restic process has said so far: its messages go to the watch, its end is kept."""

    def __init__(self, watch: Watch, secrets: tuple[str, ...], is_logged: bool = True) -> None:
        self.summary: dict[str, Any] = {}
        self.errors = 0
        self.loss: EngineError | None = None
        self.output = ""
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._watch = watch
        self._secrets = secrets
        self._is_logged = is_logged
        self._next_progress = 0.0

    def take(self, stream: StreamName, line: str) -> None:
        """Take one line of restic's output."""
        message = printed.parse_message(line)
        if message is not None:
            self._take_message(message)
        elif line.startswith(_CUT_STATUS):
            return
        elif line.startswith(_CUT_ERROR):
            self.errors += 1
            self._log(line)
        elif stream == "stderr":
            self._keep(line)
        else:
            self.output = line
            self._log(line)

    def _take_message(self, message: Mapping[str, Any]) -> None:
        match message["message_type"]:
            case "status":
                self._report(message)
            case "error" if message.get("during") != "scan":
                # What fails while the source is counted fails again when it is read.
                self.errors += 1
                described = printed.describe_error(message)
                self._note_loss(described.removeprefix("error: "))
                self._log(described)
            case "summary":
                self.summary = dict(message)
            case "exit_error":
                self._keep(str(message.get("message", "")))

    def _report(self, message: Mapping[str, Any]) -> None:
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            self._watch.progress(printed.read_progress(message))

    def _keep(self, text: str) -> None:
        for line in text.splitlines():
            if printed.is_stack_frame(line):
                continue
            if line.startswith(_IGNORED):
                self._note_loss(line.removeprefix(_IGNORED))
            else:
                self.last_lines.append(printed.clean(line, self._secrets))
            self._log(line)

    def _note_loss(self, line: str) -> None:
        """Keep the first: what fails after it follows from it."""
        self.loss = self.loss or printed.find_loss(printed.clean(line, self._secrets))

    def _log(self, line: str) -> None:
        line = printed.clean(line, self._secrets)
        if line and self._is_logged:
            self._watch.log(line)
