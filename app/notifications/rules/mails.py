"""A message as a mail: plain text, and HTML in which what people wrote cannot become markup."""

from html import escape

from app.notifications.rules.wording import TEST_TEXT, Line, Message
from app.notifications.values import TEST

_COLOURS = {
    "critical": "#b00020",
    "high": "#c43e00",
    "medium": "#8a6100",
    "low": "#33691e",
    "info": "#37474f",
}


def text_of(message: Message) -> str:
    parts = [message.title, ""]
    if message.kind == TEST:
        parts += [TEST_TEXT, ""]
    if message.is_digest:
        parts += [*(f"  {line}" for line in message.summary), ""]
    for line in message.lines:
        parts += _lines_of(message, line)
    if message.rest:
        parts += [f"… and {message.rest} more.", ""]
    parts += [message.url, "", "-- ", _signature(message)]
    return "\n".join(parts) + "\n"


def html_of(message: Message) -> str:
    rows = "".join(_row_of(message, line) for line in message.lines)
    summary = "".join(f"<li>{escape(line)}</li>" for line in message.summary)
    rest = f"<p>… and {message.rest} more.</p>" if message.rest else ""
    test = f"<p>{escape(TEST_TEXT)}</p>" if message.kind == TEST else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;color:#222">'
        f'<h2 style="color:{_COLOURS.get(message.severity, "#222")}">{escape(message.title)}</h2>'
        f"{test}{f'<ul>{summary}</ul>' if message.is_digest else ''}{rows}{rest}"
        f'<p><a href="{escape(message.url)}">{escape(message.url)}</a></p>'
        f'<p style="color:#777;font-size:small">{escape(_signature(message))}</p>'
        "</body></html>"
    )


def _lines_of(message: Message, line: Line) -> list[str]:
    text = message.text_of(line)
    head = f"[{line.severity}] {line.words}"
    told = f"{message.told_at(line.occurred_at)} · {line.type}"
    link = [] if message.is_digest else [line.url]
    return [head, *([text] if text else []), told, *link, ""]


def _row_of(message: Message, line: Line) -> str:
    text = message.text_of(line)
    return (
        f'<p><strong style="color:{_COLOURS.get(line.severity, "#222")}">'
        f"[{escape(line.severity)}]</strong> "
        f'<a href="{escape(line.url)}">{escape(line.words)}</a>'
        f"{f'<br>{escape(text)}' if text else ''}"
        f'<br><span style="color:#777">{escape(message.told_at(line.occurred_at))}'
        f" · {escape(line.type)}</span></p>"
    )


def _signature(message: Message) -> str:
    return f"Holdfast · {message.tenant}"
