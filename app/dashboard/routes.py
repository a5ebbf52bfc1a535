"""The seven views, under /dashboard."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, filters, requires, returns
from app.core.identity import current_actor
from app.dashboard.schemas import (
    BackupStatsSchema,
    ComplianceTrendSchema,
    EventsStatsSchema,
    OverviewSchema,
    PeriodQuery,
    StorageStatsSchema,
    TasksStatsSchema,
    UsersStatsSchema,
)
from app.dashboard.service import views

blp = Blueprint(
    "dashboard", __name__, url_prefix="/dashboard", description="Dashboard", resource="dashboard"
)


@blp.get("/overview")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(OverviewSchema)
def get_overview(query: dict[str, Any]) -> Any:
    """Show how everything stands, on one screen."""
    return views.overview(query["time_period"], clock.utcnow())


@blp.get("/backup-stats")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(BackupStatsSchema)
def get_backup_stats(query: dict[str, Any]) -> Any:
    """Count the runs of a period by result and day."""
    return views.backup_stats(query["time_period"], clock.utcnow())


@blp.get("/events-stats")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(EventsStatsSchema)
def get_events_stats(query: dict[str, Any]) -> Any:
    """Count the events of a period by severity, type, source and day."""
    return views.events_stats(query["time_period"], clock.utcnow())


@blp.get("/tasks-stats")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(TasksStatsSchema)
def get_tasks_stats(query: dict[str, Any]) -> Any:
    """Count the tasks by status and priority, and the caller's own."""
    return views.tasks_stats(query["time_period"], current_actor(), clock.utcnow())


@blp.get("/users-stats")
@requires("users:manage")
@filters(PeriodQuery)
@returns(UsersStatsSchema)
def get_users_stats(query: dict[str, Any]) -> Any:
    """Count the people by role, and those who were here."""
    return views.users_stats(query["time_period"], clock.utcnow())


@blp.get("/storage-stats")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(StorageStatsSchema)
def get_storage_stats(query: dict[str, Any]) -> Any:
    """Show how full the storages are, and were from day to day."""
    return views.storage_stats(query["time_period"], clock.utcnow())


@blp.get("/compliance-trend")
@requires("dashboard:read")
@filters(PeriodQuery)
@returns(ComplianceTrendSchema)
def get_compliance_trend(query: dict[str, Any]) -> Any:
    """Show how many jobs met 3-2-1-1-0, day by day."""
    return views.compliance_trend(query["time_period"], clock.utcnow())
