import re

import pytest

from conbillet.core import postcodes
from conbillet.core.postcodes import municipalities, municipalities_for, municipality_name, town_for


@pytest.mark.parametrize(
    ("postcode", "town"),
    [
        ("8000", "Aarhus C"),
        ("5000", "Odense C"),
        ("9500", "Hobro"),
        ("1050", "København K"),
        ("3700", "Rønne"),
        ("0900", "København C"),
        ("2150", "Nordhavn"),
        (" 8000 ", "Aarhus C"),
    ],
)
def test_a_postcode_knows_its_town(postcode, town):
    assert town_for(postcode) == town


@pytest.mark.parametrize("postcode", ["", "0000", "900", "9999", "DK-8000", "80000", "٨٠٠٠", "0960"])
def test_what_is_no_postcode_has_no_town_and_no_municipality(postcode):
    assert town_for(postcode) is None
    assert municipalities_for(postcode) == ()


@pytest.mark.parametrize(
    ("postcode", "candidates"),
    [
        ("8000", {"0751"}),
        ("5000", {"0461"}),
        ("2630", {"0169"}),
        ("2000", {"0101", "0147"}),
        ("2300", {"0101", "0185"}),
        ("2600", {"0161", "0165"}),
        ("2800", {"0157", "0159", "0173", "0230"}),
        ("4000", {"0169", "0265", "0350"}),
        ("9500", {"0791", "0840", "0846"}),
        ("2860", {"0101", "0159"}),
        ("1532", {"0101"}),
    ],
)
def test_the_likeliest_municipality_is_one_of_the_official_candidates(postcode, candidates):
    assert municipalities_for(postcode)[0] in candidates


def test_codes_are_strings_of_four_digits_and_every_one_has_a_name():
    assert len(postcodes._places()) == 1158
    for postcode, place in postcodes._places().items():
        assert re.fullmatch(r"\d{4}", postcode)
        assert place.town
        assert place.town == place.town.strip()
        assert place.municipalities
        assert all(municipality_name(code) for code in place.municipalities)


def test_there_are_98_municipalities_each_with_a_postcode():
    assert len(municipalities()) == 98
    used = {code for place in postcodes._places().values() for code in place.municipalities}
    assert used == {code for code, _ in municipalities()}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0101", "København"),
        ("0851", "Aalborg"),
        ("0825", "Læsø"),
        ("0820", "Vesthimmerlands"),
        ("0411", None),
        ("101", None),
    ],
)
def test_a_municipality_has_its_official_name(code, name):
    assert municipality_name(code) == name


def test_municipalities_are_in_danish_order():
    names = [name for _, name in municipalities()]
    assert names[0] == "Albertslund"
    assert names[-3:] == ["Aabenraa", "Aalborg", "Aarhus"]
    assert names.index("Ærø") < names.index("Aabenraa")


def test_a_table_with_several_municipalities_for_a_postcode_is_read(tmp_path, monkeypatch):
    (tmp_path / "postcodes.csv").write_text("postcode;town;municipalities\n2800;Kongens Lyngby;0173,0157,0159\n")
    monkeypatch.setattr(postcodes, "_FOLDER", tmp_path)
    postcodes._shipped_places.cache_clear()
    try:
        assert municipalities_for("2800") == ("0173", "0157", "0159")
    finally:
        postcodes._shipped_places.cache_clear()
