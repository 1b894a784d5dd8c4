"""An association's own counting rules: a new set, a new version, a change of what was not used, and what they would count."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.core import clock
from conbillet.memberships.access import get_own_rules
from conbillet.memberships.actions.add_own_rules import add_own_rules
from conbillet.memberships.actions.change_own_rules import change_own_rules
from conbillet.memberships.actions.remove_own_rules import remove_own_rules
from conbillet.memberships.counting.count import count, read_register, totals_of
from conbillet.memberships.counting.own import versions_of
from conbillet.memberships.counting.rule_sets import NoRuleSet, RuleSet, rule_set
from conbillet.memberships.models import OwnRuleSet
from conbillet.memberships.own_rules import BadRules, RulesUsed, checked, key_of, was_used
from conbillet.memberships.pdf.words import largest_first, reason_text
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..rules_forms import RulesForm, initial_of

DRAFT = "draft"  # the key of rules that are only tried out


@require_http_methods(["GET", "POST"])
@office_page(Permission.MEMBERS)
def new(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`like` in the address begins with the rules of a set that comes with the program."""
    this_year = clock.copenhagen_day(clock.now()).year
    initial: dict[str, Any] = {"valid_from": f"{this_year}-01-01"}
    try:
        like = rule_set(request.GET.get("like", ""), year=this_year)
        initial = {**initial_of(like), "name_da": "", "name_en": "", "source_da": "", **initial}
    except NoRuleSet:
        pass
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        taken = {rules.key for rules in versions_of(standing.organization.pk)}
        rules = form.rules(key_of(form.cleaned_data["name_da"], taken=taken))
        done = _stored(request, standing, form, rules, None)
        if done:
            return done
    return _page(request, standing, form, None)


@require_http_methods(["GET", "POST"])
@office_page(Permission.MEMBERS)
def edit(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    """A version that was used stays; what is saved is then a new one, from another day."""
    own = _found(standing, number)
    rules = RuleSet.from_data(own.rules)
    used = was_used(own)
    initial = initial_of(rules)
    if used:
        initial["valid_from"] = f"{clock.copenhagen_day(clock.now()).year + 1}-01-01"
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _stored(request, standing, form, replace(form.rules(own.key)), own)
        if done:
            return done
    return _page(request, standing, form, own)


@require_POST
@office_page(Permission.MEMBERS)
def remove(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    try:
        remove_own_rules(own=_found(standing, number), actor=standing.actor, now=clock.now())
    except RulesUsed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Removed."))
    return _to_documentation(standing)


@require_POST
@office_page(Permission.MEMBERS)
def preview(request: HttpRequest, standing: Standing) -> JsonResponse:
    """What the rules in the form would count, without storing anything; for the page's script."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"text": "", "reasons": []})
    found = _preview(standing, form.rules(DRAFT))
    return JsonResponse({"text": found["text"], "reasons": [f"{text}: {n}" for text, n in found["reasons"]]})


def _stored(
    request: HttpRequest, standing: Standing, form: RulesForm, rules: RuleSet, own: OwnRuleSet | None
) -> HttpResponse | None:
    if "try" in request.POST:
        return None
    try:
        if own is None or was_used(own):
            add_own_rules(organization=standing.organization, rules=rules, actor=standing.actor, now=clock.now())
        else:
            change_own_rules(own=own, rules=rules, actor=standing.actor, now=clock.now())
    except BadRules as refusal:
        form.refuse(refusal)
        return None
    messages.success(request, _("Saved. They count from %(year)s on.") % {"year": rules.valid_from.year})
    return _to_documentation(standing)


def _page(request: HttpRequest, standing: Standing, form: RulesForm, own: OwnRuleSet | None) -> HttpResponse:
    sound = form.is_bound and not form.errors
    rules = form.rules(DRAFT) if sound else RuleSet.from_data(own.rules) if own and not form.is_bound else None
    context = {
        "form": form,
        "own": own,
        "used": own is not None and was_used(own),
        "preview": _preview(standing, rules) if rules else None,
    }
    wrong = form.is_bound and not sound
    return render(request, "office/members/rules.html", context, status=422 if wrong else 200)


def _preview(standing: Standing, rules: RuleSet) -> dict[str, Any]:
    """Of the year that the rules begin with, or of this one if they are older."""
    this_year = clock.copenhagen_day(clock.now()).year
    year = min(max(rules.valid_from.year, this_year), this_year)
    try:
        rules = checked(rules)
    except BadRules as refusal:
        return {"text": str(refusal.message), "reasons": []}
    totals = totals_of(count(read_register(organization_id=standing.organization.pk), rules=rules, year=year))
    text = _("Would count %(count)s of %(all)s in %(year)s.") % {
        "count": totals.overall,
        "all": totals.members,
        "year": year,
    }
    return {"text": text, "reasons": [(reason_text(code), n) for code, n in largest_first(totals.reasons)]}


def _found(standing: Standing, number: int) -> OwnRuleSet:
    try:
        return get_own_rules(standing=standing, number=number)
    except NotFound:
        raise Http404 from None


def _to_documentation(standing: Standing) -> HttpResponse:
    return redirect("office:documentations", organization=standing.organization.slug)


def own_rules_of(standing: Standing) -> list[dict[str, Any]]:
    """The association's own sets for a list, the newest version of each first."""
    own = OwnRuleSet.objects.filter(organization=standing.organization).order_by("key", "-valid_from")
    found = [(one, RuleSet.from_data(one.rules)) for one in own]
    return [{"own": one, "name": rules.name(get_language()), "rules": rules} for one, rules in found]
