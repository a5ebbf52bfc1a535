import random
from datetime import UTC, datetime, timedelta

import pytest

from app.legacy.rules.matching import Earlier, Facts, Post, fill, match
from app.legacy.values import RECORD_EXECUTION, STATUS, UPDATE_STATUS

T0 = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else T0 + timedelta(seconds=seconds)


def post(
    endpoint: str,
    arrived: float,
    *,
    body: bytes = b"new",
    start: float | None = None,
    end: float | None = None,
    single: float | None = None,
) -> Post:
    arrived_at = T0 + timedelta(seconds=arrived)
    return Post(endpoint, "key:1", "success", body, arrived_at, at(start), at(end), at(single))


def earlier(execution_id: int, taken: Post) -> Earlier:
    dates = (taken.started_at, taken.finished_at, taken.single_date)
    return Earlier(execution_id, taken.endpoint, b"old", taken.arrived_at, *dates)


@pytest.mark.parametrize(
    ("endpoint", "body", "arrived", "start", "execution_id"),
    [
        (UPDATE_STATUS, b"old", 120, None, 1),
        (UPDATE_STATUS, b"old", -120, None, 1),
        (UPDATE_STATUS, b"old", 121, None, None),
        (UPDATE_STATUS, b"new", 1, None, None),
        (RECORD_EXECUTION, b"old", 600, 5000, 1),
        (RECORD_EXECUTION, b"old", 601, 5000, None),
        (RECORD_EXECUTION, b"old", 121, None, None),
    ],
)
def test_rule_a_the_same_bytes_at_the_same_endpoint_are_a_repeat(
    endpoint: str, body: bytes, arrived: float, start: float | None, execution_id: int | None
) -> None:
    taken = [earlier(1, post(endpoint, 0))]

    assert match(post(endpoint, arrived, body=body, start=start), taken) == execution_id


@pytest.mark.parametrize(
    ("new", "same"),
    [
        (post(RECORD_EXECUTION, 9000, start=120, end=900), True),
        (post(RECORD_EXECUTION, 9000, start=121, end=321), False),
        (post(RECORD_EXECUTION, 9000, start=-300, end=320), True),
        (post(RECORD_EXECUTION, 9000, start=200), False),
        (post(STATUS, 9000, single=-120), True),
        (post(STATUS, 9000, single=320), True),
        (post(STATUS, 9000, single=100.5), True),
        (post(STATUS, 9000, single=321), False),
    ],
)
def test_rule_b_equal_starts_or_equal_ends_are_one_run(new: Post, same: bool) -> None:
    taken = [earlier(1, post(RECORD_EXECUTION, 0, start=0, end=200))]

    assert match(new, taken) == (1 if same else None)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        (post(RECORD_EXECUTION, 600, start=5000), True),
        (post(RECORD_EXECUTION, -600, start=5000), True),
        (post(RECORD_EXECUTION, 601, start=0), False),
        (post(STATUS, 600), True),
        (post(UPDATE_STATUS, 1), False),
    ],
)
def test_rule_c_a_post_without_date_pairs_with_another_endpoint(new: Post, same: bool) -> None:
    taken = [earlier(1, post(UPDATE_STATUS, 0))]

    assert match(new, taken) == (1 if same else None)


def test_rule_c_does_not_join_two_dates_over_a_post_without_one() -> None:
    taken = [earlier(1, post(UPDATE_STATUS, 0)), earlier(1, post(STATUS, 1, single=0))]

    assert match(post(RECORD_EXECUTION, 2, start=300, end=500), taken) is None


def test_equal_dates_win_over_a_nearer_arrival() -> None:
    taken = [
        earlier(1, post(STATUS, 0, single=0)),
        earlier(2, post(UPDATE_STATUS, 299)),
    ]

    assert match(post(RECORD_EXECUTION, 300, start=0, end=200), taken) == 1


def test_rule_c_takes_the_nearest_of_several() -> None:
    taken = [earlier(n, post(UPDATE_STATUS, 200 * n)) for n in (1, 2, 3)]

    assert match(post(RECORD_EXECUTION, 390), taken) == 2


def test_rule_b_takes_the_nearest_of_several() -> None:
    taken = [earlier(n, post(RECORD_EXECUTION, 0, start=100 * n)) for n in (1, 2, 3)]

    assert match(post(STATUS, 0, single=210), taken) == 2


def test_a_run_that_begins_as_the_one_before_ends_stays_another() -> None:
    taken = [
        earlier(1, post(STATUS, 290, single=0)),
        earlier(1, post(RECORD_EXECUTION, 291, start=0, end=290)),
    ]

    assert match(post(STATUS, 590, single=300), taken) is None


def test_a_later_post_fills_in_only_what_was_not_known() -> None:
    existing = Facts(size_bytes=100, error_message="first")
    new = Facts(at(0), at(200), size_bytes=200, error_message="second", details="more")

    added = fill(existing, new)

    assert added == {"started_at": at(0), "finished_at": at(200), "details": "more"}


@pytest.mark.parametrize(
    ("existing", "new"),
    [(Facts(started_at=at(10)), Facts(None, at(5))), (Facts(None, at(5)), Facts(at(10)))],
)
def test_an_end_before_the_start_is_not_filled_in(existing: Facts, new: Facts) -> None:
    assert fill(existing, new) == {}


def executions(posts: list[tuple[int, Post]]) -> list[set[int]]:
    """Take the posts, each with the number of its run, and tell which runs each execution holds."""
    taken: list[Earlier] = []
    runs: list[set[int]] = []
    for run, new in posts:
        execution_id = match(new, taken)
        if execution_id is None:
            execution_id = len(runs)
            runs.append(set())
        runs[execution_id].add(run)
        dates = (new.started_at, new.finished_at, new.single_date)
        taken.append(Earlier(execution_id, new.endpoint, new.body_hash, new.arrived_at, *dates))
    return runs


def run_of_pair(rng: random.Random, run: int, first: str) -> list[tuple[int, Post]]:
    """A run's two posts in either order, each perhaps repeated after a time-out of the client."""
    start, end = 300.0 * run, 300.0 * run + rng.uniform(200, 230)
    single = start if first == STATUS else None
    pair = [
        post(first, end + rng.uniform(0, 20), body=b"same", single=single),
        post(RECORD_EXECUTION, end + rng.uniform(0, 20), body=b"%d" % run, start=start, end=end),
    ]
    repeats = [
        Post(**{**vars(again), "arrived_at": again.arrived_at + timedelta(seconds=delay)})
        for again in pair
        for delay in rng.sample([30, 60, 100], rng.randint(0, 2))
    ]
    return [(run, each) for each in pair + repeats]


@pytest.mark.parametrize("seed", range(25))
def test_runs_every_five_minutes_stay_apart_each_with_its_pair(seed: int) -> None:
    rng = random.Random(seed)
    posts = [each for run in range(40) for each in run_of_pair(rng, run, UPDATE_STATUS)]

    posts.sort(key=lambda numbered: numbered[1].arrived_at)

    assert executions(posts) == [{run} for run in range(40)]


@pytest.mark.parametrize("seed", range(25))
def test_dated_posts_that_come_late_and_in_any_order_find_their_run(seed: int) -> None:
    rng = random.Random(seed)
    posts = [each for run in range(20) for each in run_of_pair(rng, run * 3, STATUS)]

    rng.shuffle(posts)

    assert sorted(map(sorted, executions(posts))) == [[run * 3] for run in range(20)]
