"""The demo's authenticator code."""

import base64

import pytest

from conbillet.cli.commands.demo_code import totp


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_examples_of_rfc_6238(seconds, code):
    """Appendix B, SHA-1, the last six of its eight digits."""
    assert totp(base64.b32encode(b"12345678901234567890").decode(), seconds) == code
