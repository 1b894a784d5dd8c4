"""Which association do you want to work for?"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conbillet.organizations.models import Role


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    roles = Role.objects.filter(person_id=request.user.person_id).select_related("organization").order_by("organization__name")
    return render(request, "office/choose.html", {"roles": roles})
