"""The wire format of the dashboard."""

from marshmallow import Schema, fields

from app.compliance.schemas import StatusCountsSchema
from app.core.schemas import Moment, StrictSchema, Whole, Word
from app.dashboard.values import LAST_24H, PERIODS, RESULTS
from app.events.schemas import EventSubjectSchema
from app.events.values import SEVERITIES
from app.tasks.values import PRIORITIES, STATUSES
from app.users.values import ROLE_PERMISSIONS

_FROM = {"description": "The first moment that counts: a full hour, or midnight (UTC)."}
_TO = {"description": "The first moment after it: the end of this hour, or of this day (UTC)."}
_DAY = {"example": "2026-01-31"}
_RATE = {
    "description": "Percent of success and warning among all but the cancelled ones.",
    "example": 98.5,
}
_PERCENT = {"example": 25.0}
_BYTES = {"example": 5368709120}


class PeriodQuery(StrictSchema):
    time_period = Word(
        PERIODS,
        load_default=LAST_24H,
        metadata={"description": "Since the full hour a day ago, or a midnight (UTC)."},
    )


class PeriodSchema(Schema):
    """The window that is told of."""

    time_period = Word(PERIODS)
    from_ = Moment(data_key="from", metadata=_FROM)
    to = Moment(metadata=_TO)


ResultCountsSchema = Schema.from_dict(
    {result: Whole(0) for result in RESULTS}, name="ResultCountsSchema"
)
LastResultCountsSchema = Schema.from_dict(
    {result: Whole(0) for result in (*RESULTS, "never")}, name="LastResultCountsSchema"
)
SeverityCountsSchema = Schema.from_dict(
    {severity: Whole(0) for severity in SEVERITIES}, name="SeverityCountsSchema"
)


class RunsSchema(Schema):
    """Final backups, restores aside."""

    total = Whole(0)
    by_result = fields.Nested(ResultCountsSchema)
    success_rate = fields.Float(allow_none=True, metadata=_RATE)
    size_bytes = Whole(0, metadata=_BYTES)
    mean_duration_seconds = fields.Float(allow_none=True, metadata={"example": 312.5})


class OverviewRunsSchema(RunsSchema):
    """Those of the period, and what runs or waits now."""

    running = Whole(0)
    queued = Whole(0)


class DayOfRunsSchema(RunsSchema):
    """A day's, in UTC."""

    date = fields.String(metadata=_DAY)


class ListedJobSchema(Schema):
    """A job and its last run."""

    backup_id = Whole(1)
    name = fields.String(metadata={"example": "Finance share"})
    last_run = Moment(allow_none=True)
    last_result = fields.String(allow_none=True, metadata={"example": "failed"})
    duration_seconds = fields.Float(allow_none=True, metadata={"example": 312.5})
    last_success_at = Moment(allow_none=True)
    consecutive_failures = Whole(0)


class BackupStatsSchema(PeriodSchema, RunsSchema):
    """The period's backups.

    The slowest jobs are those whose last run lies in the period and took longest; at risk are
    the active ones that failed or were missed last, those that did most often in a row first.
    """

    by_day = fields.List(fields.Nested(DayOfRunsSchema))
    slowest_jobs = fields.List(fields.Nested(ListedJobSchema))
    jobs_at_risk = fields.List(fields.Nested(ListedJobSchema))


class NewestEventSchema(Schema):
    """An event in short."""

    id = Whole(1)
    type = fields.String(metadata={"example": "backup.failed"})
    severity = Word(SEVERITIES)
    source = fields.String(metadata={"example": "holdfast"})
    title = fields.String(metadata={"example": "Finance share failed"})
    subject = fields.Nested(
        EventSubjectSchema, allow_none=True, metadata={"example": {"type": "backup", "id": 7}}
    )
    occurred_at = Moment()


class EventsByTypeSchema(Schema):
    type = fields.String(metadata={"example": "backup.failed"})
    total = Whole(0)


class EventsBySourceSchema(Schema):
    source = fields.String(metadata={"example": "holdfast"})
    total = Whole(0)


class DayOfEventsSchema(Schema):
    """A day's, in UTC."""

    date = fields.String(metadata=_DAY)
    total = Whole(0)
    by_severity = fields.Nested(SeverityCountsSchema)


class EventsStatsSchema(PeriodSchema):
    """The period's events, deleted ones aside; the 20 busiest sources; the 10 newest of all."""

    total = Whole(0)
    by_severity = fields.Nested(SeverityCountsSchema)
    by_type = fields.List(fields.Nested(EventsByTypeSchema))
    by_source = fields.List(fields.Nested(EventsBySourceSchema))
    by_day = fields.List(fields.Nested(DayOfEventsSchema))
    newest = fields.List(fields.Nested(NewestEventSchema))


class JobsSchema(Schema):
    """The jobs that were not deleted; overdue are those that `GET /backups?overdue=true` lists."""

    total = Whole(0)
    active = Whole(0)
    inactive = Whole(0)
    by_last_result = fields.Nested(LastResultCountsSchema)
    overdue = Whole(0)
    at_risk = Whole(0)


