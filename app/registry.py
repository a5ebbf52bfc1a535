"""The list of domains: mounts their routes, plugs the ports, registers background work."""

from flask import Flask
from flask_smorest import Api

from app.admin.commands import GROUPS
from app.admin.pages import blp as docs_pages
from app.admin.routes import aws_accounts, health, monitoring, tenants
from app.alerts import background as alerts_background
from app.alerts.routes import blp as alert_routes
from app.alerts.service import finding as alerts
from app.audit import background as audit_background
from app.audit import service as audit
from app.audit.routes import blp as audit_routes
from app.auth import background as auth_background
from app.auth import cache
from app.auth import routes as auth_routes
from app.auth.service.actors import load_actor
from app.auth.service.reach import actor_in
from app.backups import background as backups_background
from app.backups.routes import copies, executions, jobs, stored_backups
from app.backups.service import handover, repositories, storage_use, subjects
from app.compliance import background as compliance_background
from app.compliance.routes import blp as compliance_routes
from app.core import background, identity, signs
from app.core.http import errors, trail
from app.core.idempotency import IdempotencyKey
from app.core.mail import background as mail_background
from app.dashboard import background as dashboard_background
from app.dashboard.routes import blp as dashboard_routes
from app.events.routes import blp as event_routes
from app.events.service import posting
from app.legacy import background as legacy_background
from app.legacy.routes import calls, rejected, scripts
from app.notifications import background as notifications_background
from app.notifications.routes import blp as notification_routes
from app.notifications.service import channels
from app.runners import background as runners_background
from app.runners.routes import runner_runs, runners
from app.storage import background as storage_background
from app.storage.routes import blp as storage_routes
from app.storage.service import usage
from app.tasks.routes import comments, tasks
from app.tasks.service.tasks import has_alert
from app.tenants import background as tenants_background
from app.tenants.routes import blp as current_tenant_routes
from app.tenants.service import own
from app.users import background as users_background
from app.users.routes import invites, members, people
from app.users.values import PERMISSIONS, PLATFORM_PERMISSIONS
from app.verification import background as verification_background
from app.verification.routes import schedules as verification_schedules
from app.verification.routes import verifications
from app.verification.service import claims
from app.verification.service import handover as verification_handover

# What a machine's token may be asked for.
SCOPES = sorted(PERMISSIONS | PLATFORM_PERMISSIONS)
API_PREFIX = "/api/v1"
LEGACY_PREFIX = "/api/backup"
BLUEPRINTS = (
    auth_routes.sign_in,
    auth_routes.oauth,
    tenants,
    current_tenant_routes,
    monitoring,
    aws_accounts,
    event_routes,
    audit_routes,
    people,
    members,
    invites,
    jobs,
    executions,
    copies,
    runners,
    runner_runs,
    storage_routes,
    compliance_routes,
    dashboard_routes,
    alert_routes,
    stored_backups,
    verification_schedules,
    verifications,
    notification_routes,
    tasks,
    comments,
    health,
    rejected,
    calls,
)
BACKGROUND = (
    backups_background,
    compliance_background,
    alerts_background,
    dashboard_background,
    auth_background,
    audit_background,
    legacy_background,
    mail_background,
    notifications_background,
    runners_background,
    storage_background,
    users_background,
    verification_background,
    # Last: what nobody has begun to read yet must not go.
    tenants_background,
)


def mount(app: Flask, api: Api) -> None:
    """Make this application whole."""
    plug_ports()
    for blueprint in BLUEPRINTS:
        prefix = API_PREFIX + (blueprint.url_prefix or "")
        api.register_blueprint(blueprint, url_prefix=prefix)
    api.register_blueprint(scripts, url_prefix=LEGACY_PREFIX)
    errors.answer_under(LEGACY_PREFIX, scripts.envelope)
    app.register_blueprint(docs_pages)
    for group in GROUPS:
        app.cli.add_command(group)
    for domain in BACKGROUND:
        domain.register(app)
    background.purge(app, IdempotencyKey.expires_at)
    background.every_round(app, "give_sign", signs.give_sign)


def plug_ports() -> None:
    """Answer what lower rooms ask of upper ones."""
    identity.load_actor.plug(load_actor)
    identity.forget_actors.plug(cache.forget_all)
    identity.actor_in.plug(actor_in)
    trail.audit_sink.plug(audit.record_write)
    trail.refusal_sink.plug(audit.record_refusal)
    posting.find_subject.plug(subjects.find_subject)
    handover.enqueue.plug(backups_background.enqueue)
    usage.users_of.plug(storage_use.users_of)
    usage.count_backups.plug(storage_use.count_backups)
    usage.follow.plug(storage_use.follow)
    repositories.count_readers.plug(claims.count_alive)
    has_alert.plug(alerts.has_alert)
    own.channels_of.plug(channels.list_all)
    verification_handover.enqueue.plug(verification_background.enqueue)
