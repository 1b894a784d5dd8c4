"""The weekly dumps' own objects, over the S3 protocol (signature version 4, always TLS), or in a folder.

restic knows its own objects only. Put, list, remove and two questions are all that is needed, so a client library of many
megabytes is not (decision 34).
"""

import hashlib
import hmac
import http.client
import re
import shutil
import ssl
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree  # noqa: S405  # what the bucket's own server answers, over TLS

from conbillet.core import clock

from .places import REGION, BackupProblem, Bucket, Places

LARGEST = 5 * 1024**3  # one PUT


class Objects:
    """The dumps of an installation; names hold a time and nothing else."""

    def __init__(self, found: Places) -> None:
        self._found = found
        self._folder = Path(f"{found.repository}-dumps") if found.bucket is None else None

    def put(self, name: str, path: Path) -> None:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, self._folder / name)
            return
        if path.stat().st_size > LARGEST:
            raise BackupProblem("the dump is larger than the 5 GB that one object takes")
        self._ask("PUT", self._key(name), body=path)

    def get(self, name: str) -> bytes:
        return (self._folder / name).read_bytes() if self._folder is not None else self._ask("GET", self._key(name))

    def names(self) -> list[str]:
        """All dumps, the oldest first (one a week for eight weeks: a single answer holds them)."""
        if self._folder is not None:
            return sorted(path.name for path in self._folder.glob("*.dump.age"))
        prefix = self._key("")
        answer = ElementTree.fromstring(self._ask("GET", "", query={"list-type": "2", "prefix": prefix}))  # noqa: S314
        keys = [node.text or "" for node in answer.iter() if node.tag.endswith("}Key") or node.tag == "Key"]
        return sorted(key.removeprefix(prefix) for key in keys)

    def remove(self, name: str) -> None:
        if self._folder is not None:
            (self._folder / name).unlink(missing_ok=True)
        else:
            self._ask("DELETE", self._key(name))

    def days_longer(self) -> int:
        """For how many days the bucket keeps what we have removed: object lock, and older versions. Raises BackupProblem when it
        keeps older versions for ever."""
        if self._found.bucket is None:
            return 0
        locked = _numbers(self._ask("GET", "", query={"object-lock": ""}, missing=b""), "Days", "Years")
        if b">Enabled<" not in self._ask("GET", "", query={"versioning": ""}):
            return locked
        rules = self._ask("GET", "", query={"lifecycle": ""}, missing=b"")
        kept = [int(days) for days in re.findall(rb"<NoncurrentDays>(\d+)</NoncurrentDays>", rules)]
        if not kept:
            raise BackupProblem(
                "the bucket keeps older versions for ever: add a lifecycle rule that removes noncurrent versions"
            )
        return max(locked, *kept)

    def _key(self, name: str) -> str:
        bucket = self._found.bucket
        assert bucket is not None
        return f"{bucket.folder}-dumps/{name}" if bucket.folder else f"dumps/{name}"

    def _ask(self, method: str, key: str, *, query: dict[str, str] | None = None, body: Path | None = None, missing: bytes | None = None) -> bytes:  # fmt: skip
        bucket = self._found.bucket
        assert bucket is not None
        target = f"/{bucket.name}" + (f"/{quote(key)}" if key else "")
        words = urlencode(sorted((query or {}).items()), quote_via=quote)
        digest = _digest(body)
        headers = signed(
            method, bucket, target, words, digest, self._found.access_key, self._found.secret_key, clock.now()
        )
        if body is not None:
            headers["content-length"] = str(body.stat().st_size)
        trusted = ssl.create_default_context(cafile=self._found.ca_file or None)
        connection = http.client.HTTPSConnection(bucket.host, timeout=60, context=trusted)
        try:
            if body is None:
                connection.request(method, f"{target}?{words}" if words else target, headers=headers)
            else:
                with body.open("rb") as stream:
                    connection.request(method, target, body=stream, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as reason:
            raise BackupProblem(f"the bucket cannot be reached: {reason}") from None
        finally:
            connection.close()
        if answer.status == http.HTTPStatus.NOT_FOUND and missing is not None:
            return missing
        if answer.status >= http.HTTPStatus.MULTIPLE_CHOICES:
            code = re.search(rb"<Code>(\w+)</Code>", content)
            raise BackupProblem(
                f"the bucket refuses {method}: {answer.status} {code[1].decode() if code else ''}".strip()
            )
        return content


def signed(
    method: str, bucket: Bucket, target: str, query: str, digest: str, access_key: str, secret_key: str, now: datetime,
    more: dict[str, str] | None = None,
) -> dict[str, str]:  # fmt: skip
    """The headers of a request, with Amazon's signature version 4 over them."""
    region = _region(bucket.host)
    day, moment = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}"
    headers = {"host": bucket.host, "x-amz-content-sha256": digest, "x-amz-date": moment, **(more or {})}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join([method, target, query, lines, names, digest])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for word in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope},SignedHeaders={names},Signature={signature}"
    )
    return headers


def _region(host: str) -> str:
    """Amazon's hosts name their region; others take whatever is signed."""
    found = re.search(r"(?:^|\.)s3[.-]([a-z]{2}-[a-z]+-\d)\.amazonaws\.com$", host)
    return found[1] if found else "us-east-1" if host.endswith("s3.amazonaws.com") else REGION


def _digest(body: Path | None) -> str:
    if body is None:
        return hashlib.sha256(b"").hexdigest()
    with body.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _numbers(answer: bytes, days: str, years: str) -> int:
    found = [int(number) for number in re.findall(rf"<{days}>(\d+)</{days}>".encode(), answer)]
    found += [365 * int(number) for number in re.findall(rf"<{years}>(\d+)</{years}>".encode(), answer)]
    return max(found, default=0)
