"""Example data for the component gallery: every component in every state, for eyes, screenshots and axe."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import segno
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from conbillet.core import clock
from conbillet.web.fields import DayField

SLUGS = ("fastaval-2027", "drageborg", "natten-i-aarhus", "terningkast", "con-2026", "viking")


class ExampleForm(forms.Form):
    """A form that shows each kind of field."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField()
    postcode = forms.CharField(max_length=4)
    city = forms.CharField()
    birth_date = DayField()
    price = forms.CharField(required=False, max_length=8)
    gender = forms.ChoiceField(
        choices=[("woman", "Kvinde"), ("man", "Mand"), ("other", "Andet"), ("none", "Ikke oplyst")], widget=forms.RadioSelect
    )
    meals = forms.MultipleChoiceField(
        choices=[("b", "Morgenmad"), ("d", "Aftensmad")], widget=forms.CheckboxSelectMultiple, required=False
    )
    size = forms.ChoiceField(choices=[("s", "Small"), ("m", "Medium"), ("l", "Large")])
    note = forms.CharField(widget=forms.Textarea, required=False)
    terms = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "name": "Navn",
            "email": "E-mail",
            "postcode": "Postnummer",
            "city": "By",
            "birth_date": "Fødselsdato",
            "price": "Støttebeløb",
            "gender": "Køn",
            "meals": "Måltider",
            "size": "Størrelse",
            "note": "Besked til arrangørerne",
            "terms": "Jeg har læst og godtager handelsbetingelserne",
        }
        for name, label in labels.items():
            self.fields[name].label = label


def gallery_context(*, now: datetime) -> dict[str, Any]:
    """The context of `gallery.html`."""
    events = [
        SimpleNamespace(
            slug=slug,
            name=name,
            tagline=tagline,
            place=place,
            picture_url="",
            accent_colour=accent,
            starts_on=date(2027, month, day),
            ends_on=date(2027, month, day) + timedelta(days=length),
        )
        for slug, name, tagline, place, accent, month, day, length in zip(
            SLUGS,
            ("Fastaval 2027", "Drageborg", "Natten i Aarhus", "Terningkast", "Øernes Con", "Vikingespil på Tårnborg Ås"),
            ("Fem dage med rollespil og brætspil", "Live i skoven", "", "Brætspil for hele familien", "Anime og cosplay", ""),
            ("Hobro", "Rold Skov", "Aarhus", "Odense", "Nykøbing Falster", "Korsør"),
            ("", "#0b7a5c", "#7a1f5c", "#ffd400", "#2f45d8", "#333333"),
            (3, 5, 9, 10, 11, 12),
            (24, 14, 4, 30, 20, 31),
            (4, 2, 0, 1, 2, 1),
            strict=True,
        )
    ]
    days = [f"{day}.3." for day in range(1, 31)]
    this_year = [round(2500 * (1 - math.exp(-day / 9))) for day in range(1, 22)]
    last_year = [round(2300 * (1 - math.exp(-day / 14))) for day in range(1, 31)]
    return {
        "now": now,
        "event": events[0],
        "events": events,
        "slugs": SLUGS,
        "form": ExampleForm(initial={"postcode": "8000", "city": "Aarhus C"}),
        "wrong_form": ExampleForm({"w-name": "Søren Ærø", "w-email": "soeren@", "w-postcode": "80000", "w-size": "m"}, prefix="w"),
        "until": now + timedelta(minutes=18, seconds=30),
        "steps": [
            {"label": _("Tickets"), "state": "done", "url": "#"},
            {"label": _("People"), "state": "current"},
            {"label": _("Payment"), "state": ""},
        ],
        "page_obj": Paginator(range(240), 20).page(5),
        "side_menu": [
            {"url": "#", "label": "Overblik", "icon": "chart", "current": True},
            {"url": "#", "label": "Ordrer", "icon": "receipt"},
            {"url": "#", "label": "Døren", "icon": "door"},
            {"url": "#", "label": "Medlemmer", "icon": "people", "group": "Foreningen"},
            {"url": "#", "label": "Indstillinger", "icon": "gear"},
        ],
        "qr_svg": segno.make("conbillet:example", error="m").svg_inline(border=0, omitsize=True),
        "bar_labels": ["0–14", "15–17", "18–24", "25–29", "30–39", "40–59", "60+"],
        "bar_series": [("Kvinder", [31, 64, 201, 140, 118, 77, 12]), ("Mænd", [28, 71, 240, 171, 131, 90, 15])],
        "days": days,
        "line_series": [("2027", this_year), ("2026", last_year)],
        "money_labels": ["man", "tir", "ons", "tor", "fre", "lør", "søn"],
        "money_values": [1240000, 980000, 2250050, 410000, 3120000, 5075000, 2770000],
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """The page `/design/`, for the demo only."""
    return render(request, "gallery.html", gallery_context(now=clock.now()))