class StoragesSchema(Schema):
    """All storages; the percentage is of those whose use and capacity are known."""

    total = Whole(0)
    offline = Whole(0)
    low = Whole(0)
    used_bytes = Whole(0, metadata=_BYTES)
    capacity_bytes = Whole(0, metadata=_BYTES)
    utilization_percent = fields.Float(allow_none=True, metadata=_PERCENT)


class ComplianceCountsSchema(Schema):
    """The jobs; the rate is the percentage of compliant ones among those that are known."""

    by_status = fields.Nested(StatusCountsSchema)
    compliance_rate = fields.Float(allow_none=True, metadata=_RATE)


class OpenAlertsSchema(Schema):
    """What is not resolved, without what another alert explains."""

    open = Whole(0)
    by_severity = fields.Nested(SeverityCountsSchema)


class TasksSchema(Schema):
    """What is to be done; overdue are those that `GET /tasks?overdue=true` lists."""

    open = Whole(0)
    in_progress = Whole(0)
    overdue = Whole(0)


class OverviewSchema(PeriodSchema):
    """Everything on one screen; the period bounds the runs, the rest is as it stands now."""

    jobs = fields.Nested(JobsSchema)
    runs = fields.Nested(OverviewRunsSchema)
    storage = fields.Nested(StoragesSchema)
    compliance = fields.Nested(ComplianceCountsSchema)
    alerts = fields.Nested(OpenAlertsSchema)
    tasks = fields.Nested(TasksSchema)
    newest_events = fields.List(fields.Nested(NewestEventSchema))


TaskCountsSchema = Schema.from_dict(
    {status: Whole(0) for status in STATUSES}, name="TaskCountsSchema"
)
PriorityCountsSchema = Schema.from_dict(
    {priority: Whole(0) for priority in PRIORITIES}, name="PriorityCountsSchema"
)


class TasksStatsSchema(PeriodSchema):
    """The tasks that were not deleted.

    `created` and `closed` are those of the period; the completion rate is the percentage that
    is closed of those that were created in it. `mine` are the caller's own.
    """

    total = Whole(0)
    by_status = fields.Nested(TaskCountsSchema)
    by_priority = fields.Nested(PriorityCountsSchema)
    unfinished_by_priority = fields.Nested(PriorityCountsSchema)
    overdue = Whole(0)
    created = Whole(0)
    closed = Whole(0)
    completion_rate = fields.Float(allow_none=True, metadata=_PERCENT)
    mine = fields.Nested(TasksSchema)


class RoleCountSchema(Schema):
    role = Word(ROLE_PERMISSIONS)
    total = Whole(0)


class UsersStatsSchema(PeriodSchema):
    """The people who may sign in; active ones have done so since."""

    total = Whole(0)
    deactivated = Whole(0)
    by_role = fields.List(fields.Nested(RoleCountSchema))
    active_in_30_days = Whole(0)
    active_in_period = Whole(0)


class NamedCountSchema(Schema):
    name = fields.String(metadata={"example": "local"})
    total = Whole(0)


class StorageSchema(Schema):
    """A storage as it was measured last; the capacity is what was measured, else what was said."""

    storage_id = Whole(1)
    name = fields.String(metadata={"example": "Vault"})
    provider_type = fields.String(metadata={"example": "local"})
    location_type = fields.String(metadata={"example": "onsite"})
    is_online = fields.Boolean(allow_none=True)
    is_low = fields.Boolean(allow_none=True, metadata={"example": False})
    used_bytes = Whole(0, allow_none=True, metadata=_BYTES)
    free_bytes = Whole(0, allow_none=True, metadata=_BYTES)
    capacity_bytes = Whole(0, allow_none=True, metadata=_BYTES)
    utilization_percent = fields.Float(allow_none=True, metadata=_PERCENT)
    measured_at = Moment(allow_none=True)


class DayOfStorageSchema(Schema):
    """The sum of what was measured last until the end of that day."""

    date = fields.Date(metadata=_DAY)
    used_bytes = Whole(0, metadata=_BYTES)


class StorageStatsSchema(PeriodSchema, StoragesSchema):
    """The storages now, and from day to day."""

    by_type = fields.List(fields.Nested(NamedCountSchema))
    by_location = fields.List(fields.Nested(NamedCountSchema))
    storages = fields.List(fields.Nested(StorageSchema))
    by_day = fields.List(fields.Nested(DayOfStorageSchema))


class DayOfComplianceSchema(ComplianceCountsSchema):
    """How the jobs that were there stood at the end of a day (UTC)."""

    date = fields.String(metadata=_DAY)
    total = Whole(0)


class ComplianceTrendSchema(PeriodSchema, ComplianceCountsSchema):
    """How the jobs stand now, and stood from day to day."""

    total = Whole(0)
    by_day = fields.List(fields.Nested(DayOfComplianceSchema))
