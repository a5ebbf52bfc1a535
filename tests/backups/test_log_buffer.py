"""A log keeps its beginning and its end and cannot outgrow its bounds."""

from app.backups.rules.log_buffer import LogBuffer


def test_a_short_log_is_all_head():
    log = LogBuffer(100, 100)
    log.append("one")
    log.append("two")

    assert (log.head, log.tail, log.dropped_bytes) == ("one\ntwo\n", "", 0)


def test_a_long_log_loses_its_middle():
    log = LogBuffer(10, 10)
    for number in range(100):
        log.append(f"l{number:02}")

    assert (log.head, log.tail) == ("l00\nl01\n", "l98\nl99\n")
    assert log.dropped_bytes == 400 - 16


def test_bytes_count_and_not_characters():
    log = LogBuffer(7, 100)
    log.append("日本")
    log.append("x")

    assert (log.head, log.tail) == ("日本\n", "x\n")


def test_nothing_slips_into_the_head_after_the_tail_began():
    log = LogBuffer(10, 20)
    log.append("too long for it")
    log.append("x")

    assert (log.head, log.tail) == ("", "too long for it\nx\n")


def test_a_line_longer_than_its_room_falls_out_whole():
    log = LogBuffer(4, 4)
    log.append("x" * 1000)
    log.append("end")

    assert (log.head, log.tail, log.dropped_bytes) == ("", "end\n", 1001)
