"""The register: the list, one member, entering by hand, dues from outside the shop, leaving, a file."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.core import clock
from conbillet.core.postcodes import municipality_name
from conbillet.memberships.access import get_member
from conbillet.memberships.actions.correct_member import correct_member
from conbillet.memberships.actions.enter_dues import CannotEnterDues, enter_dues
from conbillet.memberships.actions.enter_member import AlreadyMember, enter_member
from conbillet.memberships.actions.import_members import CannotImport, import_members
from conbillet.memberships.actions.leave import CannotLeave, leave
from conbillet.memberships.actions.leave_household import leave_household
from conbillet.memberships.actions.share_household import CannotShare, share_household
from conbillet.memberships.importing.read import COLUMNS, Unreadable, read_members
from conbillet.memberships.member_values import FIELDS, MemberValues
from conbillet.memberships.models import Member, MembershipType
from conbillet.memberships.pdf.words import reason_text
from conbillet.memberships.places import choices_for
from conbillet.memberships.register import doubles_of, find_members, living_with
from conbillet.memberships.safety import doubts_about
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..member_forms import (
    DuesForm,
    HouseholdForm,
    ImportForm,
    LeaveForm,
    MemberFindForm,
    MemberForm,
    dues_of_another,
    initial_of,
)
from ..paging import page_of

FILTERS = ("state", "sort")
MOST_PROBLEMS = 100
SHOWN = ("NOT_PAID", "DUES_NOT_SEPARATE")  # the table says these already
View = Callable[..., HttpResponse]


def member_view(view: View) -> View:
    """An office page about one member: `view(request, standing, member, **rest)`; another association's is not found."""

    @office_page(Permission.MEMBERS)
    @wraps(view)
    def page(request: HttpRequest, standing: Standing, number: str, **rest: Any) -> HttpResponse:
        try:
            return view(request, standing, get_member(standing=standing, member_no=number), **rest)
        except NotFound:
            raise Http404 from None

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Permission.MEMBERS)
def members(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The list, a page at a time. What somebody searches for is sent by POST: names do not belong into addresses."""
    if request.method == "POST" and not request.POST.get("q", "").strip():
        kept = {name: request.POST[name] for name in FILTERS if request.POST.get(name)}
        here = reverse("office:members", kwargs={"organization": standing.organization.slug})
        return redirect(f"{here}?{urlencode(kept)}" if kept else here)
    data = request.POST if request.method == "POST" else request.GET
    form = MemberFindForm(data)
    today = clock.copenhagen_day(clock.now())
    found = find_members(organization_id=standing.organization.pk, wanted=form.wanted(), on=today)
    page = page_of(found, data.get("page", "1"))
    context = {"form": form, "page": page, "searching": request.method == "POST", "narrowed": form.narrowed}
    return render(request, "office/members/list.html", context)


@require_http_methods(["GET", "POST"])
@office_page(Permission.MEMBERS)
def new(request: HttpRequest, standing: Standing) -> HttpResponse:
    form = MemberForm(request.POST or None, initial={"country": "DK"})
    if request.method == "POST" and form.is_valid():
        try:
            member = enter_member(
                organization=standing.organization, values=form.values(), actor=standing.actor, now=clock.now()
            )
        except AlreadyMember as refusal:
            form.add_error("name", str(refusal.message))
        else:
            messages.success(request, _("Entered, as number %(number)s.") % {"number": member.member_no})
            _ask_where(request, member)
            return _to(standing, member)
    return render(request, "office/members/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@member_view
def member(request: HttpRequest, standing: Standing, member: Member) -> HttpResponse:
    """What the register holds, and how to correct it; the memberships with their evidence."""
    form = MemberForm(request.POST or None, initial=initial_of(member))
    if request.method == "POST" and form.is_valid():
        changed = correct_member(member=member, values=form.values(), actor=standing.actor, now=clock.now())
        if "move_others" in request.POST:
            _move(living_with(member), form.values(), standing)
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        member.refresh_from_db()
        _ask_where(request, member)
        return _to(standing, member)
    return _member_page(request, standing, member, form=form)


def _member_page(request: HttpRequest, standing: Standing, member: Member, **forms: Any) -> HttpResponse:
    today = clock.copenhagen_day(clock.now())
    types = _types(standing)
    bound = [form for form in forms.values() if form.is_bound]
    context = {
        "member": member,
        "memberships": [
            (one, [reason_text(code) for code in doubts_about(one) if code not in SHOWN])
            for one in member.memberships.select_related("membership_type").order_by("-period_to", "-pk")
        ],
        "municipality": municipality_name(member.municipality_code) or "",
        "today": today,
        "doubles": list(doubles_of(member)[:5]),
        "others": living_with(member),
        "household": HouseholdForm(),
        "form": MemberForm(initial=initial_of(member)),
        "dues": DuesForm(
            types=types,
            household=bool(member.household_id),
            initial={"period_from": today, "period_to": today.replace(month=12, day=31)},
        ),
        "leaving": LeaveForm(initial={"left_on": member.left_on or today}),
        "types": types,
        **forms,
    }
    return render(request, "office/members/member.html", context, status=422 if bound else 200)


@require_POST
@member_view
def dues(request: HttpRequest, standing: Standing, member: Member) -> HttpResponse:
    form = DuesForm(request.POST, types=_types(standing), household=bool(member.household_id))
    if form.is_valid():
        paid, relation = form.dues(member), form.cleaned_data.get("others_relation", "")
        others = living_with(member) if form.cleaned_data.get("others") else []
        try:
            entered = enter_dues(member=member, dues=paid, actor=standing.actor, now=clock.now())
            for other in others:
                theirs = dues_of_another(paid, payer=member, relation=relation)
                enter_dues(member=other, dues=theirs, actor=standing.actor, now=clock.now())
        except CannotEnterDues as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("The dues are entered."))
            if doubts := [reason_text(code) for code in doubts_about(entered)]:
                messages.warning(request, _("Not safe for grants: %(why)s.") % {"why": "; ".join(doubts)})
            return _to(standing, member)
    return _member_page(request, standing, member, dues=form)


@require_POST
@member_view
def left(request: HttpRequest, standing: Standing, member: Member) -> HttpResponse:
    """The last day as a member; `back` in the form takes it away again."""
    form = LeaveForm(request.POST)
    back = "back" in request.POST
    if back or form.is_valid():
        try:
            day = None if back else form.cleaned_data["left_on"]
            leave(member=member, on=day, actor=standing.actor, now=clock.now())
        except CannotLeave as refusal:
            form.add_error("left_on", str(refusal.message))
        else:
            messages.success(request, _("Written down: a member again.") if back else _("Written down: has left."))
            return _to(standing, member)
    return _member_page(request, standing, member, leaving=form)


@require_http_methods(["GET", "POST"])
@office_page(Permission.MEMBERS)
def read_file(request: HttpRequest, standing: Standing) -> HttpResponse:
    """First what would happen, then, with the same text, it happens. Nothing is stored while a single cell is wrong."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "columns": COLUMNS}
    if request.method != "POST" or not form.is_valid():
        return render(request, "office/members/import.html", context, status=422 if form.is_bound else 200)
    now = clock.now()
    try:
        text = form.content()
        read = read_members(text, today=clock.copenhagen_day(now))
        done = import_members(
            organization=standing.organization,
            read=read,
            actor=standing.actor,
            now=now,
            dry_run="store" not in request.POST,
        )
    except Unreadable as refusal:
        form.add_error("file", str(refusal))
        return render(request, "office/members/import.html", context, status=422)
    except CannotImport as refusal:
        problems = refusal.problems
        context |= {"problems": problems[:MOST_PROBLEMS], "more": max(len(problems) - MOST_PROBLEMS, 0)}
        return render(request, "office/members/import.html", context, status=422)
    if "store" in request.POST:
        messages.success(request, _("Stored: %(members)s members and %(dues)s memberships are new, %(changed)s changed.") % {
            "members": done.new_members, "dues": done.new_memberships, "changed": done.changed_members + done.changed_memberships,
        })  # fmt: skip
        return redirect("office:members", organization=standing.organization.slug)
    return render(request, "office/members/import.html", {**context, "done": done, "text": text})


@require_POST
@member_view
def household(request: HttpRequest, standing: Standing, member: Member) -> HttpResponse:
    """The member moves in with another one; `out` in the form: moves out."""
    now = clock.now()
    if "out" in request.POST:
        leave_household(member=member, actor=standing.actor, now=now)
        messages.success(request, _("Written down."))
        return _to(standing, member)
    form = HouseholdForm(request.POST)
    if form.is_valid():
        try:
            other = get_member(standing=standing, member_no=form.cleaned_data["lives_with"].strip())
            share_household(member=member, other=other, actor=standing.actor, now=now)
        except NotFound:
            form.add_error("lives_with", _("There is no member with that number."))
        except CannotShare as refusal:
            form.add_error("lives_with", str(refusal.message))
        else:
            messages.success(request, _("Written down."))
            return _to(standing, member)
    return _member_page(request, standing, member, household=form)


def _move(others: list[Member], values: MemberValues, standing: Standing) -> None:
    """The others of the household get the same address."""
    address = {name: getattr(values, name) for name in ("street", "postcode", "city", "country", "municipality_code")}
    for other in others:
        theirs = MemberValues(**{**{name: getattr(other, name) for name in FIELDS}, **address})
        correct_member(member=other, values=theirs, actor=standing.actor, now=clock.now())


def _ask_where(request: HttpRequest, member: Member) -> None:
    """A postcode in several municipalities is for somebody to decide."""
    likely = choices_for(country=member.country, postcode=member.postcode)
    if likely and not member.municipality_code:
        names = ", ".join(name for _code, name in likely)
        messages.warning(request, _("The postcode lies in several municipalities (%(names)s). Choose which below.") % {"names": names})  # fmt: skip


def _types(standing: Standing) -> Any:
    return MembershipType.objects.filter(organization=standing.organization).order_by("-is_offered", "pk")


def _to(standing: Standing, member: Member) -> HttpResponse:
    return redirect("office:member", organization=standing.organization.slug, number=member.member_no)
