"""A name is one line: it stands in logs, in event titles and in the subjects of mails."""

import pytest
from marshmallow import ValidationError

from app.auth.models import ApiKey
from app.core.schemas import ONE_LINE, Name

KEYS = "/api/v1/auth/api-keys"


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\t", "\x00", "\x1b", "\x7f", "\x85", "\u2028"])
def test_refuses_a_control_character_in_one_sentence(mark):
    with pytest.raises(ValidationError) as caught:
        Name(50).deserialize(f"a{mark}Bcc: x")

    assert caught.value.messages == [ONE_LINE]


@pytest.mark.parametrize("name", ["Zürich – Büro", "日本", "O'Neil & Söhne", "a\u00a0b", "🗄 vault"])
def test_takes_every_other_character(name):
    assert Name(50).deserialize(name) == name


def test_drops_white_space_around_it():
    assert Name(50).deserialize(" nightly\n") == "nightly"


def test_a_body_with_such_a_name_is_400_and_keeps_nothing(admin, cast):
    response = admin.post(KEYS, {"name": "a\r\nBcc: x", "role": "reporter"})

    assert (response.status_code, response.json["details"]) == (400, {"name": [ONE_LINE]})
    assert cast.rows(ApiKey) == []
