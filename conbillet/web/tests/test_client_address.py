"""The visitor's address: nobody's word is taken but a trusted proxy's."""

import pytest
from django.test import RequestFactory

from conbillet.web.client_address import NOWHERE, client_address, client_network


def address(settings, proxies: list[str], peer: str, forwarded: str = "") -> str:
    settings.CONBILLET_TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ([], "198.51.100.7", "", "198.51.100.7"),
        ([], "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        (["127.0.0.1"], "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (["127.0.0.1"], "127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (["127.0.0.1"], "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        (["127.0.0.1", "cloudflare"], "127.0.0.1", "203.0.113.9, 104.16.0.1", "203.0.113.9"),
        (["127.0.0.1", "cloudflare"], "127.0.0.1", "6.6.6.6, 203.0.113.9, 104.16.0.1", "203.0.113.9"),
        (["127.0.0.1"], "127.0.0.1", "203.0.113.9, 104.16.0.1", "104.16.0.1"),
        (["127.0.0.1"], "127.0.0.1", "nonsense", "127.0.0.1"),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", "2001:db8::7", "2001:db8::7"),
        (["127.0.0.1"], "", "203.0.113.9", "203.0.113.9"),
        ([], "", "203.0.113.9", NOWHERE),
    ],
)
@pytest.mark.asvs("4.1.3", "15.3.4")
def test_the_chain_is_read_from_its_end(settings, proxies, peer, forwarded, expected):
    assert address(settings, proxies, peer, forwarded) == expected


def test_limits_count_an_ipv6_customer_once(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3::4")
    assert client_network(request) == "2001:db8:1:2::"
