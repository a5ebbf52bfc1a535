"""Runners over HTTP."""

from app.runners.routes.runners import blp as runners
from app.runners.routes.runs import blp as runner_runs

__all__ = ["runner_runs", "runners"]
