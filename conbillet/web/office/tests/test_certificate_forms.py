"""The form by which a certificate is settled."""

from conbillet.web.office.certificate_forms import SettleForm


def test_the_number_is_forgotten_unless_told_otherwise():
    """Verified and forgotten: to keep it takes taking the tick away."""
    assert "checked" in str(SettleForm()["forget_now"])
    assert SettleForm({"outcome": "clear"}).fields["forget_now"].required is False
