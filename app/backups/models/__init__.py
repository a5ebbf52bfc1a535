"""What is kept of backup jobs, their executions and their copies."""

from app.backups.models.copy import BackupCopy
from app.backups.models.correction import RunCorrection
from app.backups.models.execution import Execution, ExecutionLog
from app.backups.models.job import BackupJob, JobTag

__all__ = ["BackupCopy", "BackupJob", "Execution", "ExecutionLog", "JobTag", "RunCorrection"]
