"""What a new model must not forget: its tenant, its name in the audit log, its migration."""

import subprocess
import sys
from pathlib import Path

import app
from app.core.db import Base
from app.core.tenancy import TenantFiltered, TenantScoped

ROOT = Path(app.__file__).parents[1]
# Each of them is met before a tenant is known, or lies above the tenants.
OF_NO_TENANT = {
    "AuditChain",
    "EventFollower",
    "IdempotencyKey",
    "OutgoingMail",
    "RollupPosition",
    "SignOfLife",
    "Tenant",
    "User",
}
# Their rows may be of another tenant than the session that writes them, or of none.
FILTERED_ONLY = {"AuditRow", "TokenFamily"}
# Nobody's decision: the audit log itself, what runs and posts leave behind, marks of requests.
# A job's tags are told as a field of the job.
UNTOLD = {
    "AlertNotice",
    "AlertTurn",
    "AuditChain",
    "AuditRow",
    "ComplianceChange",
    "ComplianceState",
    "EventFollower",
    "EventRollup",
    "Execution",
    "ExecutionLog",
    "IdempotencyKey",
    "JobTag",
    "LegacyCall",
    "Notification",
    "NotificationItem",
    "OutgoingMail",
    "RollupPosition",
    "RunClaim",
    "RunCorrection",
    "RunRollup",
    "SignOfLife",
    "StatusPost",
    "StorageSample",
    "TaskMove",
    "TokenFamily",
    "Verification",
    "VerificationFailure",
}
UNKNOWN_TABLES = """
import importlib, pkgutil
import app
from app.core.db import Base
known = set(Base.metadata.tables)
for module in pkgutil.walk_packages(app.__path__, "app."):
    importlib.import_module(module.name)
print(*sorted(set(Base.metadata.tables) - known))
"""


def models():
    return {mapper.class_ for mapper in Base.registry.mappers}


def names(found):
    return {model.__name__ for model in found}


def test_every_models_rows_belong_to_a_tenant():
    free = {model for model in models() if not issubclass(model, TenantScoped)}

    assert names(free) == OF_NO_TENANT | FILTERED_ONLY, (
        "Add TenantScoped to the bases of a new model; without it every tenant sees its rows."
    )


def test_every_model_with_a_tenant_is_filtered_by_it():
    unfiltered = {
        model
        for model in models()
        if "tenant_id" in model.__table__.columns and not issubclass(model, TenantFiltered)
    }

    assert names(unfiltered) == set(), (
        "Add TenantScoped (or, when whoever makes a row names its tenant, TenantFiltered)."
    )


def test_every_model_says_how_the_audit_log_calls_it():
    untold = {model for model in models() if getattr(model, "audit_name", None) is None}

    assert names(untold) == UNTOLD, (
        "Add `audit_name = …` to a new model, or its changes leave no trace in the audit log; "
        "name it in UNTOLD only when no person decides on its rows."
    )


def test_no_two_models_share_a_name_in_the_audit_log():
    told = [model.audit_name for model in models() if getattr(model, "audit_name", None)]

    assert sorted(told) == sorted(set(told)), "Give each model an `audit_name` of its own."


def test_every_table_is_known_once_the_application_is_imported():
    # In a process of its own: what is imported here would be known to every later test.
    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN_TABLES], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == [], (
        "Mount the domain in app/registry.py: no route or background work imports the models of "
        "these tables, so that `flask db migrate` and `flask db check` do not see them."
    )
