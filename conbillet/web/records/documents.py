"""The documents that the law wants, made from the data map and the activities, as Markdown in the language that is active.

`python -m tools.privacy_documents` writes them to `docs/privacy`; `bin/conbillet privacy map` prints them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from conbillet.core.data_map import DataMap, Processor, data_map
from conbillet.privacy.activities import ACTIVITIES, ASSOCIATIONS, EACH, OPERATOR, Activity
from conbillet.privacy.activity_checks import outside
from conbillet.web.office import annexes

from . import asked as questions
from .assessment import CRITERIA, RISKS
from .map_document import map_document
from .markdown import bullets, join, table
from .said import SENTENCES, said


def record_of_processing(map_: DataMap) -> str:
    """Art. 30: as controller (1), and as the associations' processor (2)."""
    own = [one for one in ACTIVITIES if one.controller in {OPERATOR, EACH}]
    theirs = [one for one in ACTIVITIES if one.controller in {ASSOCIATIONS, EACH}]
    parts = [
        f"# {_('Record of processing activities')}\n",
        _("GDPR article 30. What is done with people's data, by whom, why, for how long, and who gets it. Made from the list that the program obeys.") + "\n",
        table(
            ("", ""),
            [
                (_("Operator"), settings.CONBILLET_OPERATOR["name"]),
                (_("E-mail"), settings.CONBILLET_OPERATOR["email"]),
                (_("Authority"), "Datatilsynet, dt@datatilsynet.dk"),
            ],
        ),
        f"## {_('As controller (article 30(1))')}\n",
        *(_activity(one, map_) for one in own),
        f"## {_('As processor for the associations (article 30(2))')}\n",
        _("Each association is the controller. The operator handles the data for all of them in the same way, under the data-processing agreement.") + "\n",
        *(_activity(one, map_) for one in theirs),
        f"## {_('Who else gets something')}\n",
        _processors(map_),
        f"## {_('Where it lies besides the database')}\n",
        table((_("What"), _("Holds"), _("How long")), [(said(one.name), said(one.holds), said(one.keep)) for one in map_.streams.values()]),
        f"## {_('Technical and organisational measures (article 32)')}\n",
        bullets(annexes.MEASURES),
    ]  # fmt: skip
    return "\n".join(parts)


def _activity(activity: Activity, map_: DataMap) -> str:
    rows = [
        (
            join(_category(one) for one in line.categories),
            join(f"{annexes.PURPOSES[why]} (art. {basis.article}{f', {basis.law}' if basis.law else ''})" for why, basis in line.purposes.items()),
            join(RECIPIENTS()[one] for one in sorted(line.recipients)),
            annexes.PERIODS.get(line.keep.name, line.keep.period),
        )
        for line in activity.lines
    ]  # fmt: skip
    facts = [(_("Who"), activity.people), (_("Why"), activity.why), (_("From where"), activity.source)]
    parts = [f"### {activity.title}\n", bullets(f"**{name}**: {value}" for name, value in facts)]
    if rows:
        parts.append(table((_("What"), _("Purpose and basis"), _("Who gets it"), _("How long")), rows))
    else:
        parts.append(_("Rows that point at a person, and dates; no other data.") + "\n")
    if one := sorted(activity.tables & set(map_.tables)):
        parts.append(f"<small>{_('Tables')}: {', '.join(f'`{name}`' for name in one)}</small>\n")
    return "\n".join(parts)


def RECIPIENTS() -> dict[str, str]:  # noqa: N802  a table whose words depend on the language
    return {
        "association": _("the association: one of the six fields"),
        "association_record": _("the association, as its own record"),
        "stripe": "Stripe",
        "mail_relay": _("a mail server, if it is not our own"),
    }


def _category(name: str) -> str:
    """What a category is called here; the annexes are about associations' rows only."""
    return _("Phone number") if name == "user.phone" else str(annexes.CATEGORIES.get(name, name))


def _processors(map_: DataMap) -> str:
    rows = []
    for one in sorted(map_.processors.values(), key=lambda processor: processor.name):
        name, does, _transfer = annexes.PROCESSORS.get(one.name, (one.name, ", ".join(one.sends), ""))
        rows.append((name, _countries([one.country]), does, _when(one), _sends(one)))
    return table((_("Who"), _("Country"), _("Does what"), _("When"), _("Gets")), rows)


def _countries(codes: list[str]) -> str:
    return join(annexes.COUNTRIES.get(code, code) for code in codes)


def _sends(processor: Processor) -> str:
    """What a processor gets; categories of the map by their names."""
    return "; ".join(str(said(one)) if one in SENTENCES else _category(one) for one in processor.sends)


def _when(processor: Processor) -> Any:
    return annexes.WHEN.get(processor.name, processor.when)


def agreement_annexes(map_: DataMap) -> str:
    """The annexes of the data-processing agreement, as the office shows them."""
    return "\n".join([
        f"# {_('Annexes of the data-processing agreement')}\n",
        _("The agreement's text stands in `policy/agreement`; every association reads it with these annexes in its office, and accepts it there.") + "\n",
        f"## {_('Annex A: the processing')}\n",
        table(
            (_("What"), _("Purpose"), _("How long")),
            [(kind.name, "; ".join(kind.purposes), "; ".join(kind.periods)) for kind in annexes.kinds()],
        ),
        f"## {_('Annex B: who else helps')}\n",
        table(
            (_("Who"), _("Country"), _("Does what"), _("Gets"), _("Transfer outside the EU")),
            [(one.name, one.country, one.does, one.gets, one.transfer) for one in annexes.helpers(on=date.max)],
        ),
        f"## {_('Annex C: security, and how long')}\n",
        bullets([*annexes.MEASURES, *annexes.INSTRUCTION]),
        f"\n## {_('Annex D: what else we have agreed')}\n",
        bullets(annexes.OTHER_MATTERS),
    ])  # fmt: skip


