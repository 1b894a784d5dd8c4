"""What the register holds of a member when the association enters or corrects it by hand."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from .models import Member
from .places import ADMIN, municipality_of_address

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
        code = self.municipality_code
        moved = member is None or member.postcode != self.postcode or member.country != self.country
        if member is not None and not moved and member.municipality_code == code:
            source = member.municipality_source
        else:
            said = "" if moved and member is not None and code == member.municipality_code else code
            code, source = municipality_of_address(country=self.country, postcode=self.postcode, said=said, by=ADMIN)
        return {**values, "municipality_code": code, "municipality_source": source}
