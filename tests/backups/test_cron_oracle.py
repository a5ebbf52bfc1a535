"""A cron plan is refused on its field, or runs when a walk from minute to minute says so.

The walk knows nothing of the code: it reads the five fields as crontab(5) tells, and the clocks as
the contract does: a skipped time runs at the next minute that is shown, a doubled one at its first.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.backups.rules.schedule import Schedule, next_run, problems

MINUTE = timedelta(minutes=1)
WINDOW = timedelta(days=3)
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"),
    *("America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Santiago"),
]
# Changes of clocks in these zones, and ends of months.
CHANGES = [
    *("2026-03-29T01:00", "2025-10-26T01:00", "2026-03-08T07:00", "2025-11-02T06:00"),
    *("2025-10-04T15:30", "2026-04-04T15:00", "2026-04-23T22:00", "2025-10-30T21:00"),
    *("2026-03-08T05:30", "2025-09-07T04:00", "2026-04-05T03:00", "2024-02-28T12:00"),
]
RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
NAMES = {"month": {name: n for n, name in enumerate(MONTHS, 1)}}
NAMES["weekday"] = {name: n for n, name in enumerate(WEEKDAYS)}


@st.composite
def terms(draw, kind):
    """One field's text: stars, numbers, names, ranges, steps and lists of them."""
    low, high = RANGES[kind]
    number = st.integers(low, high)
    first, last = sorted(draw(st.lists(number, min_size=2, max_size=2, unique=True)))
    step = draw(st.sampled_from([2, 3, 7, 15, 20]))
    term = draw(st.sampled_from([f"{first}", f"{first}-{last}", f"{first}-{last}/{step}", "*"]))
    if kind in NAMES and draw(st.booleans()):
        term = draw(st.sampled_from([*NAMES[kind]]))
    more = draw(st.sampled_from(["", f",{last}", f"/{step}" if term == "*" else ""]))
    return "*" if term == "*" and more.startswith(",") else term + more


@st.composite
def crons(draw):
    """Mostly stars in the days, so that something comes true within the window."""
    star = st.just("*")
    days = (star, star, terms("day"), st.just("L")), (star, star, star, terms("month"))
    fields = [terms("minute"), st.one_of(star, terms("hour")), *map(st.one_of, days)]
    return " ".join(draw(st.tuples(*fields, st.one_of(star, star, terms("weekday")))))


MOMENTS = st.builds(
    lambda change, minutes: datetime.fromisoformat(change).replace(tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-2_000, 300),
)


def numbers(text, kind):
    """The numbers that a field names."""
    low, high = RANGES[kind]
    found = set()
    for term in text.split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = low, high
        elif span == "L":
            continue
        first = NAMES.get(kind, {}).get(first, first)
        last = NAMES.get(kind, {}).get(last, last) or first
        found |= set(range(int(first), int(last) + 1, int(step or 1)))
    return {number % 7 for number in found} if kind == "weekday" else found


class Walk:
    """Says of a local time whether the plan runs then."""

    def __init__(self, cron):
        self.texts = dict(zip(RANGES, cron.split(), strict=True))
        self.sets = {kind: numbers(text, kind) for kind, text in self.texts.items()}
        self.is_hourly = self.sets["hour"] == set(range(24))

    def names(self, wall):
        sets = self.sets
        is_time = wall.minute in sets["minute"] and wall.hour in sets["hour"]
        return is_time and wall.month in sets["month"] and self._names_day(wall)

    def _names_day(self, wall):
        is_last = (wall + timedelta(days=1)).day == 1
        of_month = wall.day in self.sets["day"] or ("L" in self.texts["day"] and is_last)
        of_week = (wall.weekday() + 1) % 7 in self.sets["weekday"]
        if self.texts["day"].startswith("*") or self.texts["weekday"].startswith("*"):
            return of_month and of_week
        return of_month or of_week

    def next(self, zone, after):
        """The first run after this moment, None when there is none within the window."""
        if self.is_hourly:
            return self._by_time_that_passes(zone, after)
        at = after.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        # A skipped time of up to a day before may run only now.
        walls = (at + n * MINUTE for n in range(-1_440, WINDOW // MINUTE))
        runs = (first_shown(wall, zone) for wall in walls if self.names(wall))
        return min((run for run in runs if run > after), default=None)

    def _by_time_that_passes(self, zone, after):
        at = after.replace(second=0, microsecond=0)
        for n in range(1, WINDOW // MINUTE):
            if self.names((at + n * MINUTE).astimezone(zone).replace(tzinfo=None)):
                return at + n * MINUTE
        return None


def first_shown(wall, zone):
    """The first moment at which the zone's clocks show this time, or else the next one shown."""
    while True:
        near = (wall + timedelta(days=days) for days in (-1, 0, 1))
        offsets = {day.replace(tzinfo=zone).utcoffset() for day in near}
        moments = [(wall - offset).replace(tzinfo=UTC) for offset in offsets]
        shown = [at for at in moments if at.astimezone(zone).replace(tzinfo=None) == wall]
        if shown:
            return min(shown)
        wall += MINUTE


@settings(max_examples=250)
@given(crons(), st.sampled_from(ZONES), MOMENTS)
def test_a_plan_that_is_kept_runs_when_a_walk_over_the_minutes_says_so(cron, zone, after):
    schedule = Schedule("custom", cron=cron, timezone=zone)
    if problems(schedule):
        assert set(problems(schedule)) == {"cron"}
        return

    found, expected = next_run(schedule, after), Walk(cron).next(ZoneInfo(zone), after)

    if expected is None:
        assert found > after + WINDOW - timedelta(days=1), f"{cron} in {zone} after {after}"
    else:
        assert found == expected, f"{cron} in {zone} after {after}"


@settings(max_examples=300)
@given(st.text(st.sampled_from("0159*/,-LW#?@ \tmonfebSU٣\x1c"), max_size=24), MOMENTS)
def test_any_text_is_refused_on_its_field_or_comes_true_again_and_again(text, after):
    schedule = Schedule("custom", cron=text)

    found = problems(schedule)

    assert set(found) <= {"cron"}
    if not found:
        first = next_run(schedule, after)
        assert after < first < next_run(schedule, first) < after + timedelta(days=20 * 366)


@settings(max_examples=200)
@given(
    st.text(max_size=12) | st.sampled_from(["../UTC", "Europe/Berlin\n", "europe/berlin", "EST"])
)
def test_any_time_zone_is_refused_on_its_field_or_has_a_next_run(zone):
    schedule = Schedule("daily", "02:30", timezone=zone)

    found = problems(schedule)

    assert set(found) <= {"timezone"}
    assert found or next_run(schedule, datetime(2026, 1, 1, tzinfo=UTC)) is not None
