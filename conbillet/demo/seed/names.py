"""Made-up people with Danish names and addresses. Names are common ones, put together at random: nobody in particular."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from conbillet.core.postcodes import town_for

WOMEN = [
    "Anne",
    "Mette",
    "Kirsten",
    "Hanne",
    "Karen",
    "Susanne",
    "Camilla",
    "Louise",
    "Maria",
    "Sofie",
    "Emma",
    "Ida",
    "Freja",
    "Clara",
    "Laura",
    "Mathilde",
    "Signe",
    "Astrid",
    "Josefine",
    "Caroline",
    "Julie",
    "Cecilie",
    "Nanna",
    "Sara",
    "Katrine",
    "Line",
    "Trine",
    "Rikke",
    "Maja",
    "Alberte",
    "Agnes",
    "Luna",
    "Ellen",
    "Karla",
    "Liv",
    "Asta",
    "Mille",
    "Tuva",
    "Bodil",
    "Åse",
    "Sørine",
]
MEN = [
    "Peter",
    "Jens",
    "Lars",
    "Michael",
    "Henrik",
    "Thomas",
    "Søren",
    "Jan",
    "Christian",
    "Martin",
    "Niels",
    "Anders",
    "Morten",
    "Mads",
    "Rasmus",
    "Jesper",
    "Frederik",
    "Mikkel",
    "Jonas",
    "Emil",
    "Oliver",
    "William",
    "Noah",
    "Oscar",
    "Carl",
    "Malthe",
    "Magnus",
    "Victor",
    "August",
    "Elias",
    "Aksel",
    "Valdemar",
    "Anton",
    "Storm",
    "Bjørn",
    "Asger",
    "Troels",
    "Jørgen",
    "Åge",
    "Øjvind",
]
OTHERS = ["Kim", "Robin", "Alex", "Sasha", "Charlie", "Noa", "Mika", "Eli", "Vibe", "Sky"]
FAMILIES = [
    "Jensen",
    "Nielsen",
    "Hansen",
    "Pedersen",
    "Andersen",
    "Christensen",
    "Larsen",
    "Sørensen",
    "Rasmussen",
    "Jørgensen",
    "Petersen",
    "Madsen",
    "Kristensen",
    "Olsen",
    "Thomsen",
    "Christiansen",
    "Poulsen",
    "Johansen",
    "Møller",
    "Mortensen",
    "Knudsen",
    "Østergaard",
    "Bæk",
    "Skov",
    "Lund",
    "Holm",
    "Kjær",
    "Dam",
    "Bjerregaard",
    "Nørgaard",
    "Åkjær",
    "Vestergaard",
    "Toft",
    "Krogh",
    "Bang",
    "Dahl",
    "Friis",
    "Juhl",
    "Winther",
    "Lindegaard",
    "Aagaard",
    "Riis",
    "Brandt",
    "Munk",
    "Hald",
    "Søndergaard",
    "Ravn",
    "Ulv",
]
STREETS = [
    "Skovvej",
    "Engvej",
    "Møllevej",
    "Kirkevej",
    "Birkevej",
    "Strandvejen",
    "Nørregade",
    "Søndergade",
    "Østergade",
    "Vestergade",
    "Parkvej",
    "Lærkevej",
    "Rosenvej",
    "Åboulevarden",
    "Ringgaden",
    "Bakkevej",
    "Enghavevej",
    "Jernbanegade",
    "Havnegade",
    "Algade",
    "Grønnegade",
    "Klostergade",
    "Mejerivej",
    "Ørstedsgade",
]
POSTCODES = [
    "8000",
    "8200",
    "8210",
    "8220",
    "8260",
    "8270",
    "8600",
    "8700",
    "8800",
    "8900",
    "9000",
    "9200",
    "9220",
    "9400",
    "9500",
    "9700",
    "9800",
    "5000",
    "5210",
    "5230",
    "5700",
    "6000",
    "6400",
    "6700",
    "7000",
    "7100",
    "7400",
    "7500",
    "7800",
    "2000",
    "2100",
    "2200",
    "2300",
    "2400",
    "2450",
    "2500",
    "2600",
    "2720",
    "2800",
    "2860",
    "3000",
    "3400",
    "3460",
    "4000",
    "4200",
    "4400",
    "4600",
    "4700",
    "3700",
]


@dataclass(frozen=True)
class MadeUp:
    name: str
    badge_name: str
    email: str
    birth_date: date
    gender: str
    street: str
    postcode: str
    city: str


BADGES = [
    "Drage",
    "Nisse",
    "Ork",
    "Elver",
    "Alf",
    "Trold",
    "Ulv",
    "Ravn",
    "Troldmand",
    "Skjald",
    "Jæger",
    "Terning",
    "Meeple",
    "Kaiju",
    "Neko",
    "Ronin",
    "Vampyr",
    "Barbar",
]


class Crowd:
    """People one after another, always the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.met: list[MadeUp] = []
        self.regulars: list[MadeUp] = []
        self.members: dict[tuple[int, str], Any] = {}  # by association and address: whoever is in its register already

    def buyer(self, on: date) -> MadeUp:
        """Somebody grown up: two in five came last time, where there was one, and nobody comes twice."""
        back = bool(self.regulars) and self.random.random() < 0.4
        buyer = self.regulars.pop() if back else self.person(on, youngest=18)
        self.met.append(buyer)
        return buyer

    def a_year_later(self) -> None:
        """Those who were met may come again."""
        self.regulars = self.random.sample(self.met, len(self.met))
        self.met = []

    def person(self, on: date, *, youngest: int = 6, oldest: int = 66) -> MadeUp:
        """Somebody between those ages on a day; most are between 18 and 35."""
        pick = self.random
        self.count += 1
        age = min(max(int(pick.triangular(youngest, oldest, 24)), youngest), oldest)
        birth_date = on - timedelta(days=age * 365 + age // 4 + pick.randrange(0, 364))
        gender = pick.choices(["woman", "man", "other", "not_stated"], [44, 47, 5, 4])[0]
        first = pick.choice({"woman": WOMEN, "man": MEN}.get(gender, OTHERS))
        last = pick.choice(FAMILIES)
        name = f"{first} {pick.choice(FAMILIES)} {last}" if pick.random() < 0.35 else f"{first} {last}"
        postcode = pick.choice(POSTCODES)
        street = f"{pick.choice(STREETS)} {pick.randrange(1, 180)}"
        if pick.random() < 0.3:
            street += f", {pick.randrange(1, 6)}. {pick.choice(['th', 'tv', 'mf'])}"
        plain = first.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
        badge = f"{pick.choice(BADGES)}-{first}" if pick.random() < 0.4 else first
        return MadeUp(
            name,
            badge,
            f"{plain}.{self.count}@example.com",
            birth_date,
            gender,
            street,
            postcode,
            town_for(postcode) or "",
        )
