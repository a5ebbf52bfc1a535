"""The ledger itself: what it calls lost and doubled."""

from tests.support.ledger import PROPERTY, Ledger, table


def test_what_was_acknowledged_and_is_not_there_is_lost():
    ledger = Ledger("lost")
    kept, lost = ledger.open("status"), ledger.open("status")
    ledger.acknowledge(kept)
    ledger.acknowledge(lost)

    tally = ledger.settle([kept])

    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (2, 1, 1, 0)


def test_what_is_there_twice_is_doubled_whatever_was_told_of_it():
    ledger = Ledger("doubled")
    told, broken, refused = (ledger.open("task") for _ in range(3))
    ledger.acknowledge(told)
    ledger.lose_sight(broken)

    tally = ledger.settle([told, told, broken, broken, refused, "of somebody else"])

    assert (tally.acknowledged, tally.unknown, tally.refused) == (1, 1, 1)
    assert (tally.found, tally.lost, tally.doubled) == (3, 0, 2)


def test_what_was_sent_again_until_it_was_acknowledged_is_no_longer_unknown():
    ledger = Ledger("again")
    mark = ledger.open("status")
    for _ in range(3):
        ledger.sending(mark)
    ledger.lose_sight(mark)
    ledger.acknowledge(mark)

    tally = ledger.settle([mark])

    assert (tally.sent, tally.repeated, tally.acknowledged, tally.unknown) == (1, 2, 1, 0)


def test_a_tally_is_a_line_of_the_table_at_the_end_of_the_run():
    told = []
    ledger = Ledger("here", told.append)
    ledger.acknowledge(ledger.open("status"))
    ledger.settle(["status-000000"])

    class Report:
        nodeid, when, user_properties = "test_here", "call", [(PROPERTY, told[0])]

    head, line = table([Report()])

    assert head.split()[:3] == ["sent", "repeated", "acknowledged"]
    assert line.split() == ["1", "0", "1", "0", "0", "1", "0", "0", "here"]
