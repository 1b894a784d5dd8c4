"""In which municipality a member lives, and who says so: found from the postcode, chosen by the person, or by the office."""

from conbillet.core.postcodes import municipalities_for, municipality_name

AUTO, CHOSEN, ADMIN = "auto", "chosen", "admin"


def municipality_of_address(*, country: str, postcode: str, said: str = "", by: str = CHOSEN) -> tuple[str, str]:
    """(code, source). What somebody said goes before what the postcode says; two empty strings where nobody knows.

    Nobody who lives abroad has one: reports count them as `UDL`, and those of whom it is not known as `UKENDT`.
    """
    if country != "DK":
        return "", ""
    if said and municipality_name(said) is not None:
        return said, by
    candidates = municipalities_for(postcode)
    return (candidates[0], AUTO) if len(candidates) == 1 else ("", "")


def choices_for(*, country: str, postcode: str) -> tuple[tuple[str, str], ...]:
    """What to ask: the municipalities of a postcode that lies in several, as (code, name); nothing where it is certain."""
    candidates = municipalities_for(postcode) if country == "DK" else ()
    return tuple((code, municipality_name(code) or code) for code in candidates) if len(candidates) > 1 else ()
