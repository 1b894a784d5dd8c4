"""The official table makes postcodes many-to-many (fact sheet section 9)."""

import pytest

from conbillet.core.official_postcodes import BadTable, keep_official, read_official
from conbillet.core.postcodes import municipalities_for, official_file, town_for

HEADING = "postnr;by;kommunekode;kommune\n"
TABLE = HEADING + """8000;Aarhus C;0751;Aarhus
5000;Odense C;461;Odense
2630;Taastrup;0169;Høje-Taastrup
2000;Frederiksberg;0147;Frederiksberg
2000;Frederiksberg;0101;København
2300;København S;0185;Tårnby
2300;København S;0101;København
2600;Glostrup;0161;Glostrup
2600;Glostrup;0165;Albertslund
2800;Kongens Lyngby;0173;Lyngby-Taarbæk
2800;Kongens Lyngby;0157;Gentofte
2800;Kongens Lyngby;0159;Gladsaxe
2800;Kongens Lyngby;0230;Rudersdal
4000;Roskilde;0265;Roskilde
4000;Roskilde;0350;Lejre
4000;Roskilde;0169;Høje-Taastrup
9500;Hobro;0846;Mariagerfjord
9500;Hobro;0791;Viborg
9500;Hobro;0840;Rebild
2860;Søborg;0159;Gladsaxe
2860;Søborg;0101;København
3760;Gudhjem;0400;Bornholm
3760;Gudhjem;0411;Christiansø
"""
VECTORS = {
    "8000": ("0751",),
    "5000": ("0461",),
    "2630": ("0169",),
    "2000": ("0101", "0147"),
    "2300": ("0101", "0185"),
    "2600": ("0161", "0165"),
    "2800": ("0157", "0159", "0173", "0230"),
    "4000": ("0169", "0265", "0350"),
    "9500": ("0791", "0840", "0846"),
    "2860": ("0101", "0159"),
    "3760": ("0400",),  # Christiansø is no municipality
}


@pytest.fixture
def imported(tmp_path, settings):
    settings.CONBILLET_DATA = tmp_path
    keep_official(read_official(TABLE.encode()))


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("postcode", VECTORS)
def test_every_municipality_of_a_postcode_is_known_after_the_import(postcode):
    assert municipalities_for(postcode) == VECTORS[postcode]


@pytest.mark.usefixtures("imported")
def test_what_the_table_does_not_have_is_as_before():
    assert municipalities_for("7100") == ("0630",)
    assert town_for("7100") == "Vejle"


@pytest.mark.usefixtures("imported")
def test_a_table_that_is_imported_anew_is_read_at_once_and_without_it_the_shipped_one_goes():
    assert len(municipalities_for("2800")) == 4
    keep_official(read_official((HEADING + "2800;Lyngby;0173;Lyngby-Taarbæk\n").encode("cp1252")))
    assert municipalities_for("2800") == ("0173",)
    assert town_for("2800") == "Lyngby"
    official_file().unlink()
    assert town_for("2800") == "Kongens Lyngby"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("postnummer;by;kommunekode;kommune\n8000;Aarhus C;0751;Aarhus\n", "the columns must be"),
        (HEADING, "the table is empty"),
        (HEADING + "800;Aarhus C;0751;Aarhus\n", "a postcode has four digits"),
        (HEADING + "8000;;0751;Aarhus\n", "the town is missing"),
        (HEADING + "8000;Aarhus C;0999;Nowhere\n", "there is no municipality 0999"),
        (HEADING + "8000;Aarhus C;x;Aarhus\n", "four digits"),
        (HEADING + "8000;Aarhus C;0751\n", "four cells are needed"),
        (HEADING + "8000;Aarhus C;0751;Aarhus\n8000;Aarhus;0741;Samsø\n", "is called Aarhus C further up"),
    ],
)
def test_a_table_with_a_problem_is_refused_as_a_whole(text, problem):
    with pytest.raises(BadTable, match=problem):
        read_official(text.encode())


def test_a_line_that_says_what_is_wrong_says_where():
    with pytest.raises(BadTable) as refusal:
        read_official((TABLE + "12;X;0101;København\n").encode())
    assert refusal.value.problems == ["line 25: a postcode has four digits"]
