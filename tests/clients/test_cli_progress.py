"""How `holdfast` shows a run that goes on."""

import io

import pytest
from holdfast_cli.progress import Display, size


class Terminal(io.StringIO):
    def isatty(self):
        return True


def running(progress, **facts):
    return {"status": "running", "progress": progress, **facts}


def test_a_terminal_shows_a_bar_in_one_line():
    screen = Terminal()
    display = Display(screen)

    display.show(running(0.5, bytes_done=1536, bytes_total=3072))
    display.end()

    assert "\n" not in screen.getvalue()
    assert f"[{'#' * 12}{'-' * 12}] running 50 %, 1.5 KiB of 3.0 KiB" in screen.getvalue()


def test_a_log_gets_a_line_for_each_status_and_none_for_each_look():
    log = io.StringIO()
    display = Display(log)

    for look in ({"status": "queued"}, running(0.1), running(0.2), {"status": "success"}):
        display.show(look)

    assert log.getvalue().splitlines() == ["queued 0 %", "running 10 %", "success 100 %"]


def test_a_shorter_line_leaves_nothing_of_the_longer_one():
    screen = Terminal()
    display = Display(screen)

    display.show(running(0.5, bytes_done=1, bytes_total=2))
    display.show({"status": "success"})

    longer, shorter = screen.getvalue().split("\r")[1:]
    assert len(shorter) == len(longer)


@pytest.mark.parametrize(
    ("count", "words"), [(None, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 2**40, "5.0 TiB")]
)
def test_sizes_are_read_by_people(count, words):
    assert size(count) == words
