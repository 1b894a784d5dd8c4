"""The fixed set of tables. There are no others, and none can be narrowed down."""

from django.utils.translation import gettext_lazy as _

from conbillet.core.people import Gender

# Full years on the event's first day, or on a year's last; both ends included.
BANDS: dict[str, tuple[int, int]] = {
    "0-14": (0, 14),
    "15-17": (15, 17),
    "18-24": (18, 24),
    "25-29": (25, 29),
    "30-39": (30, 39),
    "40-59": (40, 59),
    "60+": (60, 150),
}
# Whoever prefers not to say is counted in no cell: how many they are is shown nowhere.
GENDERS = (Gender.WOMAN, Gender.MAN, Gender.OTHER)
ABROAD = "abroad"
# At how many earlier events of the association somebody was.
TIMES = {"0": _("First time"), "1": _("Second time"), "2": _("Third or fourth time"), "4": _("Fifth time or more")}


def cell_of(band: str, gender: str) -> str:
    """The cell of the public table of ages and genders, which is one table where the association's is one for each age."""
    return f"{band}|{gender}"
