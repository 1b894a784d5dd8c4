"""What the register holds of a member when the association enters or corrects it by hand."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from conbillet.core.postcodes import municipalities_for, municipality_name

from .models import Member

FIELDS = (
    "name",
    "email",
    "phone",
    "birth_date",
    "gender",
    "street",
    "postcode",
    "city",
    "country",
    "municipality_code",
)


@dataclass(frozen=True)
class MemberValues:
    """The register's own snapshot. An empty municipality is found from the postcode, where that says it."""

    name: str
    email: str = ""
    phone: str = ""
    birth_date: date | None = None
    gender: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DK"
    municipality_code: str = ""

    def columns(self, member: Member | None = None) -> dict[str, Any]:
        """The values as columns. A municipality that somebody chose stays until another is chosen or the postcode moves."""
        values = asdict(self)
        code, source = self.municipality_code, "admin"
        moved = member is None or member.postcode != self.postcode or member.country != self.country
        kept = member is not None and not moved and member.municipality_code == code
        if kept and member is not None:
            source = member.municipality_source
        elif self.country != "DK":
            code, source = "", ""
        elif not code or municipality_name(code) is None or (moved and member and code == member.municipality_code):
            candidates = municipalities_for(self.postcode)
            code, source = (candidates[0], "auto") if len(candidates) == 1 else ("", "")
        return {**values, "municipality_code": code, "municipality_source": source}
