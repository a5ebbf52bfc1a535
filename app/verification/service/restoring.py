"""The test that restores, and compares what came back."""

import time
from pathlib import Path

from app.engines.base import STORAGE_FULL, Damage, EngineError
from app.verification.rules.reasons import is_of_metadata
from app.verification.service import comparing, scratch
from app.verification.service.bench import Bench, Findings
from app.verification.service.reading import read_each, read_stream
from app.verification.values import FULL, SCRATCH_FULL


def restore_files(bench: Bench) -> Findings:
    """Restore the snapshot, or the files of a sample, into the scratch folder, and compare every
    restored file, byte by byte, with what the repository gives for it on a way of its own.

    That way is a stream whose every piece restic compares with its recorded hash, so that a
    file which equals it equals the snapshot; it costs a second reading of the repository, where
    asking for the recorded hashes would cost a process for each folder. Pipes and devices are
    compared by kind, links by where they lead.
    """
    census = bench.count()
    sample = [] if bench.scope == FULL else census.sample
    scratch.demand_space(
        bench.folder, sum(node.size_bytes for node in sample) if sample else census.bytes
    )
    target = bench.folder / "restored"
    found = Findings(bytes_checked=0)
    began = time.monotonic()
    lost = _restore(bench, target, [node.path for node in sample])
    found.restore_seconds = round(time.monotonic() - began, 3)
    for damage in lost:
        if not is_of_metadata(damage.reason):
            found.fail(damage.path, bench.words(damage.reason))
    against = comparing.Comparison(target)
    if sample:
        read_each(bench, sample, found, against.find_file_difference)
        return found
    read_stream(bench, census, found, against.find_difference, against.find_file_difference)
    for node in census.specials:
        difference = against.find_special_difference(node)
        if difference is not None:
            found.fail(node.path, difference)
    return found


def _restore(bench: Bench, target: Path, include: list[str]) -> tuple[Damage, ...]:
    target.mkdir(mode=0o700)
    try:
        return bench.patiently(
            lambda: bench.restic.restore_what_can_be(
                bench.repository, bench.snapshot, str(target), include, bench.keeper
            )
        )
    except EngineError as error:
        if error.code == STORAGE_FULL:
            raise EngineError(SCRATCH_FULL, "The scratch folder became full.") from error
        raise
