"""Documentation of members for grant bodies: count a year live, keep a count, hand it out."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.core import clock
from conbillet.core.people import Gender
from conbillet.core.workbooks import CONTENT_TYPE
from conbillet.memberships.access import get_documentation
from conbillet.memberships.actions.document_members import CannotDocument, document_members
from conbillet.memberships.counting.count import bands_of, count, count_members, read_register, totals_of
from conbillet.memberships.counting.own import all_rules_for, rules_for
from conbillet.memberships.counting.rule_sets import NoRuleSet, RuleSet
from conbillet.memberships.documentation import adjustments, verifies
from conbillet.memberships.models import MemberDocumentation
from conbillet.memberships.pdf.documents import MOST_PROOFS, render_documentation
from conbillet.memberships.pdf.words import band_text, largest_first, municipality_text, reason_text
from conbillet.memberships.register import count_doubles
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page
from conbillet.workflows.member_documentation import hand_out_list, hand_out_proofs, left_out_of, list_csv, list_xlsx

from ..paging import page_of
from .counting import day_of
from .own_rules import own_rules_of

YEARS_BACK = 5
FORMS = ("numbers", "proofs", "pdf", "xlsx", "csv")


class SampleForm(forms.Form):
    size = forms.IntegerField(label=gettext_lazy("How many members?"), min_value=1, max_value=MOST_PROOFS, initial=10)


def _language() -> str:
    return "en" if get_language() == "en" else "da"


def _name(rules: RuleSet) -> str:
    return rules.name(_language())


def _source(rules: RuleSet) -> str:
    return rules.source(_language())


@require_safe
@office_page(Permission.MEMBERS)
def documentations(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Each set of rules with its live count of a year, and the counts that were kept."""
    now = clock.now()
    this_year = clock.copenhagen_day(now).year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and this_year - YEARS_BACK <= int(asked) <= this_year else this_year
    association = standing.organization
    register = read_register(organization_id=association.pk)
    rows = []
    for rules in all_rules_for(organization_id=association.pk, year=year):
        totals = totals_of(count(register, rules=rules, year=year))
        reasons = [(code, reason_text(code), number) for code, number in largest_first(totals.reasons)]
        rows.append({"key": rules.key, "name": _name(rules), "rules": rules, "source": _source(rules), "totals": totals, "reasons": reasons})  # fmt: skip
    kept = MemberDocumentation.objects.filter(organization=association).order_by("-counted_at", "-pk")
    context = {
        "year": year,
        "years": range(this_year, this_year - YEARS_BACK - 1, -1),
        "rows": rows,
        "page": page_of(kept, request.GET.get("page", "1")),
        "anybody": bool(register),
        "doubles": count_doubles(organization_id=association.pk),
        "own": own_rules_of(standing),
    }
    return render(request, "office/members/documentations.html", context)


@require_POST
@office_page(Permission.MEMBERS)
def document(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Keep the count of a year by a set of rules."""
    association = standing.organization
    year = request.POST.get("year", "")
    try:
        rules = rules_for(
            organization_id=association.pk,
            key=request.POST.get("rules", ""),
            year=int(year) if year.isdigit() and len(year) == 4 else 0,
        )
        kept = document_members(
            organization=association,
            rules=rules,
            year=int(year),
            as_of=day_of(request.POST.get("on", ""), year=int(year)),
            actor=standing.actor,
            now=clock.now(),
        )
    except (NoRuleSet, CannotDocument, ValueError):
        messages.error(request, _("That year cannot be counted: nobody is in the register, or it has not begun."))
        return redirect("office:documentations", organization=association.slug)
    messages.success(request, _("Counted and kept. The numbers do not change any more."))
    return redirect("office:documentation", organization=association.slug, reference=kept.reference)


@require_safe
@office_page(Permission.MEMBERS)
def documentation(request: HttpRequest, standing: Standing, reference: str) -> HttpResponse:
    """A kept count: its numbers, whether it still verifies, what has changed since, and the files."""
    kept = _kept(standing, reference)
    rules = RuleSet.from_data(kept.rules)
    today = count_members(organization_id=standing.organization.pk, rules=rules, year=kept.year, on=kept.as_of)
    by_gender = kept.numbers["gender_by_band"]
    bands = bands_of(kept.numbers)
    context: dict[str, Any] = {
        "kept": kept,
        "name": _name(rules),
        "verifies": verifies(kept),
        "adjustments": [(one.member_no, _word(one.before), _word(one.now)) for one in adjustments(kept, today)],
        "bands": [band_text(band) for band in bands],
        "matrix": [
            (label, [by_gender[gender][band] for band in bands], sum(by_gender[gender].values()))
            for gender, label in _genders()
        ],
        "municipalities": [(municipality_text(code), n) for code, n in largest_first(kept.numbers["per_municipality"])],
        "reasons": [(reason_text(code), n) for code, n in largest_first(kept.numbers["reasons"])],
        "sample": SampleForm(),
        "left_out": left_out_of(kept),
        "named": kept.members.exclude(name="").exists(),
    }
    return render(request, "office/members/documentation.html", context)


@require_POST
@office_page(Permission.MEMBERS)
def hand_out(request: HttpRequest, standing: Standing, reference: str, form: str) -> HttpResponse:
    """The list as a file. By POST, since each is a hand-over that is written down; `numbers` are about nobody."""
    if form not in FORMS:
        raise Http404
    kept, association = _kept(standing, reference), standing.organization
    name = f"{_('members')}-{association.slug}-{kept.year}-{kept.rules['key']}"
    values: dict[str, Any] = {
        "documentation": kept,
        "organization": association,
        "actor": standing.actor,
        "now": clock.now(),
    }
    if form == "numbers":
        return _file(render_documentation(kept, association, language=_language()), f"{name}.pdf")
    if form == "proofs":
        asked = SampleForm(request.POST)
        if not asked.is_valid():
            messages.error(request, _("Say how many members, from 1 to %(most)s.") % {"most": MOST_PROOFS})
            return redirect("office:documentation", organization=association.slug, reference=reference)
        pdf = hand_out_proofs(**values, size=asked.cleaned_data["size"], language=_language())
        return _file(pdf, f"{name}-{_('sample')}.pdf")
    handover = hand_out_list(**values, form=form)
    members = handover.members
    if form == "pdf":
        pdf = render_documentation(kept, association, language=_language(), members=members, left_out=handover.left_out)
        return _file(pdf, f"{name}-{_('list')}.pdf")
    body = list_xlsx(members, sheet=str(kept.year)) if form == "xlsx" else list_csv(members)
    content_type = CONTENT_TYPE if form == "xlsx" else "text/csv; charset=utf-8"
    stream = StreamingHttpResponse(body, content_type=content_type, headers=_headers(f"{name}.{form}"))
    return cast(HttpResponse, stream)


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf", headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


def _kept(standing: Standing, reference: str) -> MemberDocumentation:
    try:
        return get_documentation(standing=standing, reference=reference)
    except NotFound:
        raise Http404 from None


def _genders() -> list[tuple[str, str]]:
    return [(str(gender), str(gender.label)) for gender in Gender]


def _word(code: str) -> str:
    if not code:
        return _("not in the list")
    return _("counts") if code == "counts" else reason_text(code)
