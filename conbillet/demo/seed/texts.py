"""What the made-up conventions say about themselves."""

from dataclasses import dataclass

NORDLYS_DA = "Vi er en forening for alle, der spiller rollespil, brætspil og live i Himmerland og omegn. Vi holder en con hvert forår og spilleaftener hver anden torsdag."
NORDLYS_EN = "We are an association for everybody who plays role-playing games, board games and larps in Himmerland. We hold a convention each spring and game nights every other Thursday."
TERNINGEN_DA = "Odenses hyggeligste brætspilsklub. 600 spil på hylderne og altid en plads ved bordet."
TERNINGEN_EN = "The cosiest board-game club in Odense. 600 games on the shelves and always a seat at the table."
HIKARI_DA = "Forening for anime, manga og cosplay. Vi syr, tegner, synger og ser film sammen."
HIKARI_EN = "An association for anime, manga and cosplay. We sew, draw, sing and watch films together."

BIG_TAGLINE_DA = "Fem dage med rollespil, brætspil og alt for lidt søvn"
BIG_TAGLINE_EN = "Five days of role-playing, board games and far too little sleep"
BIG_DA = """Nordlyscon er en con for **alle, der kan lide at spille**. Vi fylder hele Hobro Idrætscenter med nyskrevne scenarier, brætspil, live og workshops – og med mennesker, der gerne vil spille med dig, også hvis du aldrig har prøvet det før.

## Hvad sker der?

- 42 nyskrevne rollespilsscenarier på dansk og engelsk
- et bibliotek med over 500 brætspil og folk, der forklarer reglerne
- live hver aften, også for børn
- Nordlysmiddagen lørdag, hvor årets priser bliver delt ud

## Børn og unge

Børn til og med 14 år kommer gratis ind, men skal tilmeldes sammen med en voksen. Der er børnecon med egne rum og voksne, der er der hele dagen.

## Overnatning

Vi sover på liggeunderlag eller madrasser i klasselokaler. Der er stille etage og festetage.
"""
BIG_EN = """Nordlyscon is a convention for **everybody who likes to play**. We fill the whole of Hobro Idrætscenter with newly written scenarios, board games, larps and workshops – and with people who would like to play with you, also if you have never tried before.

## What happens?

- 42 newly written role-playing scenarios in Danish and English
- a library of more than 500 board games, and people who explain the rules
- larps every evening, for children too
- the Northern Lights Dinner on Saturday, where the year's awards are given

## Children

Children up to 14 come in for free, but must be registered together with an adult.

## Sleeping

We sleep on camping mats or mattresses in classrooms. There is a quiet floor and a party floor.
"""
BIG_PRACTICAL_DA = "- Billetten på papir eller telefon\n- Sovepose og liggeunderlag\n- Kop og bestik – vi sparer på engangsservice\n- Indesko"
BIG_PRACTICAL_EN = (
    "- Your ticket on paper or phone\n- Sleeping bag and mat\n- Cup and cutlery – we avoid single use\n- Indoor shoes"
)


@dataclass(frozen=True)
class Words:
    tagline_da: str
    tagline_en: str
    da: str
    en: str


TERNINGFEST = Words(
    "En hel weekend med brætspil for hele familien",
    "A whole weekend of board games for the whole family",
    "Kom og spil **600 brætspil** med os. Der er turneringer i Azul, Carcassonne og Catan, loppemarked lørdag og børnehjørne begge dage.",
    "Come and play **600 board games** with us. There are tournaments in Azul, Carcassonne and Catan, a flea market on Saturday and a children's corner on both days.",
)
HIKARICON = Words(
    "Cosplay, anime og J-pop midt i København",
    "Cosplay, anime and J-pop in the middle of Copenhagen",
    "Tre dage med cosplaykonkurrence, workshops, filmrum og artist alley. Der er omklædning, reparationsbord og fotostudie.",
    "Three days of cosplay contest, workshops, film rooms and artist alley. There are changing rooms, a repair desk and a photo studio.",
)
