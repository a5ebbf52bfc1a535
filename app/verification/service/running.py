"""Doing a verification: claimed, kept alive, carried out, and settled whatever happens."""

import threading
from functools import partial

from app.backups.models import BackupJob
from app.backups.rules.readable import readable
from app.backups.service.endings import Ending as RunEnding
from app.backups.service.keeper import Keeper
from app.backups.service.settling import settle_surely
from app.core import clock
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.logging import bind, clear, get_logger
from app.core.settings import settings
from app.core.tenancy import as_tenant, unscoped
from app.engines.base import EngineError, Stopped
from app.verification.models import Verification
from app.verification.service import claims, endings
from app.verification.service.claims import VerificationLedger
from app.verification.service.endings import BROKEN, STOPPED, Ending
from app.verification.service.proving import prove
from app.verification.values import FAILED

log = get_logger("verification")


def run_verification(verification_id: int, owner: str, stopping: threading.Event) -> None:
    """Carry out one queued verification; a message that came twice or too late does nothing."""
    if stopping.is_set():
        return
    with unscoped():
        lease = float(settings()["LEASE_SECONDS"])
        verification = claims.claim(verification_id, owner, clock.utcnow(), lease)
        if verification is None:
            return
        job = db.session.get_one(BackupJob, verification.job_id)
    clear()
    bind(trace_id=verification.trace_id, verification_id=verification.id)
    log.info("verification_started", test_type=verification.test_type, job_id=job.id)
    ledger = VerificationLedger(verification)
    with Keeper(ledger, stopping) as keeper:
        ending = _work(verification, job, keeper)
    if ending is None:
        _give_back(keeper, ledger)
    else:
        settle_surely(partial(_keep, ledger), ending, stopping)
    clear()


def _work(verification: Verification, job: BackupJob, keeper: Keeper) -> Ending | None:
    """How it ended; None when it did not, and is to be given back."""
    try:
        return prove(verification, job, keeper)
    except Stopped:
        return STOPPED if keeper.reason == "cancelled" else None
    except EngineError as error:
        log.warning("verification_impossible", error_code=error.code, reason=error.message)
        return Ending(FAILED, error.code, readable(error.message))
    except ValidationFailed as error:
        told = "; ".join(f"{name}: {what[0]}" for name, what in error.details.items())
        return Ending(FAILED, "NOT_ALLOWED", told)
    except Exception as error:  # A bug must end this at once, not when its lease runs out.
        log.error("verification_crashed", exc_info=error)
        return BROKEN


def _give_back(keeper: Keeper, ledger: VerificationLedger) -> None:
    if keeper.reason != "stopping":
        return
    with as_tenant(ledger.tenant_id):
        endings.give_back(ledger.id, ledger.owner, clock.utcnow())
    log.info("verification_given_back")


def _keep(ledger: VerificationLedger, ending: RunEnding, _is_whole: bool) -> None:
    with as_tenant(ledger.tenant_id):
        kept = endings.settle(ledger.id, ledger.owner, ending, clock.utcnow())
    told = log.info if kept else log.warning
    told("verification_ended" if kept else "verification_lost", status=ending.status)
