"""Which addresses are of the internet, however they are spelled."""

import pytest

from app.core.addresses import is_forbidden, is_public, literal

PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
PRIVATE = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1"]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
NOBODYS = [
    *("169.254.169.254", "169.254.1.1", "fe80::1", "100.100.100.200", "fd00:ec2::254"),
    *("0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "239.1.1.1", "ff02::1", "255.255.255.255"),
    *("::ffff:169.254.169.254", "2002:a9fe:a9fe::1", "fec0::1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_internet(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [*PRIVATE, *LOOPBACK, *NOBODYS])
def test_what_is_not(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", NOBODYS)
def test_what_nobody_may_be_sent_to_even_with_loopback_allowed(address):
    assert is_forbidden(address, allow_loopback=True)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_every_spelling_of_an_address_is_read(spelling):
    assert literal(spelling) == "127.0.0.1"
