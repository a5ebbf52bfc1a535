"""3-2-1-1-0 as a table: what is known of a job, and what each digit and the status come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.compliance.rules import Copy, Evidence, Policy, Run, Verification, assess
from app.compliance.values import DIGITS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy()

DISK = Copy("Repository", "onsite", "disk", "success", NOW - HOUR, is_system=True)
TAPE = Copy("Vault", "offsite", "tape", "success", NOW - HOUR)
CLOUD = Copy("Bucket", "cloud", "cloud", "success", NOW - HOUR)
SAFE = Copy("Safe", "offline", "external_hdd", "success", NOW - HOUR)
LOCKED = replace(CLOUD, is_immutable=True)
CLAIMED = replace(CLOUD, is_immutable=None)

RAN = Run("success", NOW - HOUR, snapshot_id="aaaabbbbcccc")
FAILED = Run("failed", NOW - HOUR, "STORAGE_FULL")
PROVEN = Verification(True, NOW - DAY, "aaaabbbbcccc")
WHOLE = Evidence((DISK, TAPE, SAFE), RAN, PROVEN)


def verified(days, **fields):
    return replace(PROVEN, ended_at=NOW - days * DAY, **fields)


def of(*copies, run=RAN, verification=PROVEN, **fields):
    return Evidence(copies, run, verification, **fields)


# Of the digits: t is met, f is not, n is not known.
TABLE = [
    ("all met", WHOLE, "ttttt", "compliant"),
    ("a proven lock is as good as offline", of(DISK, LOCKED), "ttttt", "compliant"),
    ("a lock only claimed is not known", of(DISK, CLAIMED), "tttnt", "unknown"),
    ("a claim is not asked for beside a proof", of(CLAIMED, LOCKED), "ttttt", "compliant"),
    ("a claim is not asked for beside an offline copy", of(CLAIMED, SAFE), "ttttt", "compliant"),
    ("a lock found open is none", of(DISK, CLOUD), "tttft", "non_compliant"),
    ("no copy at all", of(), "fffft", "non_compliant"),
    ("the source is one copy, and two are missing", of(DISK), "fffft", "non_compliant"),
    ("the source is one copy of three", of(TAPE), "fttft", "non_compliant"),
    ("two copies and the source", of(TAPE, SAFE), "ttttt", "compliant"),
    ("more copies than needed", of(DISK, TAPE, CLOUD, SAFE), "ttttt", "compliant"),
    ("disks everywhere are one medium", of(DISK, replace(TAPE, media_type="disk")), "tftft",
     "non_compliant"),
    ("a nas is another medium than a disk", of(DISK, replace(DISK, media_type="nas")), "ttfft",
     "non_compliant"),
    ("the cloud is offsite", of(DISK, CLOUD), "tttft", "non_compliant"),
    ("offline at home is not offsite", of(DISK, SAFE), "ttftt", "non_compliant"),
    ("a tape elsewhere is offsite, not offline", of(DISK, TAPE), "tttft", "non_compliant"),
    ("a copy that failed does not count", of(DISK, TAPE, replace(SAFE, status="failed")), "tttft",
     "non_compliant"),
    ("a copy of which nothing is known does not count",
     of(DISK, SAFE, replace(TAPE, status="unknown")), "ttftt", "non_compliant"),
    ("a copy that never received data does not count",
     of(DISK, SAFE, replace(TAPE, last_backup_at=None)), "ttftt", "non_compliant"),
    ("a copy with warnings counts", of(DISK, SAFE, replace(TAPE, status="warning")), "ttttt",
     "compliant"),
    ("the lock of a copy that does not count is none",
     of(DISK, TAPE, replace(LOCKED, status="failed")), "tttft", "non_compliant"),
    ("a claim on a copy that does not count is none",
     of(DISK, TAPE, replace(CLAIMED, last_backup_at=None)), "tttft", "non_compliant"),
    ("a copy within its limit", of(TAPE, replace(SAFE, max_age_hours=2)), "ttttt", "compliant"),
    ("a copy at its limit", of(TAPE, replace(SAFE, max_age_hours=1)), "ttttt", "warning"),
    ("a copy beyond its limit",
     of(TAPE, replace(SAFE, last_backup_at=NOW - 3 * DAY, max_age_hours=24)), "ttttt", "warning"),
    ("a spare copy beyond its limit",
     of(DISK, TAPE, SAFE, replace(CLOUD, last_backup_at=NOW - 3 * DAY, max_age_hours=24)), "ttttt",
     "warning"),
    ("an old copy without a limit", of(TAPE, replace(SAFE, last_backup_at=NOW - 900 * DAY)),
     "ttttt", "compliant"),
    ("what is not met outweighs what is old", of(replace(TAPE, max_age_hours=1)), "fttft",
     "non_compliant"),
    ("what is not known outweighs what is old", of(DISK, replace(CLAIMED, max_age_hours=1)),
     "tttnt", "unknown"),
    ("the latest run failed", replace(WHOLE, run=FAILED), "ttttf", "non_compliant"),
    ("the latest run was missed", replace(WHOLE, run=Run("missed", NOW)), "ttttf",
     "non_compliant"),
    ("the latest run had warnings", replace(WHOLE, run=Run("warning", NOW)), "ttttt", "compliant"),
    ("no run is known, though copies hold data", replace(WHOLE, run=None), "ttttn", "unknown"),
    ("never verified", replace(WHOLE, verification=None), "ttttf", "non_compliant"),
    ("the latest verification failed", replace(WHOLE, verification=verified(1, succeeded=False)),
     "ttttf", "non_compliant"),
    ("a verification just young enough", replace(WHOLE, verification=verified(89)), "ttttt",
     "compliant"),
    ("a verification just too old", replace(WHOLE, verification=verified(90)), "ttttf",
     "non_compliant"),
    ("a proof of an older snapshot, and the run since succeeded",
     replace(WHOLE, verification=verified(1, snapshot_id="ddddeeee")), "ttttt", "compliant"),
    ("an old snapshot proven today, and today's run failed",
     replace(WHOLE, run=FAILED, verification=verified(0, snapshot_id="ddddeeee")), "ttttf",
     "non_compliant"),
    ("never run and never verified, though copies hold data",
     replace(WHOLE, run=None, verification=None), "ttttf", "non_compliant"),
    ("another tool's backups cannot be verified from here",
     replace(WHOLE, verification=None, is_verifiable=False), "ttttn", "unknown"),
    ("another tool's latest run failed",
     replace(WHOLE, run=FAILED, verification=None, is_verifiable=False), "ttttf", "non_compliant"),
    ("nothing was heard of yet", Evidence(), "nnnnn", "unknown"),
    ("copies are named, and none has received data",
     Evidence((replace(DISK, last_backup_at=None), replace(LOCKED, last_backup_at=None))),
     "nnnnn", "unknown"),
    ("the first run failed", Evidence((replace(DISK, last_backup_at=None),), FAILED), "fffff",
     "non_compliant"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "outcome", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_digits_and_status_follow_from_what_is_known(evidence, outcome, status):
    found = assess(evidence, POLICY, NOW)

    assert (found.outcome, found.status) == (outcome, status)
    assert tuple(found.digits) == DIGITS
    assert all(digit.why.endswith(".") for digit in found.digits.values())


def test_a_shorter_policy_asks_for_newer_verifications():
    assert assess(WHOLE, Policy(max_verification_age_days=1), NOW).outcome == "ttttf"


def test_a_digit_is_met_by_as_many_as_it_needs():
    for _, evidence, _, _ in TABLE:
        for digit in assess(evidence, POLICY, NOW).digits.values():
            assert digit.ok is None or digit.ok == (digit.have >= digit.need)


NEXT = [
    ("a verification ages", WHOLE, NOW + 89 * DAY),
    ("a copy ages first", of(TAPE, replace(SAFE, max_age_hours=5)), NOW + 4 * HOUR),
    ("what is old already does not change again",
     of(TAPE, replace(SAFE, max_age_hours=1), verification=verified(100)), None),
    ("a failed verification does not age", of(TAPE, verification=verified(1, succeeded=False)),
     None),
    ("a copy without data does not age",
     of(replace(TAPE, max_age_hours=5, last_backup_at=None), verification=None), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "moment"), [row[1:] for row in NEXT], ids=[row[0] for row in NEXT]
)
def test_it_is_looked_at_again_when_time_alone_changes_it(evidence, moment):
    assert assess(evidence, POLICY, NOW).next_check_at == moment


WORDS = [
    ("copies", of(DISK), "2 of 3 copies, the source's own among them: add one copy more."),
    ("copies", of(), "1 of 3 copies, the source's own among them: add 2 copies more."),
    ("copies", of(replace(TAPE, status="failed")),
     "Vault does not count: its last status is failed."),
    ("copies", of(replace(TAPE, last_backup_at=None)), "it has received no data yet."),
    ("copies", of(TAPE, replace(SAFE, last_backup_at=NOW - 3 * DAY, max_age_hours=24)),
     "Safe is 72 hours old, its limit is 24."),
    ("copies", of(*[replace(TAPE, status="failed")] * 9), "And 4 remarks more."),
    ("media", of(DISK), "1 of 2 media: disk; the source counts as disk: put a copy on another"),
    ("offsite", of(TAPE), "Offsite or in the cloud: Vault."),
    ("offline_or_immutable", of(CLAIMED), "Said to be immutable, but not proven: Bucket."),
    ("offline_or_immutable", of(SAFE, LOCKED), "Offline or proven immutable: Safe, Bucket."),
    ("errors", of(run=FAILED), "of 2026-11-21 11:00 UTC, failed (STORAGE_FULL): mend it"),
    ("errors", of(verification=None), "It was never verified"),
    ("errors", of(verification=verified(1, snapshot_id="ddddeeee11")),
     "It proved snapshot ddddeeee, not that of the latest run."),
    ("errors", of(verification=verified(91)), "is over 90 days old: verify anew."),
    ("errors", Evidence(), "Nothing was heard of this job yet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "evidence", "words"), WORDS)
def test_the_reason_tells_an_administrator_what_to_do(name, evidence, words):
    assert words in assess(evidence, POLICY, NOW).digits[name].why
