"""The command line: what may be asked, and what is said at the end."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import uuid
from collections.abc import Sequence
from typing import Any

from holdfast_cli import __version__, running
from holdfast_cli.api import Api
from holdfast_cli.errors import EXIT_OF, FAILED, INTERRUPTED, SUCCESS, UNFINISHED, Refused, Stop
from holdfast_cli.progress import Display, size

_EXITS = """exit codes: 0 success, 1 failed, cancelled or missed, 2 refused (usage, key, job),
3 warning, 4 not known (still running at the time-out, or the server is away), 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; gives its exit code."""
    options = _parser().parse_args(arguments)
    # A shell starts what goes into the background with INT ignored; a pipeline still means it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        code: int = options.command(_api(options), options)
    except Stop as stop:
        print(f"holdfast: {stop}", file=sys.stderr)
        return stop.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _api(options: argparse.Namespace) -> Api:
    url = options.url or os.environ.get("HOLDFAST_URL", "")
    key = os.environ.get("HOLDFAST_API_KEY", "").strip()
    if not url or not key:
        raise Refused("Set HOLDFAST_URL and HOLDFAST_API_KEY.")
    ca_file = options.ca_file or os.environ.get("HOLDFAST_CA_FILE") or None
    return Api(url, key, ca_file, options.patience)


def _run(api: Api, options: argparse.Namespace) -> int:
    job = running.find_job(api, options.job)
    body: dict[str, Any] = {"backup_type": options.type} if options.type else {}
    if options.no_notify:
        body["notify"] = False
    key = options.idempotency_key or str(uuid.uuid4())
    execution = running.start(api, job["id"], body, key, attach=options.attach)
    if not options.wait:
        _tell(execution, options)
        return SUCCESS
    display = Display()
    try:
        execution = running.follow(api, execution, display, options.timeout)
    except KeyboardInterrupt:
        display.end()
        if not options.cancel_on_interrupt:
            print(f"holdfast: execution {execution['id']} goes on", file=sys.stderr)
            raise
        execution = running.cancel(api, execution, display)
    finally:
        display.end()
    _tell(execution, options)
    if options.log:
        sys.stderr.write(api.get_text(f"/executions/{execution['id']}/log"))
    return EXIT_OF[execution["status"]]


def _status(api: Api, options: argparse.Namespace) -> int:
    job = running.find_job(api, options.job)
    execution = running.newest(api, job["id"])
    if options.json:
        print(json.dumps({"job": job, "execution": execution}))
    else:
        print(f"{job['name']}: next run {job['next_run'] or 'when asked for'}")
        print("never run" if execution is None else _summary(execution))
    if execution is None:
        return FAILED
    return EXIT_OF.get(execution["status"], UNFINISHED)


def _tell(execution: Any, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(execution))
    print(_summary(execution), file=sys.stderr if options.json else sys.stdout)


def _summary(execution: Any) -> str:
    words = [f"execution {execution['id']}: {execution['status']}"]
    if execution.get("duration_seconds") is not None:
        words.append(f"{execution['duration_seconds']:.0f} s")
    if execution.get("files_total") is not None:
        words.append(f"{execution['files_total']} files")
    if execution.get("bytes_added") is not None:
        words.append(f"{size(execution['bytes_added'])} added")
    if execution.get("snapshot_id"):
        words.append(f"snapshot {execution['snapshot_id'][:8]}")
    if execution.get("error_code") or execution.get("error_message"):
        words.append(f"{execution.get('error_code') or ''} {execution.get('error_message') or ''}")
    return ", ".join(word.strip() for word in words)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("job", help="its id, or its exact name")
    shared.add_argument("--url", help="the server; default: $HOLDFAST_URL")
    shared.add_argument("--ca-file", help="a certificate to trust; default: $HOLDFAST_CA_FILE")
    shared.add_argument(
        "--patience",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="how long a server that is away is tried again (default: 120)",
    )
    shared.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    parser = argparse.ArgumentParser(
        prog="holdfast", epilog=_EXITS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"holdfast {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", parents=[shared], help="run a job and wait for its end")
    run.set_defaults(command=_run)
    _add_run_options(run)
    status = commands.add_parser("status", parents=[shared], help="how the newest run ended")
    status.set_defaults(command=_status)
    return parser


def _add_run_options(run: argparse.ArgumentParser) -> None:
    run.add_argument("--type", choices=("full", "incremental", "differential"))
    run.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True, help="wait for the end"
    )
    run.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="wait no longer than this")
    run.add_argument("--attach", action="store_true", help="follow a run that is in progress")
    run.add_argument("--log", action="store_true", help="print the run's log to stderr at its end")
    run.add_argument(
        "--idempotency-key",
        metavar="KEY",
        help="of all calls with one key, one alone starts a run (for 24 hours)",
    )
    run.add_argument(
        "--no-notify",
        action="store_true",
        help="no notification of success or warning; failures are always told",
    )
    run.add_argument(
        "--cancel-on-interrupt", action="store_true", help="Ctrl-C and TERM cancel the run"
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError("must be zero or more seconds")
    return seconds