def transfers(map_: DataMap) -> str:
    """Which data can reach countries outside the EEA, when, and on what that rests."""
    rows, at_home = [], []
    for one in sorted(map_.processors.values(), key=lambda processor: processor.name):
        name, _does, rests = annexes.PROCESSORS.get(one.name, (one.name, "", one.safeguard))
        if countries := outside(one):
            rows.append((name, _countries(countries), _when(one), _sends(one), rests))
        else:
            at_home.append(f"{name} ({_countries([one.country])})")
    return "\n".join([
        f"# {_('Transfers to third countries')}\n",
        _("GDPR articles 44 to 49. The database, its files and its keys stay on the operator's server in the EU. Outside the EEA something can be seen only by those named here, and only when it says.") + "\n",
        table((_("Who"), _("Country"), _("When"), _("What"), _("The transfer rests on")), rows),
        f"{_('Nothing leaves the EEA at')}: {join(at_home)}.\n",
        _("A test fails when a processor outside the EEA has no safeguard, and when the browser contacts a host that is not declared.") + "\n",
    ])  # fmt: skip


def what_is_asked(map_: DataMap) -> str:
    """Every field: must it be filled in, and why is it asked?"""
    parts = [
        f"# {_('What is asked, what is optional, and why')}\n",
        _("Data minimisation, GDPR article 5(1)(c). Whether a field must be filled in is read from the form itself; a field without a reason fails a test.") + "\n",
    ]  # fmt: skip
    for place in questions.PLACES:
        fields = place.fields()
        parts.append(f"## {place.title}\n")
        rows = []
        for one in place.asked:
            label = fields[one.field].label or one.field.replace("_", " ").capitalize()
            rows.append((label, questions.must(place, one), one.why, f"`{one.category}`"))
        parts.append(table((_("Field"), _("Must be filled in"), _("Why it is asked"), _("Category")), rows))
    return "\n".join(parts)


def impact_assessment(map_: DataMap) -> str:
    """The basis of an impact assessment, art. 35."""
    met = [one for one in CRITERIA if one.is_met]
    yes, no = _("yes"), _("no")
    cells = [
        (risk.what, risk.before, risk.measures, risk.after, "<br>".join(f"`{test}`" for test in risk.proof))
        for risk in RISKS
    ]
    return "\n".join([
        f"# {_('Basis of an impact assessment')}\n",
        _("GDPR article 35. The program knows what it does and what is done against the risks; it does not know the operator's house. What only the operator can say stands at the end, to be filled in.") + "\n",
        f"## 1. {_('Is one needed?')}\n",
        table((_("Sign of a high risk"), _("Met"), _("Because")), [(one.sign, yes if one.is_met else no, one.why) for one in CRITERIA]),
        _("%(count)d of nine signs are met. From two on an assessment is advised, so make one.") % {"count": len(met)} + "\n",
        f"## 2. {_('What is done')}\n",
        table(
            (_("Activity"), _("Who"), _("Why"), _("From where")),
            [(one.title, one.people, one.why, one.source) for one in ACTIVITIES],
        ),
        _("In detail: the [record of processing](record-of-processing.md).") + "\n",
        f"## 3. {_('Is it necessary, and in proportion?')}\n",
        bullets([
            _("Each field has a reason, and most can be left empty: [what is asked](what-is-asked.md)."),
            _("Each kind of data has a date on which it goes by itself, and a job that sees to it."),
            _("An association gets six fields about those who bought from it, and nothing else of a profile."),
            _("People see everything that is stored about them, correct it, download it and delete it themselves."),
            _("CPR numbers are off by default, asked of crew only, with consent, and forgotten again."),
        ]),
        f"## 4. {_('What can go wrong')}\n",
        table((_("Risk"), _("Before"), _("What is done"), _("After"), _("Proof")), cells),
        f"## 5. {_('For the operator to fill in')}\n",
        bullets(f"{question} …" for question in (
            _("How many people, roughly, and how many of them under 15?"),
            _("Who has access to the server and its keys, and how is that checked?"),
            _("Where are the backups, and when was a restore last rehearsed?"),
            _("What do associations and people whose data it is say about it? (article 35(9))"),
            _("What does the data-protection adviser say? (article 35(2))"),
            _("Which risk is left, who accepts it, and when is it looked at again? (article 35(11))"),
        )),
    ])  # fmt: skip


# File name → who writes it. The map itself is for developers, and in English only.
DOCUMENTS: dict[str, Callable[[DataMap], str]] = {
    "record-of-processing": record_of_processing,
    "agreement-annexes": agreement_annexes,
    "impact-assessment": impact_assessment,
    "transfers": transfers,
    "what-is-asked": what_is_asked,
}


def document(name: str, language: str) -> str:
    """One document; `data-map` is the map itself. Raises KeyError for a name that is none."""
    with override("en" if name == "data-map" else language):
        write = map_document if name == "data-map" else DOCUMENTS[name]
        return write(data_map.load()).rstrip("\n") + "\n"
