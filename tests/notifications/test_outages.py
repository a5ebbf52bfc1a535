"""A channel that does not get through: seen on it, told once, and told when it is over."""


def test_is_given_up_after_five_attempts_and_told_once_an_outage(teller, receiver, hook, cast):
    for _ in range(20):
        receiver.answer(503)
    teller.notices(2)
    teller.tell()
    for _ in range(6):
        teller.pass_time(hours=1)
    failed = teller.shown(hook)
    receiver.answers.clear()
    teller.notices()
    teller.tell()

    assert [row["status"] for row in teller.sent()] == ["sent", "failed", "failed"]
    assert [row["attempts"] for row in teller.sent()] == [1, 5, 5]
    assert failed["last_error"] == "It answered 503 Service Unavailable"
    assert failed["failing_since"] is not None
    assert (teller.shown(hook)["failing_since"], teller.shown(hook)["last_error"]) == (None, None)
    assert cast.events() == ["notification.failed", "notification.recovered"]


def test_a_second_channel_watches_the_first(teller, receiver, hook, postmaster):
    teller.email_channel(event_types=["notification.*"])
    receiver.answer(404)
    teller.notices()
    teller.tell()
    teller.tell()

    assert [mail["Subject"] for mail in postmaster.taken] == [
        "[Holdfast] [MEDIUM] Notification channel Channel 1 does not get through"
    ]


def test_without_a_mail_server_it_says_so(teller):
    channel = teller.email_channel()
    teller.notices()
    teller.tell()

    assert teller.shown(channel)["last_error"] == "No mail server is configured: set SMTP_URL."
