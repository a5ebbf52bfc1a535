"""3-2-1-1-0 as pure functions: from what is known of a job to five digits and a status."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.compliance.values import (
    COMPLIANT,
    COPIES,
    ERRORS,
    LETTER_OF,
    MEDIA,
    NON_COMPLIANT,
    OFFLINE_OR_IMMUTABLE,
    OFFSITE,
    SOURCE_MEDIUM,
    UNKNOWN,
    WARNING,
)
from app.tenants.values import MAX_VERIFICATION_AGE_DAYS

_HOLDS_DATA = ("success", "warning")
_ELSEWHERE = ("offsite", "cloud")
_OFFLINE = "offline"
_NAMED_COPIES = 5
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Copy:
    """A place where data lies; `is_immutable` is true only when proven, null when only claimed."""

    name: str
    location_type: str
    media_type: str
    status: str
    last_backup_at: datetime | None
    is_immutable: bool | None = False
    max_age_hours: int | None = None
    is_system: bool = False

    @property
    def counts(self) -> bool:
        """It holds data that its last run left whole."""
        return self.last_backup_at is not None and self.status in _HOLDS_DATA

    @property
    def ages_at(self) -> datetime | None:
        """When it is older than its own limit; None when nothing says so."""
        if self.last_backup_at is None or self.max_age_hours is None:
            return None
        return self.last_backup_at + timedelta(hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class Run:
    """The latest backup that ended, cancelled ones aside."""

    status: str
    ended_at: datetime
    error_code: str | None = None
    snapshot_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The latest verification that came to a result, and the snapshot that it was of."""

    succeeded: bool
    ended_at: datetime
    snapshot_id: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a job; `is_verifiable` says that its repository can be read from here."""

    copies: tuple[Copy, ...] = ()
    run: Run | None = None
    verification: Verification | None = None
    is_verifiable: bool = True

    @property
    def is_heard_of(self) -> bool:
        """A run has ended, or a copy has received data."""
        return self.run is not None or any(copy.last_backup_at for copy in self.copies)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a job is held to."""

    max_verification_age_days: int = MAX_VERIFICATION_AGE_DAYS[2]
    copies: int = 3
    media: int = 2


