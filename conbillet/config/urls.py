"""Path → room of pages. An association's address is whatever is no word of our own (`organizations/slugs.py`)."""

from django.urls import include, path, re_path

from conbillet.web.me.views.invitation import invitation
from conbillet.web.me.views.profile import postcode

urlpatterns = [
    # Asked for most, so tried first.
    path("hooks/", include("conbillet.web.hooks.urls")),
    path("door/", include("conbillet.web.door.urls")),
    path("", include("conbillet.web.shop.urls")),
    path("accounts/", include("conbillet.web.me.account_urls")),
    re_path(r"^postcode/(?P<digits>[0-9]{4})\.json$", postcode, name="postcode"),
    path("invitation/<slug:token>/", invitation, name="invitation"),
    path("my/", include("conbillet.web.me.urls")),
    path("office/", include("conbillet.web.office.urls")),
    path("desk/", include("conbillet.web.desk.urls")),
    path("", include("conbillet.web.site.urls")),
]

handler400 = "conbillet.web.site.views.errors.bad_request"
handler403 = "conbillet.web.site.views.errors.forbidden"
handler404 = "conbillet.web.site.views.errors.not_found"
handler500 = "conbillet.web.site.views.errors.broken"
