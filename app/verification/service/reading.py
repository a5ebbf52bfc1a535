"""The test that reads: files come out of the repository, and every piece of them has its hash."""

from collections.abc import Callable

from app.engines.archives import Archive, Member
from app.engines.base import Node
from app.verification.rules.sampling import Census, is_nameable
from app.verification.service.bench import Bench, Findings
from app.verification.values import FULL

Judge = Callable[[Member], str | None]
JudgeOne = Callable[[Node, Archive], str | None]
_MOST_AFTER_BREAK = 100


def read_files(bench: Bench) -> Findings:
    """List the snapshot, and read files of it: all of them in one stream, or those of a sample
    one by one. Nothing is written; restic compares each piece with its hash as it reads."""
    census = bench.count()
    found = Findings(bytes_checked=0)
    if bench.scope == FULL or not census.sample:
        read_stream(bench, census, found, _read_through, _read_one_through)
    else:
        read_each(bench, census.sample, found, _read_one_through)
    return found


def read_each(bench: Bench, nodes: list[Node], found: Findings, judge: JudgeOne) -> None:
    """Judge files one by one: each costs a restic process."""
    for node in nodes:
        _read_one(bench, node, found, judge)
        bench.keeper.progress(found.progress(len(nodes)))


def read_stream(
    bench: Bench, census: Census, found: Findings, judge: Judge, judge_one: JudgeOne
) -> None:
    """Judge every member of the snapshot's stream, which breaks off at the first piece that
    cannot be had: of the files after that, a hundred are judged one by one."""
    reading = bench.patiently(lambda: _Reading(bench, census, found, judge))
    if reading.break_reason is None:
        if reading.files != census.files:
            told = f"The snapshot lists {census.files} files, but gives {reading.files}."
            found.fail("snapshot", told)
        return
    found.fail(reading.cut or "snapshot", bench.words(reading.break_reason))
    if reading.cut is not None:
        rest = _Rest(reading.cut)
        bench.patiently(lambda: bench.list_nodes(rest.add))
        for node in rest.first:
            _read_one(bench, node, found, judge_one)
        found.unread = rest.total - len(rest.first)


class _Reading:
    """One pass through the stream; `cut` is the file within which it broke off."""

    def __init__(self, bench: Bench, census: Census, found: Findings, judge: Judge) -> None:
        self.files = 0
        self.cut: str | None = None
        with bench.restic.dump(bench.repository, bench.snapshot, bench.keeper) as archive:
            for member in archive.members():
                difference = judge(member)
                if member.is_file:
                    self._finish(member, found, difference)
                elif difference is not None:
                    found.fail(member.path, difference)
                bench.keeper.progress(found.progress(census.files, census.bytes))
        self.break_reason = archive.break_reason

    def _finish(self, member: Member, found: Findings, difference: str | None) -> None:
        for _ in member.pieces():
            continue
        if member.is_cut:
            self.cut = member.path
        else:
            self.files += 1
            found.take(member.path, difference, member.size_bytes)


class _Rest:
    """The files that a snapshot lists after one of them, and the first hundred of those that
    restic can be asked for by name."""

    def __init__(self, after: str) -> None:
        self.first: list[Node] = []
        self.total = 0
        self._after = after
        self._is_passed = False

    def add(self, node: Node) -> None:
        if self._is_passed and node.kind == "file":
            self.total += 1
            if len(self.first) < _MOST_AFTER_BREAK and is_nameable(node):
                self.first.append(node)
        self._is_passed = self._is_passed or node.path == self._after


def _read_one(bench: Bench, node: Node, found: Findings, judge: JudgeOne) -> None:
    def read() -> tuple[Archive, str | None]:
        with bench.restic.dump_file(
            bench.repository, bench.snapshot, node.path, bench.keeper
        ) as content:
            difference = judge(node, content)
        return content, difference

    content, difference = bench.patiently(read)
    if content.break_reason is not None:
        difference = bench.words(content.break_reason)
    found.take(node.path, difference, node.size_bytes)


def _read_through(member: Member) -> None:
    """What can be read is right: nothing else is known of it."""


def _read_one_through(node: Node, content: Archive) -> str | None:
    size_bytes = sum(len(piece) for piece in content.pieces())
    if size_bytes == node.size_bytes:
        return None
    return f"The repository gives {size_bytes} bytes, the snapshot lists {node.size_bytes}."
