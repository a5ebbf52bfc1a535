"""Why something failed, in words for those who look after it."""

import re
from collections.abc import Iterable

_WORDS = (
    (
        r"ciphertext verification failed|returned invalid hash",
        "Its data in the repository is damaged: it does not match its hash",
    ),
    (r"Pack ID does not match", "Its content has changed: it does not match its hash"),
    (r"/data/[0-9a-f]{2}/[0-9a-f]{64}.*no such file|^does not exist$", "It is missing"),
    (r"unexpected file size: (.+)", r"It has another size than was recorded: \1"),
    (r"unexpected EOF|failed to download", "It is cut short, or cannot be read"),
    (r"not found in repository", "The index does not know its data any more"),
    (r"invalid data returned|unmarshal", "It is damaged and cannot be read"),
    (r"repository contains errors", "restic found errors in the repository"),
)
# What a restore could not set of a file whose content came back.
_METADATA = re.compile(r"(lchown|chown|chmod|utimesnano|utimes|l?setxattr|xattr)\b", re.IGNORECASE)


def explain(reason: str, hidden: Iterable[str] = ()) -> str:
    """A reason of the engine in plain words, where it has any, without paths of the server."""
    for pattern, words in _WORDS:
        match = re.search(pattern, reason)
        if match:
            return match.expand(words) + "."
    for path in hidden:
        reason = reason.replace(path, "…")
    return reason[:500]


def is_of_metadata(reason: str) -> bool:
    """Owner, times or attributes could not be set, as on file systems that have none."""
    return _METADATA.match(reason) is not None


def shown(path: str) -> str:
    """A path as it can be kept and shown: bytes that are no UTF-8 become U+FFFD."""
    return "".join("\ufffd" if "\udc80" <= letter <= "\udcff" else letter for letter in path)