@dataclass(frozen=True, slots=True)
class Digit:
    """One of the five: met, not met, or not known, and why."""

    ok: bool | None
    have: int
    need: int
    why: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The outcome, and the moment at which it may change without anything happening."""

    status: str
    digits: dict[str, Digit]
    next_check_at: datetime | None

    @property
    def outcome(self) -> str:
        """The digits as letters (t, f, n), in their order: what a change is told by."""
        return "".join(LETTER_OF[digit.ok] for digit in self.digits.values())

    def wire(self) -> dict[str, dict[str, Any]]:
        return {name: asdict(digit) for name, digit in self.digits.items()}


def assess(evidence: Evidence, policy: Policy, now: datetime) -> Assessment:
    """Hold a job to the policy.

    A digit is null when it is not met by what is known, but may be by what is not. The status is
    `non_compliant` when a digit is false; else `unknown` when one is null; else `warning` when a
    copy is older than its own limit; else `compliant`. Of a job that nothing was heard of yet
    every digit is null.
    """
    counted = [copy for copy in evidence.copies if copy.counts]
    digits = {
        COPIES: _copies(evidence.copies, counted, policy, now),
        MEDIA: _media(counted, policy),
        OFFSITE: _offsite(counted),
        OFFLINE_OR_IMMUTABLE: _offline_or_immutable(counted),
        ERRORS: _errors(evidence, policy, now),
    }
    if not evidence.is_heard_of:
        digits = {name: _not_heard(digit) for name, digit in digits.items()}
    is_old = bool(_old(evidence.copies, now))
    return Assessment(_status(digits, is_old), digits, _next_check(evidence, policy, now))


def _status(digits: dict[str, Digit], is_old: bool) -> str:
    found = {digit.ok for digit in digits.values()}
    if False in found:
        return NON_COMPLIANT
    if None in found:
        return UNKNOWN
    return WARNING if is_old else COMPLIANT


def _not_heard(digit: Digit) -> Digit:
    why = f"Nothing was heard of this job yet: run it, or let its script report. {digit.why}"
    return replace(digit, ok=None, why=why)


def _copies(copies: Iterable[Copy], counted: list[Copy], policy: Policy, now: datetime) -> Digit:
    have, need = len(counted) + 1, policy.copies
    why = f"{have} of {need} copies, the source's own among them"
    why += f": add {_more(need - have, 'copy', 'copies')}." if have < need else "."
    whys = [why, *map(_why_not_counted, [copy for copy in copies if not copy.counts])]
    whys += [_why_old(copy, now) for copy in _old(copies, now)]
    if len(whys) > _NAMED_COPIES + 1:
        whys = [*whys[: _NAMED_COPIES + 1], f"And {len(whys) - _NAMED_COPIES - 1} remarks more."]
    return Digit(have >= need, have, need, " ".join(whys))


def _media(counted: list[Copy], policy: Policy) -> Digit:
    media = sorted({SOURCE_MEDIUM, *(copy.media_type for copy in counted)})
    have, need = len(media), policy.media
    why = f"{have} of {need} media: {', '.join(media)}; the source counts as {SOURCE_MEDIUM}"
    why += ": put a copy on another medium." if have < need else "."
    return Digit(have >= need, have, need, why)


def _offsite(counted: list[Copy]) -> Digit:
    away = [copy for copy in counted if copy.location_type in _ELSEWHERE]
    if away:
        return Digit(True, len(away), 1, f"Offsite or in the cloud: {_names(away)}.")
    why = "No copy that counts is offsite or in the cloud: keep one away from this site."
    return Digit(False, 0, 1, why)


def _offline_or_immutable(counted: list[Copy]) -> Digit:
    safe = [copy for copy in counted if copy.location_type == _OFFLINE or copy.is_immutable]
    if safe:
        return Digit(True, len(safe), 1, f"Offline or proven immutable: {_names(safe)}.")
    claimed = [copy for copy in counted if copy.is_immutable is None]
    if claimed:
        why = (
            f"Said to be immutable, but not proven: {_names(claimed)}. Test its storage provider "
            "(POST /storage/{id}/test), or keep a copy offline."
        )
        return Digit(None, 0, 1, why)
    why = "No copy that counts is offline or immutable: keep one that nobody here can delete."
    return Digit(False, 0, 1, why)


def _errors(evidence: Evidence, policy: Policy, now: datetime) -> Digit:
    """Two things must have succeeded: the latest run and the latest verification."""
    ran, run_why = _run(evidence.run)
    verified, verified_why = _verified(evidence, policy, now)
    oks = (ran, verified)
    ok = False if False in oks else None if None in oks else True
    return Digit(ok, oks.count(True), len(oks), f"{run_why} {verified_why}")


def _run(run: Run | None) -> tuple[bool | None, str]:
    if run is None:
        return None, "No run has ended yet."
    at = _day(run.ended_at)
    if run.status == "success":
        return True, f"The latest run, of {at}, succeeded."
    if run.status == "warning":
        return True, f"The latest run, of {at}, succeeded with warnings: read its log."
    code = f" ({run.error_code})" if run.error_code else ""
    words = "was missed" if run.status == "missed" else f"failed{code}"
    return False, f"The latest run, of {at}, {words}: mend it and run the job again."


def _verified(evidence: Evidence, policy: Policy, now: datetime) -> tuple[bool | None, str]:
    found, days = evidence.verification, policy.max_verification_age_days
    if found is None and not evidence.is_verifiable:
        return None, "Its data cannot be read, and so not be verified, from here."
    if found is None:
        return False, "It was never verified: start a verification."
    at = _day(found.ended_at)
    if not found.succeeded:
        return False, f"The latest verification, of {at}, failed: see its result."
    if now >= _stale_at(found, policy):
        return False, f"The latest verification, of {at}, is over {days} days old: verify anew."
    return True, f"The latest verification, of {at}, succeeded.{_of_older(found, evidence.run)}"


def _of_older(found: Verification, run: Run | None) -> str:
    """A snapshot that was proven says nothing of one that was made since."""
    if run is None or run.snapshot_id is None or found.snapshot_id is None:
        return ""
    short, latest = found.snapshot_id[:_SHORT], run.snapshot_id[:_SHORT]
    return "" if short == latest else f" It proved snapshot {short}, not that of the latest run."


def _next_check(evidence: Evidence, policy: Policy, now: datetime) -> datetime | None:
    moments = [copy.ages_at for copy in evidence.copies]
    if evidence.verification is not None and evidence.verification.succeeded:
        moments.append(_stale_at(evidence.verification, policy))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _stale_at(verification: Verification, policy: Policy) -> datetime:
    return verification.ended_at + timedelta(days=policy.max_verification_age_days)


def _old(copies: Iterable[Copy], now: datetime) -> list[Copy]:
    return [copy for copy in copies if copy.ages_at is not None and now >= copy.ages_at]


def _why_old(copy: Copy, now: datetime) -> str:
    hours = int((now - (copy.last_backup_at or now)).total_seconds() // 3600)
    return f"{copy.name} is {hours} hours old, its limit is {copy.max_age_hours}."


def _why_not_counted(copy: Copy) -> str:
    if copy.last_backup_at is None:
        return f"{copy.name} does not count: it has received no data yet."
    return f"{copy.name} does not count: its last status is {copy.status}."


def _more(count: int, one: str, many: str) -> str:
    return f"one {one} more" if count == 1 else f"{count} {many} more"


def _names(copies: list[Copy]) -> str:
    names = ", ".join(copy.name for copy in copies[:_NAMED_COPIES])
    return names if len(copies) <= _NAMED_COPIES else f"{names} and {len(copies) - 5} more"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
