"""A message as the body of a chat's webhook, escaped as that chat asks for."""

import re
from typing import Any

from app.core import clock
from app.notifications.rules.wording import TEST_TEXT, Line, Message
from app.notifications.values import SLACK, TEAMS, TEST

_SLACK_COLOURS = {"critical": "danger", "high": "danger", "medium": "warning"}
_TEAMS_COLOURS = {"critical": "attention", "high": "attention", "medium": "warning"}
# What Markdown reads in a TextBlock of an Adaptive Card.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>])")
# https://api.slack.com/methods/chat.postMessage#truncating; Teams takes 28 KB of JSON in all.
_MOST_SLACK = 30_000
_MOST_TEAMS = 15_000


def body_of(format_: str, message: Message) -> dict[str, Any]:
    """What is posted, as JSON."""
    if format_ == SLACK:
        return _slack(message)
    return _teams(message) if format_ == TEAMS else _generic(message)


def slack_text(text: str) -> str:
    """https://api.slack.com/reference/surfaces/formatting#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams_text(text: str) -> str:
    """https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features"""
    return _MARKDOWN.sub(r"\\\1", text)


def _slack(message: Message) -> dict[str, Any]:
    parts = [*(slack_text(line) for line in message.summary)] if message.is_digest else []
    parts += [_slack_line(message, line) for line in message.lines]
    link = f"<{message.url}|Open in Holdfast> · {slack_text(message.tenant)}"
    text = "\n".join([*_within(parts, _MOST_SLACK), *_last(message), link])
    colour = _SLACK_COLOURS.get(message.severity, "good")
    head = slack_text(message.subject)
    attachment = {"color": colour, "text": text, "fallback": head, "mrkdwn_in": ["text"]}
    return {"text": f"*{head}*", "attachments": [attachment]}


def _slack_line(message: Message, line: Line) -> str:
    text = message.text_of(line)
    head = f"[{line.severity}] <{line.url}|{slack_text(line.words).replace('|', '¦')}>"
    when = message.told_at(line.occurred_at)
    return "\n".join(
        [head, *([slack_text(text)] if text else []), f"{when} · {slack_text(line.type)}"]
    )


def _teams(message: Message) -> dict[str, Any]:
    """https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using"""
    parts = [teams_text(line) for line in message.summary] if message.is_digest else []
    parts += [_teams_line(message, line) for line in message.lines]
    texts = [*_within(parts, _MOST_TEAMS), *_last(message), teams_text(message.tenant)]
    head = {
        "type": "TextBlock",
        "text": teams_text(message.subject),
        "weight": "bolder",
        "size": "medium",
        "color": _TEAMS_COLOURS.get(message.severity, "default"),
        "wrap": True,
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [head, *({"type": "TextBlock", "text": text, "wrap": True} for text in texts)],
        "actions": [
            {"type": "Action.OpenUrl", "title": "Open in Holdfast", "url": message.url},
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _teams_line(message: Message, line: Line) -> str:
    text = message.text_of(line)
    told = teams_text(f"{message.told_at(line.occurred_at)} · {line.type}")
    head = teams_text(f"[{line.severity}] {line.words}")
    return "\n\n".join([head, *([teams_text(text)] if text else []), told])


def _generic(message: Message) -> dict[str, Any]:
    return {
        "id": message.key,
        "kind": message.kind,
        "tenant": message.tenant,
        "title": message.title,
        "severity": message.severity,
        "url": message.url,
        "written_at": clock.to_wire(message.written_at),
        "count": message.count,
        "counts": [
            {"type": type_, "severity": severity, "count": count}
            for (type_, severity), count in message.counts.items()
        ],
        "items": [_generic_line(line) for line in message.lines],
    }


def _generic_line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "type": line.type,
        "severity": line.severity,
        "title": line.title,
        "message": line.message,
        "occurred_at": clock.to_wire(line.occurred_at),
        "alert_id": line.alert_id,
        "event_id": line.event_id,
        "subject": {"type": line.subject_type, "id": line.subject_id},
        "url": line.url,
    }


def _last(message: Message) -> list[str]:
    if message.kind == TEST:
        return [TEST_TEXT]
    return [f"… and {message.rest} more."] if message.rest else []


def _within(parts: list[str], most: int) -> list[str]:
    """As many from the first on as fit together."""
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part) + 1
        if length > most:
            return [*kept, "…"]
        kept.append(part)
    return kept
