"""What is measured, each case over data of its own; what fills the database comes last."""

from benchmarks.backups import backup_through_holdfast
from benchmarks.dashboards import dashboard_overview_5m
from benchmarks.histories import execution_page
from benchmarks.polling import answers_beside_waiters, runner_claims
from benchmarks.posts import status_post, status_post_64_keys
from benchmarks.reads import job_get, job_list
from benchmarks.signing_in import sign_in
from benchmarks.ticks import scheduler_tick
from benchmarks.triggers import run_trigger

CASES = (
    status_post,
    status_post_64_keys,
    sign_in,
    run_trigger,
    job_get,
    job_list,
    runner_claims,
    answers_beside_waiters,
    backup_through_holdfast,
    scheduler_tick,
    dashboard_overview_5m,
    execution_page,
)
