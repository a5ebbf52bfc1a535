"""A burst of failures makes one message, not as many as there are failures."""


def test_a_burst_of_five_hundred_makes_one_mail(teller, postmaster):
    channel = teller.email_channel()
    teller.notices(500, severity="high")

    teller.take()
    teller.pass_time(seconds=11)

    (mail,) = postmaster.taken
    assert mail["Subject"] == "[Holdfast] [HIGH] 500 messages: 500 high"
    assert "500 × backup.failed (high)" in postmaster.bodies()[0]
    assert "… and 450 more." in postmaster.bodies()[0]
    (sent,) = teller.sent()
    assert (sent["status"], sent["items_count"], sent["channel_id"]) == ("sent", 500, channel["id"])
